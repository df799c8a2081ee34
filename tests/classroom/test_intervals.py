"""Union, clipping and difference against a reference that ticks every second off a list."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.intervals import (
    LONGEST_GAP_S,
    Interval,
    Sign,
    clipped_to,
    halves_of,
    intervals_of_signs,
    seconds_of,
    union_of,
    without,
)

ZERO = datetime(2026, 3, 5, tzinfo=UTC)
LAST = 400
second = st.integers(0, LAST)
spans = st.tuples(second, second).map(sorted).map(tuple)
lists = st.lists(spans, max_size=8)


def at(seconds: float) -> datetime:
    return ZERO + timedelta(seconds=seconds)


def intervals(pairs) -> list[Interval]:
    return [Interval(at(start), at(end)) for start, end in pairs]


def ticked(pairs) -> set[int]:
    """The reference: every whole second covered, one by one."""
    return {tick for start, end in pairs for tick in range(start, end)}


@given(lists)
def test_union_covers_the_same_seconds_once(pairs):
    merged = union_of(intervals(pairs))
    assert seconds_of(intervals(pairs)) == len(ticked(pairs))
    assert sum(interval.seconds for interval in merged) == len(ticked(pairs))
    assert all(a.end < b.start for a, b in zip(merged, merged[1:], strict=False))


@given(lists, st.randoms())
def test_union_does_not_depend_on_order_or_repetition(pairs, random):
    shuffled = pairs + pairs
    random.shuffle(shuffled)
    assert union_of(intervals(shuffled)) == union_of(intervals(pairs))


@given(lists, spans)
def test_clipping_keeps_what_is_inside(pairs, window):
    inside = clipped_to(union_of(intervals(pairs)), Interval(at(window[0]), at(window[1])))
    assert seconds_of(inside) == len(ticked(pairs) & ticked([window]))
    assert all(at(window[0]) <= one.start <= one.end <= at(window[1]) for one in inside)


@given(lists, lists)
def test_difference_takes_exactly_the_holes(pairs, holes):
    left = without(intervals(pairs), intervals(holes))
    assert seconds_of(left) == len(ticked(pairs) - ticked(holes))


@given(st.lists(st.tuples(second, st.booleans()), max_size=20))
def test_signs_prove_the_time_between_near_neighbours(signs):
    ordered = sorted(set(signs))
    expected = ticked(
        (before[0], after[0])
        for before, after in zip(ordered, ordered[1:], strict=False)
        if after[0] - before[0] <= LONGEST_GAP_S and not before[1]
    )
    doubled = [Sign(at(moment), leaves) for moment, leaves in [*signs, *signs]]
    assert seconds_of(intervals_of_signs(doubled)) == len(expected)


def test_a_moment_inside_stays_and_a_touch_from_outside_goes():
    window = Interval(at(10), at(20))
    assert clipped_to(intervals([(10, 10), (20, 20)]), window) == intervals([(10, 10), (20, 20)])
    assert clipped_to(intervals([(0, 10), (20, 30), (5, 5)]), window) == []


def test_a_silence_longer_than_the_gap_counts_nothing():
    at_the_gap = [Sign(at(0)), Sign(at(LONGEST_GAP_S))]
    beyond = [Sign(at(0)), Sign(at(LONGEST_GAP_S + 1))]
    assert seconds_of(intervals_of_signs(at_the_gap)) == LONGEST_GAP_S
    assert seconds_of(intervals_of_signs(beyond)) == 0


@given(spans, st.integers(0, LAST))
def test_halves_keep_both_ends_and_the_total(span, seconds):
    whole = Interval(at(span[0]), at(span[1]))
    parts = halves_of(whole, seconds=seconds)
    assert (parts[0].start, parts[-1].end) == whole
    assert sum(part.seconds for part in parts) == pytest.approx(min(seconds, whole.seconds))


def test_an_interval_that_ends_before_it_starts_is_an_error():
    with pytest.raises(ValueError, match="ends before"):
        union_of([Interval(at(2), at(1))])
