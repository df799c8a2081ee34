"""Arithmetic of what was played, in whole milliseconds of the material; it knows no database.

A part is a pair (from, to) with from < to. What is played twice counts once; what a jump leaves out
counts nothing; at double speed ten minutes of the material are ten minutes (docs/decisions/0024).
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

CLOCK = re.compile(r"(-)?(?:(\d{1,2}):)?(\d{1,3}):([0-5]?\d)", re.ASCII)


class Part(NamedTuple):
    """From `start_ms` up to `end_ms` of the material."""

    start_ms: int
    end_ms: int


def parts_within(claims: Iterable[Sequence[float]], *, length_ms: int) -> list[Part]:
    """Return the union of what was claimed in seconds, inside the material: sorted and disjoint.

    What runs backwards, or lies outside, is left out.
    """
    parts = []
    for start_s, end_s in claims:
        # Bounds first: a figure beyond all measure is cut before it becomes milliseconds.
        start, end = (min(max(0.0, one), length_ms / 1000) for one in (start_s, end_s))
        part = Part(round(start * 1000), round(end * 1000))
        if part.start_ms < part.end_ms:
            parts.append(part)
    return union_of_parts(parts)


def union_of_parts(parts: Iterable[Part]) -> list[Part]:
    """Return the same material once: sorted, no two parts overlapping or touching."""
    merged: list[Part] = []
    for part in sorted(parts):
        if merged and part.start_ms <= merged[-1].end_ms:
            merged[-1] = Part(merged[-1].start_ms, max(merged[-1].end_ms, part.end_ms))
        else:
            merged.append(part)
    return merged


def parts_without(parts: Iterable[Part], known: Iterable[Part]) -> list[Part]:
    """Return what of the parts is not in the known ones: sorted and disjoint."""
    left = []
    holes = union_of_parts(known)
    for start, end in union_of_parts(parts):
        for hole in holes:
            if hole.end_ms <= start or hole.start_ms >= end:
                continue
            if start < hole.start_ms:
                left.append(Part(start, hole.start_ms))
            start = hole.end_ms
            if start >= end:
                break
        if start < end:
            left.append(Part(start, end))
    return left


def clock_of(milliseconds: int) -> str:
    """Return a moment of the material as a player shows it: 4:05, 1:04:05, -0:30."""
    if milliseconds < 0:
        return f"-{clock_of(-milliseconds)}"
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def moment_of(text: str) -> int | None:
    """Return the milliseconds of a moment written as 4:05, 1:04:05 or -0:30; None for no moment."""
    found = CLOCK.fullmatch(text.strip().replace("\N{MINUS SIGN}", "-"))
    if found is None:
        return None
    minus, hours, minutes, seconds = found.groups()
    total = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return -total * 1000 if minus else total * 1000


def length_of(parts: Iterable[Part]) -> int:
    """Return how many milliseconds of the material the union covers."""
    return sum(part.end_ms - part.start_ms for part in union_of_parts(parts))
