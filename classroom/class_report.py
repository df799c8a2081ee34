"""How a class went: who registered, came and stayed, the curve of people over time; it reads only."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from classroom.attendance_sources import (
    Faces,
    evidence_of,
    evidence_of_waiting,
    faces_of,
    people_with_rows,
    terms_of,
)
from classroom.intervals import Interval
from classroom.models import Attendance, LiveClass, Registration
from classroom.verdict import Outcome, Terms, outcome_of

STEPS_AT_MOST = 120
STAGES = (6, 5, 4)


@dataclass(frozen=True)
class ChannelLine:
    """People who came to register by one channel, and how many of them came to the class."""

    channel: str
    registered: int
    came: int

    @property
    def rate(self) -> float:
        """The part that came, 0 to 1."""
        return self.came / self.registered if self.registered else 0.0


@dataclass(frozen=True)
class Stage:
    """A part of the class: the most people at once in it, and how many left for good."""

    interval: Interval
    most: int
    left: int


@dataclass(frozen=True)
class ClassReport:
    """`came` counts everybody who was there, `unknown` those of them without a person.

    `counts` is the number of people present at the middle of equal steps of `step_s` seconds.
    """

    registered: int
    given_back: int
    came: int
    came_registered: int
    unknown: int
    attended: int
    is_over: bool
    is_cancelled: bool
    step_s: float = 0.0
    counts: list[int] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    channels: list[ChannelLine] = field(default_factory=list)

    @property
    def show_rate(self) -> float | None:
        """The part of the registered that came; None where it says nothing (yet)."""
        if self.is_cancelled or not self.is_over or not self.registered:
            return None
        return self.came_registered / self.registered


def class_report(live_class: LiveClass) -> ClassReport:
    """Return the figures of a class; a fixed number of queries for a given number of people / 500."""
    places = Registration.objects.filter(live_class=live_class)
    kept = dict(places.with_place().values_list("person_id", "channel"))
    terms = terms_of(live_class)
    outcomes, unknown = _outcomes(live_class, terms) if terms else ({}, [])
    present = [one for one in (*outcomes.values(), *unknown) if one.live_seconds > 0]
    came = {person for person, one in outcomes.items() if one.live_seconds > 0}
    came |= set(_made_up(live_class))
    span = Interval(terms.start, terms.end) if terms else None
    counts, step_s = presence_counts(present, span) if span else ([], 0.0)
    return ClassReport(
        registered=len(kept),
        given_back=places.exclude(cancelled_at=None).count(),
        came=len(came) + sum(one.live_seconds > 0 for one in unknown),
        came_registered=len(came & kept.keys()),
        unknown=sum(one.live_seconds > 0 for one in unknown),
        attended=Attendance.objects.filter(live_class=live_class, attended=True).count()
        + sum(one.attended for one in unknown),
        is_over=bool(live_class.ends_at and live_class.ends_at < timezone.now()),
        is_cancelled=live_class.cancelled_at is not None,
        step_s=step_s,
        counts=counts,
        stages=_stages(present, span, counts) if span else [],
        channels=_channels(kept, came),
    )


def _outcomes(live_class: LiveClass, terms: Terms) -> tuple[dict[int, Outcome], list[Outcome]]:
    faces = Faces(faces_of(live_class))
    ids = sorted(people_with_rows(live_class, faces))
    known: dict[int, Outcome] = {}
    for start in range(0, len(ids), 500):
        some = evidence_of(live_class, ids[start : start + 500], faces=faces)
        known.update((person, outcome_of(evidence, terms)) for person, evidence in some.items())
    waiting = [outcome_of(evidence, terms) for evidence in evidence_of_waiting(faces).values()]
    return known, waiting


def _made_up(live_class: LiveClass) -> QuerySet:
    """Those of the demo, who have an attendance and no raw rows."""
    rows = Attendance.objects.filter(live_class=live_class, sources=["demo"], live_seconds__gt=0)
    return rows.values_list("person_id", flat=True)


def presence_counts(outcomes: Iterable[Outcome], span: Interval) -> tuple[list[int], float]:
    """How many people were there at the middle of each step, and how long a step is, in seconds.

    A step is a minute, or longer where the class has more than STEPS_AT_MOST of them.
    """
    if span.seconds <= 0:
        return [], 0.0
    steps = max(1, min(STEPS_AT_MOST, round(span.seconds / 60)))
    step_s = span.seconds / steps
    change = [0] * (steps + 1)
    for outcome in outcomes:
        for interval in outcome.intervals:
            # The first and the first no more of the middles that lie in the interval.
            first = _middles_before((interval.start - span.start).total_seconds(), step_s, steps)
            after = _middles_before((interval.end - span.start).total_seconds(), step_s, steps)
            change[first] += 1
            change[after] -= 1
    counts, present = [], 0
    for step in range(steps):
        present += change[step]
        counts.append(present)
    return counts, step_s


def _middles_before(seconds: float, step_s: float, steps: int) -> int:
    """How many middles of steps lie before this moment."""
    before = seconds / step_s - 0.5
    return min(steps, max(0, int(before) + (before > int(before)) if before > 0 else 0))


def _stages(outcomes: list[Outcome], span: Interval, counts: list[int]) -> list[Stage]:
    """The class in equal parts: a table that says what the curve shows."""
    # As many as make whole minutes; six where nothing does.
    parts = next((n for n in STAGES if span.seconds % (n * 60) == 0), STAGES[0])
    length = timedelta(seconds=span.seconds / parts)
    leaves = [one.last_leave for one in outcomes if one.last_leave]
    found = []
    for number in range(parts):
        start, end = span.start + length * number, span.start + length * (number + 1)
        last = number == parts - 1
        part = counts[number * len(counts) // parts : (number + 1) * len(counts) // parts]
        left = sum(start <= at < end for at in leaves if not (last and at >= span.end))
        found.append(Stage(Interval(start, end), max(part, default=0), left))
    return found


def _channels(kept: dict[int, str], came: set[int]) -> list[ChannelLine]:
    registered = Counter(kept.values())
    showed = Counter(channel for person, channel in kept.items() if person in came)
    lines = [ChannelLine(name, count, showed[name]) for name, count in registered.items()]
    return sorted(lines, key=lambda line: (-line.registered, line.channel))


def absent_places(live_class: LiveClass) -> QuerySet[Registration]:
    """Places of those who registered and did not come; nobody of a class that is not over or was cancelled."""
    places = Registration.objects.filter(live_class=live_class).with_place()
    ends_at = live_class.ends_at
    if live_class.cancelled_at or ends_at is None or ends_at > timezone.now():
        return places.none()
    there = Attendance.objects.filter(live_class=live_class, live_seconds__gt=0)
    return (
        places.exclude(person__in=there.values("person"))
        .select_related("person")
        .order_by("person__display_name", "pk")
    )
