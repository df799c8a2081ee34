"""Folds raw events into readings, and what is old enough into sealed ones; exactly once each."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from people.models import Visitor
from tracking.evidence import EventFact, FoldedView, Yardstick, fold_view, yardstick_at
from tracking.locks import hold_folding_lock
from tracking.models import Event, Profile, Reading, TouchedView
from tracking.pace import Pace
from tracking.selectors.events import ViewKey, facts_by_view
from tracking.services.profiles import existing_profiles, profiles_for_visitors
from tracking.services.recompute import recompute_pages
from tracking.services.statistics import count_depth_passed, fold_statistics
from tracking.services.yardsticks import yardsticks_by_page

# Small enough that a chunk's transaction stays well under 200 ms on SQLite.
VIEWS_A_CHUNK = 100
# More would read more of everybody's history: each profile's about any of the pages.
VIEWS_AT_MOST = 400
SEALS_AFTER = timedelta(days=8)
DEPTHS = (0.25, 0.5, 0.75, 1.0)
FOLDED_FIELDS = [
    "profile", "yardstick", "day", "sealed_at", *(one.name for one in fields(FoldedView)),
]  # fmt: skip


@dataclass(frozen=True)
class FoldReport:
    """How many touched views were folded, statistic rows counted and readings sealed."""

    views: int
    statistics: int
    sealed: int


def fold_everything(*, now: datetime | None = None) -> FoldReport:
    """Fold what is in the spools, seal what is due; interests are done when it returns.

    What comes in meanwhile is for the next call: where events never pause, lists would wait for
    ever. A second call without new events changes nothing.
    """
    views, pace = 0, Pace(smallest=VIEWS_A_CHUNK // 2, largest=VIEWS_AT_MOST)
    last = TouchedView.objects.aggregate(last=Max("pk"))["last"]
    while count := _fold_chunk(pace, last=last or 0):
        views += count
    return FoldReport(views=views, statistics=fold_statistics(), sealed=seal_due(now=now))


def _fold_chunk(pace: Pace, *, last: int) -> int:
    with pace.timed(), transaction.atomic():
        hold_folding_lock()
        touched = TouchedView.objects.filter(pk__lte=last).order_by("pk")
        spool = list(touched[: pace.size].values_list("pk", "view"))
        if not spool:
            return 0
        fold_views(views={view for _, view in spool})
        TouchedView.objects.filter(pk__in=[pk for pk, _ in spool]).delete()
    return len(spool)


def fold_views(
    *, views: Iterable[UUID], despite_withdrawal: bool = False, seal_at: datetime | None = None
) -> None:
    """Fold every event of these views that no sealed reading holds; recompute their interests.

    Events without current consent are deleted, unless `despite_withdrawal` says that the caller
    deletes what is left after the page statistics have been counted. With `seal_at` the readings
    are sealed and their raw events deleted.
    """
    wanted = sorted(set(views), key=str)
    if not wanted:
        return
    with transaction.atomic():
        hold_folding_lock()
        events = facts_by_view(wanted)
        outcome = _fold(
            events,
            profiles=_profiles(events, despite_withdrawal=despite_withdrawal),
            readings=_latest_readings(wanted),
            seal_at=seal_at,
        )
        Reading.objects.bulk_create(
            outcome.readings,
            update_conflicts=True,
            unique_fields=["visitor", "view", "page_id", "part"],
            update_fields=FOLDED_FIELDS,
        )
        Event.objects.filter(pk__in=outcome.done).delete()
        count_depth_passed(outcome.depths)
        recompute_pages(
            keys={(reading.profile_id, reading.page_id) for reading in outcome.readings}
        )


@dataclass
class _Outcome:
    """Readings to save, raw events that are done with, depths passed for the first time."""

    readings: list[Reading] = field(default_factory=list)
    done: list[UUID] = field(default_factory=list)
    depths: list[tuple[int, date, float]] = field(default_factory=list)


def _fold(
    events: dict[ViewKey, list[EventFact]],
    *,
    profiles: dict[int, Profile],
    readings: dict[ViewKey, Reading],
    seal_at: datetime | None,
) -> _Outcome:
    yardsticks = yardsticks_by_page({key.page_id for key in events})
    outcome = _Outcome()
    for key, facts in events.items():
        profile = profiles.get(key.visitor_id)
        if profile is None or seal_at is not None:
            outcome.done += [fact.id for fact in facts]
        if profile is None:
            continue
        reading = readings.get(key) or Reading(**key._asdict())
        if reading.sealed_at is not None:
            reading = Reading(**key._asdict(), part=reading.part + 1)
        # A view that began with consent goes on where the plane without anybody stopped counting.
        before = max(reading.depth or 0.0, *(fact.counted or 0.0 for fact in facts))
        _fold_onto(
            reading, facts=facts, profile=profile, yardsticks=yardsticks.get(key.page_id, [])
        )
        reading.sealed_at = seal_at
        outcome.readings.append(reading)
        outcome.depths += [
            (key.page_id, reading.day, mark)
            for mark in DEPTHS
            if before < mark <= (reading.depth or 0.0)
        ]
    return outcome


def _fold_onto(
    reading: Reading, *, facts: list[EventFact], profile: Profile, yardsticks: list[Yardstick]
) -> None:
    """Write what the facts add up to onto the reading; the caller saves it."""
    yardstick = yardstick_at(yardsticks, min(fact.at for fact in facts))
    folded = fold_view(facts, expected_s=yardstick.expected_s if yardstick else None)
    for name, value in asdict(folded).items():
        setattr(reading, name, value)
    reading.profile = profile
    reading.yardstick_id = yardstick.id if yardstick else None
    reading.day = folded.opened_at.date()


def _profiles(events: Iterable[ViewKey], *, despite_withdrawal: bool) -> dict[int, Profile]:
    visitor_ids = {key.visitor_id for key in events}
    if not despite_withdrawal:
        return profiles_for_visitors(visitor_ids=visitor_ids)
    visitors = Visitor.objects.filter(pk__in=visitor_ids).values_list("pk", "person_id")
    return existing_profiles(owners=dict(visitors))


def _latest_readings(views: list[UUID]) -> dict[ViewKey, Reading]:
    rows = Reading.objects.filter(view__in=views).order_by("part")
    return {ViewKey(row.visitor_id, row.view, row.page_id): row for row in rows}


def seal_due(*, now: datetime | None = None) -> int:
    """Seal readings whose view had no event for 8 days; from then the reading is the record."""
    at = now or timezone.now()
    sealed = 0
    while True:
        due = Reading.objects.filter(sealed_at=None, last_at__lte=at - SEALS_AFTER)
        with transaction.atomic():
            hold_folding_lock()
            chunk = list(due.order_by("pk")[:VIEWS_A_CHUNK])
            if not chunk:
                return sealed
            fold_views(views={reading.view for reading in chunk}, seal_at=at)
            # A reading whose raw events are gone already is sealed as it stands.
            due.filter(pk__in=[reading.pk for reading in chunk]).update(sealed_at=at)
        sealed += len(chunk)
