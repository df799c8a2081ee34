"""What a view and a day of reading add up to, by numbers alone."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tracking.arithmetic import Rule
from tracking.evidence import EventFact, ImportedFact, Yardstick, fold_view, signals_of_page

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def played(number: int, *intervals: list[float]) -> EventFact:
    return EventFact(
        at=NOON + timedelta(seconds=number), id=UUID(int=number), kind="play", active_ms=1000,
        depth=None, panel="", played=list(intervals),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([[[0, 10]], [[2, 5]]], [[0, 10]]),  # played within what was played already
        ([[[5, 9]], [[0, 6]]], [[0, 9]]),
        ([[[0, 4]], [[4, 8]]], [[0, 8]]),  # touching
        ([[[8, 9], [0, 1]], [[8, 9]]], [[0, 1], [8, 9]]),  # jumped over; twice is once
    ],
)
def test_played_intervals_are_a_union(told, expected):
    events = [played(number, *intervals) for number, intervals in enumerate(told, start=1)]
    assert fold_view(events, expected_s=60.0).played == expected
    assert fold_view(reversed(events), expected_s=60.0).played == expected


def test_imported_seconds_are_no_more_than_three_times_the_expected():
    long = ImportedFact(kind="read", at=NOON, seconds=4000.0, count=1)
    short = ImportedFact(kind="read", at=NOON + timedelta(minutes=9), seconds=20.0, count=1)
    (signal,) = signals_of_page(
        page_id=1, readings=[], imported=[long, short], attendance=None, class_s=None,
        yardsticks=[Yardstick(id=1, valid_from=NOON - timedelta(days=1), expected_s=60.0)],
        rule=Rule(strengths={"reading": 1.0}),
    )  # fmt: skip
    assert signal.detail == {"seconds": 200.0}
    assert signal.strength == 1.0
