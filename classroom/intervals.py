"""Arithmetic of intervals of presence: union, clipping, difference, seconds; it knows no database."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

# A sign of life is asked for every 30 s. Two signs of one tab no further apart than this are
# presence in between: one lost beat and a slow network are forgiven, a closed lid is not.
LONGEST_GAP_S = 75.0


class Interval(NamedTuple):
    """From `start` up to `end`, both aware; equal ends are a moment of no length."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """Its length."""
        return (self.end - self.start).total_seconds()


class Sign(NamedTuple):
    """One sign of life of one tab; after the one that `leaves` nothing more is counted."""

    at: datetime
    leaves: bool = False


def union_of(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same time covered once: sorted, no two of them overlapping or touching."""
    merged: list[Interval] = []
    for interval in sorted(intervals):
        if interval.end < interval.start:
            raise ValueError("An interval ends before it starts.")
        if merged and interval.start <= merged[-1].end:
            last = merged[-1]
            merged[-1] = Interval(last.start, max(last.end, interval.end))
        else:
            merged.append(interval)
    return merged


def clipped_to(intervals: Iterable[Interval], window: Interval) -> list[Interval]:
    """Return the parts inside the window; a moment on its edge is inside."""
    parts = []
    for interval in intervals:
        start, end = max(interval.start, window.start), min(interval.end, window.end)
        touches_only = start == end and interval.start != interval.end
        if start < end or (start == end and not touches_only):
            parts.append(Interval(start, end))
    return parts


def without(intervals: Iterable[Interval], removed: Iterable[Interval]) -> list[Interval]:
    """Return the union of `intervals` less the time that `removed` covers."""
    kept = union_of(intervals)
    for hole in union_of(removed):
        pieces = []
        for interval in kept:
            if interval.end <= hole.start or interval.start >= hole.end:
                pieces.append(interval)
                continue
            if interval.start < hole.start:
                pieces.append(Interval(interval.start, hole.start))
            if hole.end < interval.end:
                pieces.append(Interval(hole.end, interval.end))
        kept = pieces
    return kept


def seconds_of(intervals: Iterable[Interval]) -> float:
    """Return how many seconds the union covers."""
    return sum(interval.seconds for interval in union_of(intervals))


def intervals_of_signs(signs: Iterable[tuple[datetime, bool]]) -> list[Interval]:
    """Return the presence that the signs (see Sign) of ONE tab prove, in whatever order they come.

    Time counts between neighbouring signs at most LONGEST_GAP_S apart; a longer silence, and the
    time after a leave, count nothing. A doubled sign changes nothing. A lone sign is a moment.
    """
    ordered = sorted(set(signs))
    if not ordered:
        return []
    gap = timedelta(seconds=LONGEST_GAP_S)
    found = []
    (start, gone), end = ordered[0], ordered[0][0]
    # One pass and no objects in between: a class of an hour and a half has 180 signs a person.
    for at, leaves in ordered[1:]:
        if gone or at - end > gap:
            found.append(Interval(start, end))
            start = at
        end, gone = at, leaves
    found.append(Interval(start, end))
    return union_of(found)


def halves_of(interval: Interval, *, seconds: float) -> list[Interval]:
    """Return `seconds` of presence within an interval that was broken somewhere unknown.

    A report that tells only the first join, the last leave and a shorter total leaves the place
    of the absence open; it is put in the middle, so that both ends and the total hold.
    """
    if seconds >= interval.seconds:
        return [interval]
    half = timedelta(seconds=max(seconds, 0.0) / 2)
    return [
        Interval(interval.start, interval.start + half),
        Interval(interval.end - half, interval.end),
    ]
