"""Signals as they stood at a past moment, where later evidence has moved them since; reads only.

A signal carries the moment of its last evidence. A class attended again, or a page read again on
the same day, moves it past the moment asked about, and what was known by then would be forgotten.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, time

from django.db.models import QuerySet

from tracking.arithmetic import Rule
from tracking.evidence import SignalFact
from tracking.models import Signal, SignalKind
from tracking.selectors.evidence import Span, gather_evidence

PROFILES_A_CHUNK = 200


def earlier_signals(*, until: datetime, rule: Rule) -> Iterator[tuple[int, SignalFact]]:
    """(person id, signal) for each stored signal after `until` that had evidence by then."""
    moved = Signal.objects.filter(
        at__gt=until, page_id__isnull=False, profile__person__isnull=False
    )
    classes = moved.filter(kind=SignalKind.ATTENDANCE)
    yield from _cut(classes, span=Span(until=until), rule=rule)
    midnight = datetime.combine(until.astimezone(UTC).date(), time.min, tzinfo=UTC)
    same_day = moved.exclude(kind=SignalKind.ATTENDANCE).filter(day=midnight.date())
    yield from _cut(same_day, span=Span(since=midnight, until=until), rule=rule)


def _cut(moved: QuerySet[Signal], *, span: Span, rule: Rule) -> Iterator[tuple[int, SignalFact]]:
    fields = ("profile_id", "profile__person_id", "page_id", "kind", "item_key")
    wanted: dict[int, set[tuple[str, str]]] = defaultdict(set)
    persons: dict[int, int] = {}
    pages: dict[int, set[int]] = defaultdict(set)
    for profile, person, page, kind, item_key in moved.values_list(*fields):
        wanted[profile].add((kind, item_key))
        persons[profile] = person
        pages[profile].add(page)
    profiles = sorted(wanted)
    for start in range(0, len(profiles), PROFILES_A_CHUNK):
        chunk = profiles[start : start + PROFILES_A_CHUNK]
        evidence = gather_evidence(
            profile_ids=chunk,
            page_ids=set().union(*(pages[profile] for profile in chunk)),
            rule=rule,
            span=span,
        )
        for profile, signals in evidence.signals.items():
            for signal in signals:
                if (signal.kind, signal.item_key) in wanted[profile]:
                    yield persons[profile], signal
