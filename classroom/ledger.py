"""One person's attendance of one class, line by line: sources, corrections, union, verdict; reads only."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from classroom.attendance_sources import Faces, evidence_of, faces_of, terms_of
from classroom.intervals import LONGEST_GAP_S, Interval, clipped_to, intervals_of_signs, seconds_of
from classroom.models import (
    AttendanceCorrection,
    AttendancePolicy,
    LiveClass,
    PlayedPart,
    PresenceBeat,
    Registration,
    ReportRow,
)
from classroom.played_time import clock_of
from classroom.verdict import Evidence, Outcome, Terms, outcome_of
from people.models import Person
from people.selectors import records_of

LEAVE = PresenceBeat.Kind.LEAVE.value


class SourceLine(NamedTuple):
    """One stay as one source tells it, unclipped; `counts_s` of it lie in the class.

    `source` is presence, played or the format of a report; `detail` the tab, the part of the replay,
    or the name in the report;
    `batch` and `line` say where in which import it stands. `seconds` may be less than the length.
    """

    interval: Interval
    source: str
    detail: str
    seconds: float
    counts_s: float
    is_replay: bool = False
    batch: int | None = None
    line: int | None = None
    matched_by: str = ""


@dataclass(frozen=True)
class Ledger:
    """Everything behind one person's figures; `outcome` is computed here from the same rows."""

    live_class: LiveClass
    person: Person
    terms: Terms
    policy: AttendancePolicy | None
    registration: Registration | None
    lines: list[SourceLine]
    corrections: list[AttendanceCorrection]
    outcome: Outcome
    evidence: Evidence

    @property
    def span(self) -> Interval:
        """The class."""
        return Interval(self.terms.start, self.terms.end)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all to show."""
        return not (self.lines or self.corrections or self.registration)


def ledger_of(live_class: LiveClass, person: Person) -> Ledger | None:
    """Return the ledger, None for a class without a date; a fixed number of queries."""
    policy = live_class.policies.order_by("-version").first()
    terms = terms_of(live_class, version=policy.version if policy else 1)
    if terms is None:
        return None
    faces = Faces(faces_of(live_class))
    evidence = evidence_of(live_class, [person.pk], faces=faces).get(person.pk, Evidence())
    lines = [
        *_report_lines(faces.of_people([person.pk]), terms),
        *_presence_lines(live_class, person, terms),
        *_played_lines(live_class, person, terms),
    ]
    return Ledger(
        live_class=live_class,
        person=person,
        terms=terms,
        policy=policy,
        registration=Registration.objects.filter(
            live_class=live_class, person__in=records_of(person)
        ).first(),
        lines=sorted(lines, key=lambda line: (line.interval, line.source, line.detail)),
        corrections=list(
            AttendanceCorrection.objects.filter(
                live_class=live_class, person__in=records_of(person)
            )
            .select_related("author", "takes_back")
            .prefetch_related("taken_back_by")
            .order_by("at", "pk")
        ),
        outcome=outcome_of(evidence, terms),
        evidence=evidence,
    )


def _report_lines(attendees: Iterable[int], terms: Terms) -> list[SourceLine]:
    window = Interval(terms.start, terms.end)
    rows = ReportRow.objects.filter(attendee_id__in=list(attendees)).select_related(
        "batch", "attendee"
    )
    return [
        SourceLine(
            interval=Interval(row.joined_at, row.left_at),
            source=row.batch.format,
            detail=row.attendee.name or row.attendee.contact,
            seconds=row.seconds,
            counts_s=seconds_of(clipped_to(row.intervals, window)),
            batch=row.batch_id,
            line=row.line,
            matched_by=row.attendee.matched_by,
        )
        for row in rows
    ]


def _presence_lines(live_class: LiveClass, person: Person, terms: Terms) -> list[SourceLine]:
    signs: defaultdict[tuple[str, bool], list[tuple[datetime, bool]]] = defaultdict(list)
    beats = PresenceBeat.objects.filter(live_class=live_class, person__in=records_of(person))
    for tab, is_replay, at, kind in beats.values_list("tab", "is_replay", "at", "kind"):
        signs[tab, is_replay].append((at, kind == LEAVE))
    live = Interval(terms.start, terms.end)
    replay = Interval(terms.end, terms.replay_until) if terms.replay_until else None
    lines = []
    for (tab, is_replay), of_tab in signs.items():
        window = replay if is_replay else live
        for interval in intervals_of_signs(of_tab):
            counts = seconds_of(clipped_to([interval], window)) if window else 0.0
            lines.append(SourceLine(interval, "presence", tab, interval.seconds, counts, is_replay))
    return lines


def _played_lines(live_class: LiveClass, person: Person, terms: Terms) -> list[SourceLine]:
    """One line for each stretch of the replay that was told in one go."""
    rows = PlayedPart.objects.filter(live_class=live_class, person__in=records_of(person))
    lines = []
    for first, last in _stretches(rows.order_by("at", "from_ms")):
        told = Interval(first.at, last.at)
        seconds = (last.to_ms - first.from_ms) / 1000
        is_in_time = terms.replay_until is not None and terms.end < last.at <= terms.replay_until
        detail = f"{clock_of(first.from_ms)}–{clock_of(last.to_ms)}"
        lines.append(
            SourceLine(told, "played", detail, seconds, seconds if is_in_time else 0.0, True)
        )
    return lines


def _stretches(rows: Iterable[PlayedPart]) -> Iterator[tuple[PlayedPart, PlayedPart]]:
    """First and last of the parts that follow each other in the material and on the clock."""
    first = last = None
    for row in rows:
        if first is None or last is None:
            first = last = row
        elif row.from_ms == last.to_ms and row.at - last.at <= timedelta(seconds=LONGEST_GAP_S):
            last = row
        else:
            yield first, last
            first = last = row
    if first is not None and last is not None:
        yield first, last
