"""Decides from intervals what somebody attended, under the terms of one class; no database here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from classroom.intervals import Interval, clipped_to, seconds_of, union_of, without
from classroom.played_time import Part, length_of


@dataclass(frozen=True)
class Terms:
    """When a class is, until when its replay may be watched, and what counts as attended.

    `at_least` is a share from 0 to 1, or minutes where `in_minutes`.
    """

    start: datetime
    end: datetime
    replay_until: datetime | None = None
    in_minutes: bool = False
    at_least: float = 0.5
    with_replay: bool = False
    version: int = 1

    @property
    def length_s(self) -> float:
        """How long the class is."""
        return (self.end - self.start).total_seconds()


class Played(NamedTuple):
    """A part of the replay's material, in milliseconds of the room's time, and when it was told."""

    at: datetime
    part: Part


@dataclass
class Evidence:
    """Everything that is known of one human in one class.

    `live` is from the class page and reports; `added` and `removed` are corrections by staff,
    which stand above it; `verdict` is a decision by staff, None where there is none. `replay` is
    time beside a recording elsewhere, `played` the parts of a replay of our own.
    """

    live: list[Interval] = field(default_factory=list)
    replay: list[Interval] = field(default_factory=list)
    played: list[Played] = field(default_factory=list)
    added: list[Interval] = field(default_factory=list)
    removed: list[Interval] = field(default_factory=list)
    verdict: bool | None = None
    sources: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Outcome:
    """What somebody attended; the moments are None where no time of theirs lies in the class."""

    first_join: datetime | None
    last_leave: datetime | None
    live_seconds: float
    replay_seconds: float
    share: float
    attended: bool
    sources: tuple[str, ...]
    intervals: tuple[Interval, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is to be recorded: no moment in the class, and no decision for it."""
        return self.first_join is None and not self.attended


def outcome_of(evidence: Evidence, terms: Terms) -> Outcome:
    """Return the union of all sources, clipped to the class, and the verdict under the terms."""
    window = Interval(terms.start, terms.end)
    present = without([*evidence.live, *evidence.added], evidence.removed)
    live = clipped_to(present, window)
    replay = _replay_of(evidence.replay, terms)
    played = [one for one in evidence.played if _is_in_time(one.at, terms)]
    # Both may be of the same minutes: the larger one counts, never their sum.
    replay_s = max(seconds_of(replay), length_of(one.part for one in played) / 1000)
    live_s = seconds_of(live)
    length_s = terms.length_s
    spans = live or union_of([*replay, *(Interval(one.at, one.at) for one in played)])
    attended = _is_attended(live_s + (replay_s if terms.with_replay else 0.0), terms)
    return Outcome(
        first_join=spans[0].start if spans else None,
        last_leave=spans[-1].end if spans else None,
        live_seconds=live_s,
        replay_seconds=replay_s,
        share=min(live_s / length_s, 1.0) if length_s > 0 else 0.0,
        attended=attended if evidence.verdict is None else evidence.verdict,
        sources=tuple(sorted(evidence.sources)),
        intervals=tuple(live),
    )


def _replay_of(intervals: Iterable[Interval], terms: Terms) -> list[Interval]:
    if terms.replay_until is None:
        return []
    return clipped_to(union_of(intervals), Interval(terms.end, terms.replay_until))


def _is_in_time(moment: datetime, terms: Terms) -> bool:
    return terms.replay_until is not None and terms.end < moment <= terms.replay_until


def _is_attended(seconds: float, terms: Terms) -> bool:
    """Nobody attended without a second; a rounding error decides nothing."""
    if seconds <= 0:
        return False
    needed = terms.at_least * (60 if terms.in_minutes else terms.length_s)
    return seconds >= needed - 1e-6
