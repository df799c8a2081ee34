"""Gathers everything that profiles did, as facts by profile and page, and the signals it makes."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from classroom.models import Attendance, LiveClass
from tracking.arithmetic import Rule
from tracking.evidence import (
    AttendanceFact,
    EventFact,
    ImportedFact,
    ReadingFact,
    SignalFact,
    declared_signal,
    fold_view,
    signals_of_page,
    yardstick_at,
)
from tracking.models import Declaration, Event, ImportedEvent, Profile, Reading
from tracking.services.yardsticks import yardsticks_by_page

READING_FIELDS = (
    "opened_at", "last_at", "day", "active_s", "depth", "yardstick_id", "shared_at", "downloaded_at",
)  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """Signals as they should be, by profile; `page_ids` None means all pages were looked at."""

    signals: dict[int, list[SignalFact]]
    page_ids: frozenset[int] | None


@dataclass
class _PageFacts:
    readings: list[ReadingFact]
    imported: list[ImportedFact]
    attendance: AttendanceFact | None = None


def gather_evidence(
    *,
    profile_ids: Collection[int],
    page_ids: Collection[int] | None,
    rule: Rule,
    from_raw: bool = False,
) -> Evidence:
    """Gather the facts of profiles (about some pages, or all) and make their signals.

    With `from_raw`, readings that are not sealed are folded again from their raw events.
    """
    people = dict(
        Profile.objects.filter(pk__in=profile_ids, person__isnull=False).values_list(
            "person_id", "pk"
        )
    )
    facts: dict[tuple[int, int], _PageFacts] = defaultdict(lambda: _PageFacts([], []))
    for key, reading in _readings(profile_ids, page_ids, from_raw=from_raw):
        facts[key].readings.append(reading)
    _add_imported(facts, people, page_ids)
    _add_attendance(facts, people, page_ids)
    pages = {page for _, page in facts}
    yardsticks = yardsticks_by_page(pages)
    lengths = _class_lengths(pages)
    signals: dict[int, list[SignalFact]] = {profile: [] for profile in profile_ids}
    for (profile, page), about in facts.items():
        signals[profile] += signals_of_page(
            page_id=page,
            readings=about.readings,
            imported=about.imported,
            attendance=about.attendance,
            class_s=lengths.get(page),
            yardsticks=yardsticks.get(page, []),
            rule=rule,
        )
    for profile, topic_id, at in Declaration.objects.filter(profile_id__in=profile_ids).values_list(
        "profile_id", "topic_id", "at"
    ):
        signals[profile].append(declared_signal(topic_id=topic_id, at=at, rule=rule))
    return Evidence(
        signals={profile: _once_each(found) for profile, found in signals.items()},
        page_ids=None if page_ids is None else frozenset(page_ids),
    )


def _once_each(signals: Iterable[SignalFact]) -> list[SignalFact]:
    """At most one signal a (kind, item, day): the latest (two declarations on one day)."""
    latest: dict[tuple, SignalFact] = {}
    for signal in signals:
        key = (signal.kind, signal.item_key, signal.day)
        if key not in latest or signal.at > latest[key].at:
            latest[key] = signal
    return list(latest.values())


def _readings(profile_ids, page_ids, *, from_raw: bool):
    rows = Reading.objects.filter(profile_id__in=profile_ids)
    if page_ids is not None:
        rows = rows.filter(page_id__in=page_ids)
    if from_raw:
        yield from _folded_again(rows.filter(sealed_at=None))
        rows = rows.exclude(sealed_at=None)
    for profile, page, *fact in rows.values_list("profile_id", "page_id", *READING_FIELDS):
        yield (profile, page), ReadingFact(*fact)


def _folded_again(rows):
    """What the raw events of unsealed readings give, whatever the readings say."""
    keys = {
        (visitor, view, page): profile
        for visitor, view, page, profile in rows.values_list(
            "visitor_id", "view", "page_id", "profile_id"
        )
    }
    events = defaultdict(list)
    raw = Event.objects.filter(view__in={view for _, view, _ in keys}, filtered="")
    for visitor, view, page, *fact in raw.values_list(
        "visitor_id", "view", "page_id", "at", "pk", "kind", "active_ms", "depth", "panel", "played"
    ):
        events[visitor, view, page].append(EventFact(*fact))
    yardsticks = yardsticks_by_page({page for _, _, page in keys})
    for key, profile in keys.items():
        if not events[key]:
            continue
        yardstick = yardstick_at(yardsticks.get(key[2], []), min(e.at for e in events[key]))
        folded = fold_view(events[key], expected_s=yardstick.expected_s if yardstick else None)
        yield (profile, key[2]), ReadingFact(
            opened_at=folded.opened_at,
            last_at=folded.last_at,
            day=folded.opened_at.date(),
            active_s=folded.active_s,
            depth=folded.depth,
            yardstick_id=yardstick.id if yardstick else None,
            shared_at=folded.shared_at,
            downloaded_at=folded.downloaded_at,
        )


def _add_imported(facts, people: dict[int, int], page_ids) -> None:
    rows = ImportedEvent.objects.filter(person_id__in=people)
    if page_ids is not None:
        rows = rows.filter(page_id__in=page_ids)
    fields = ("person_id", "page_id", "kind", "at", "seconds", "count")
    for person, page, *fact in rows.values_list(*fields).iterator(chunk_size=5000):
        facts[people[person], page].imported.append(ImportedFact(*fact))


def _add_attendance(facts, people: dict[int, int], page_ids) -> None:
    rows = Attendance.objects.filter(person_id__in=people)
    if page_ids is not None:
        rows = rows.filter(live_class_id__in=page_ids)
    for person, page, last_leave, share in rows.values_list(
        "person_id", "live_class_id", "last_leave", "share"
    ):
        facts[people[person], page].attendance = AttendanceFact(last_leave, share)


def _class_lengths(page_ids: Iterable[int]) -> dict[int, float]:
    rows = LiveClass.objects.filter(pk__in=page_ids, starts_at__isnull=False)
    return {page: minutes * 60.0 for page, minutes in rows.values_list("pk", "minutes") if minutes}
