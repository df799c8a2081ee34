"""Deletes what tracking has kept as long as it promised; what it deletes it can count beforehand."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from classroom.services.room_retention import retain_rooms
from tracking.models import Event, EventLedger, IngestCounter, Reading, TouchedView
from tracking.pace import Pace

LEDGER_DAYS = 8
FILTERED_DAYS = 30
COUNTER_DAYS = 400
ROWS_AT_LEAST, ROWS_AT_MOST = 50, 2_000


def retain(*, dry_run: bool = False, now: datetime | None = None) -> dict[str, int]:
    """Delete what is due, in chunks, and return how many rows of each kind.

    With `dry_run` nothing is deleted and the counts are those a run at that moment would delete.
    A second call finds nothing. Kinds: `used_ids` (ids of events, 8 days after their arrival),
    `filtered_events` (bots, 30 days), `sealed_events` (raw rows of sealed readings) and
    `ingest_counters` (400 days); and what rooms let go of (`classroom.services.room_retention`).
    """
    due = rows_due(now=now or timezone.now())
    counts = {kind: rows.count() if dry_run else _delete(rows) for kind, rows in due.items()}
    return counts | retain_rooms(dry_run=dry_run, now=now)


def rows_due(*, now: datetime) -> dict[str, QuerySet]:
    """What may be deleted at that moment, by kind."""
    today = now.date()
    sealed = Reading.objects.filter(
        visitor=OuterRef("visitor"),
        view=OuterRef("view"),
        page_id=OuterRef("page_id"),
        sealed_at__gte=OuterRef("received_at"),
    )
    waiting = TouchedView.objects.filter(view=OuterRef("view"))
    return {
        # The day it was used, and eight whole days after it.
        "used_ids": EventLedger.objects.filter(day__lt=today - timedelta(days=LEDGER_DAYS)),
        "filtered_events": Event.objects.exclude(filtered="").filter(
            received_at__lt=now - timedelta(days=FILTERED_DAYS)
        ),
        "sealed_events": Event.objects.filter(Exists(sealed), ~Exists(waiting), filtered=""),
        "ingest_counters": IngestCounter.objects.filter(
            day__lt=today - timedelta(days=COUNTER_DAYS)
        ),
    }


def _delete(rows: QuerySet) -> int:
    """Delete in chunks of their own transactions, so that nobody waits long for the write lock.

    What is due is looked for without a lock, and asked once more under it. The keys go on from
    where the last look ended, so that no row is looked at twice.
    """
    deleted, last, pace = 0, None, Pace(smallest=ROWS_AT_LEAST, largest=ROWS_AT_MOST)
    while some := _keys_after(last, rows, at_most=pace.size):
        with pace.timed(), transaction.atomic():
            still = list(rows.filter(pk__in=some).values_list("pk", flat=True))
            rows.model._base_manager.filter(pk__in=still)._raw_delete("default")
        deleted += len(still)
        last = some[-1]
    return deleted


def _keys_after(last: object, rows: QuerySet, *, at_most: int) -> list:
    ordered = rows.order_by(F("pk")).values_list("pk", flat=True)
    return list((ordered if last is None else ordered.filter(pk__gt=last))[:at_most])
