"""The reference model against figures worked out by hand, so that it cannot err along with the code."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.reference.model import Delivery, Sent, Yardstick, heat, outcome_of, within_cap

DAY = datetime(2026, 11, 2, 12, tzinfo=UTC)
PAGES = {
    1: [Yardstick(DAY - timedelta(days=99), 100.0, {"gums": 1.0})],
    2: [Yardstick(DAY - timedelta(days=99), 50.0, {"gums": 0.9, "teeth": 1.0})],
}


def reading(page: int, *, at: datetime, seconds: int, depth: float | None) -> Delivery:
    """A view of that many active seconds: an open, and reads of ten seconds each."""
    view = f"v{page}-{at:%d%H}"
    events = [Sent(f"{view}-0", view, page, "open", at)]
    for step in range(1, seconds // 10 + 1):
        moment = at + timedelta(seconds=10 * step)
        events.append(Sent(f"{view}-{step}", view, page, "read", moment, 10_000, depth))
    sent_at = events[-1].at
    return Delivery(sent_at, sent_at, tuple(events))


def test_two_pages_read_through_make_a_tag_that_lapses_where_heat_meets_a_half():
    outcome = outcome_of(
        [
            reading(2, at=DAY, seconds=50, depth=1.0),
            reading(1, at=DAY + timedelta(days=1), seconds=100, depth=1.0),
        ],
        yardsticks=PAGES,
    )
    assert [signal.strength for signal in outcome.signals] == [1.0, 1.0]
    (tag,) = outcome.tags["gums"]
    assert tag.entered_at == DAY + timedelta(days=1, seconds=100)
    warm = 1 + 0.9 * 2 ** -((86_400 + 50) / (30 * 86_400))
    assert heat(outcome.signals, topic="gums", at=tag.entered_at) == pytest.approx(warm, rel=1e-12)
    assert heat(outcome.signals, topic="gums", at=tag.lapses_at) == pytest.approx(0.5, rel=1e-9)
    assert outcome.tags["teeth"] == []


def test_half_read_to_the_half_weighs_three_eighths():
    outcome = outcome_of([reading(1, at=DAY, seconds=50, depth=0.5)], yardsticks=PAGES)
    assert [signal.strength for signal in outcome.signals] == [0.375]


def test_one_page_read_every_day_is_no_tag():
    days = [reading(1, at=DAY + timedelta(days=n), seconds=100, depth=1.0) for n in range(5)]
    outcome = outcome_of(days, yardsticks=PAGES)
    assert outcome.tags["gums"] == []
    assert len(outcome.signals) == 5


def test_idle_time_does_not_count_and_nobody_reads_longer_than_thrice():
    idle = Delivery(
        DAY, DAY, (Sent("a", "v", 1, "read", DAY, 60_000), Sent("b", "v", 1, "read", DAY, 60_000))
    )
    assert outcome_of([idle], yardsticks=PAGES).readings["v"].active_s == 60.0
    endless = reading(2, at=DAY, seconds=900, depth=None)
    assert outcome_of([endless], yardsticks=PAGES).readings["v2-0212"].active_s == 150.0


def test_a_second_delivery_changes_nothing():
    once = reading(1, at=DAY, seconds=30, depth=0.3)
    one, two = (outcome_of([once] * n, yardsticks=PAGES) for n in (1, 2))
    assert (one.readings, one.signals, one.counters) == (two.readings, two.signals, two.counters)
    assert set(two.verdicts[1]) == {"duplicate"}


def test_depth_counts_for_its_share_and_a_day_up_to_its_cap():
    half = reading(1, at=DAY, seconds=50, depth=0.5)
    for depth_share, strength in ((0.0, 0.5), (0.5, 0.375), (1.0, 0.25)):
        outcome = outcome_of([half], yardsticks=PAGES, depth_share=depth_share)
        assert [signal.strength for signal in outcome.signals] == [strength]
    both = [
        reading(2, at=DAY, seconds=50, depth=1.0),
        reading(1, at=DAY + timedelta(hours=1), seconds=100, depth=1.0),
        reading(1, at=DAY + timedelta(days=1), seconds=100, depth=1.0),
    ]
    outcome = outcome_of(both, yardsticks=PAGES, day_cap=1.5)
    counted = within_cap(outcome.signals, topic="gums", day_cap=1.5)
    assert [one.topics["gums"] for one in counted] == pytest.approx([0.9, 0.6, 1.0])
    (tag,) = outcome.tags["gums"]
    assert tag.entered_at == DAY + timedelta(days=1, seconds=100)
    assert [tag.entered_at for tag in outcome_of(both, yardsticks=PAGES).tags["gums"]] == [
        DAY + timedelta(hours=1, seconds=100)
    ]
