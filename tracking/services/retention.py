"""Deletes what tracking has kept as long as it promised; what it deletes it can count beforehand."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from tracking.models import Event, EventLedger, IngestCounter, Reading, TouchedView

LEDGER_DAYS = 8
FILTERED_DAYS = 30
COUNTER_DAYS = 400
ROWS_A_CHUNK = 1_000


def retain(*, dry_run: bool = False, now: datetime | None = None) -> dict[str, int]:
    """Delete what is due, in chunks, and return how many rows of each kind.

    With `dry_run` nothing is deleted and the counts are those a run at that moment would delete.
    A second call finds nothing. Kinds: `used_ids` (ids of events, 8 days after their arrival),
    `filtered_events` (bots, 30 days), `sealed_events` (raw rows of sealed readings) and
    `ingest_counters` (400 days).
    """
    due = rows_due(now=now or timezone.now())
    if dry_run:
        return {kind: rows.count() for kind, rows in due.items()}
    return {kind: _delete(rows) for kind, rows in due.items()}


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
    """Delete in chunks of their own transactions, so that nobody waits long for the write lock."""
    deleted = 0
    ids = rows.order_by(F("pk")).values_list("pk", flat=True)
    while True:
        with transaction.atomic():
            some = list(ids[:ROWS_A_CHUNK])
            if not some:
                return deleted
            rows.model._base_manager.filter(pk__in=some)._raw_delete("default")
        deleted += len(some)
