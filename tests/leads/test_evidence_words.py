"""Evidence in one plain sentence, as somebody would say it."""

from datetime import UTC, datetime, timedelta

from django.utils import translation

from leads.evidence_words import evidence_in_words
from tracking.selectors.interests import EvidenceLine

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday


def line(kind: str, page: int, *, days: int = 0, **detail) -> EvidenceLine:
    return EvidenceLine(
        at=NOW - timedelta(days=days),
        kind=kind,
        title=f"Page {page}",
        page_id=page,
        strength=1.0,
        weight=1.0,
        heat=1.0,
        detail=detail,
    )


def said(*lines, minutes=None, language="en") -> str:
    with translation.override(language):
        return "; ".join(evidence_in_words(lines, minutes or {}, now=NOW))


def test_readings_count_pieces_and_minutes_and_name_the_last_day():
    read = [
        line("reading", 1, days=3, seconds=300),
        line("reading", 2, days=5, seconds=240),
        line("reading", 2, days=9, seconds=120),
    ]
    assert said(*read) == "read 2 pieces, 11 minutes, last on Tuesday"
    assert said(*read, language="zh-hans") == "读了 2 篇，11 分钟，最近一次是星期二"


def test_a_class_says_how_long_they_stayed():
    stayed = line("attendance", 7, days=1, share=0.7)
    assert said(stayed, minutes={7: 60}) == "stayed 42 of 60 minutes in a class, yesterday"
    assert said(line("attendance", 7, count=1)) == "was in 1 class, today"


def test_what_is_not_known_is_not_said_and_other_acts_are_counted():
    assert said(line("reading", 1, days=30, count=1), line("question", 1)) == (
        "read 1 piece, 21 October 2026; asked 1 question"
    )
