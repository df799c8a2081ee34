"""Folds the spool of statistics into one-dimensional page counters; it knows no visitor."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection, transaction
from django.db.models import Max

from tracking.models import Event, PageCounter, StatisticSpool

# Small enough that a chunk's transaction stays well under 200 ms on SQLite.
ROWS_A_CHUNK = 2_000
COUNTERS_A_STATEMENT = 200
COUNTED_KINDS = {"open", "share", "download", "play"}

CounterKey = tuple[int, date, str, str]


def fold_statistics(*, chunk: int = ROWS_A_CHUNK) -> int:
    """Fold the spool into the counters, one transaction a chunk; returns how many rows it took.

    What comes in meanwhile is for the next call.
    Each row counts once: it is deleted in the transaction that counts it. Two runs at once share
    the work on PostgreSQL and wait for each other on SQLite.
    """
    taken = 0
    last = StatisticSpool.objects.aggregate(last=Max("pk"))["last"]
    while count := _fold_chunk(chunk, last=last or 0):
        taken += count
    return taken


def _fold_chunk(chunk: int, *, last: int) -> int:
    with transaction.atomic():
        spool = StatisticSpool.objects.select_for_update(
            skip_locked=connection.features.has_select_for_update_skip_locked
        )
        rows = list(spool.filter(pk__lte=last).order_by("pk")[:chunk])
        if not rows:
            return 0
        deltas: Counter[CounterKey] = Counter()
        for row in rows:
            for dimension, value, count in deltas_of(row):
                deltas[row.page_id, row.day, dimension, value] += count
        add_to_counters(deltas)
        StatisticSpool.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def deltas_of(row: StatisticSpool) -> Iterable[tuple[str, str, int]]:
    """What one row of the spool adds: dimension, value, count. A bot's row counts apart, once."""
    if row.filtered:
        yield "bot", "", 1
        return
    if row.kind in COUNTED_KINDS:
        yield row.kind, "", 1
    if row.kind == "panel" and row.panel:
        yield "panel", row.panel, 1
    if row.active_ms:
        yield "active_ms", "", row.active_ms
    if row.depth:
        yield "depth", depth_value(row.depth), 1
    if row.kind == "open":
        for dimension in ("referrer", "campaign", "language", "device"):
            if value := getattr(row, dimension):
                yield dimension, value, 1


def depth_value(quarter: float) -> str:
    """The value of a depth counter: 0.25, 0.5, 0.75 or 1."""
    return f"{quarter:g}"


def count_depth_passed(rows: Sequence[tuple[int, date, float]]) -> None:
    """Count each quarter of a page that a reading passed for the first time: (page, day, quarter).

    Runs in the transaction of the folding that found it; calling it twice counts twice.
    """
    with transaction.atomic():
        add_to_counters(
            Counter((page_id, day, "depth", depth_value(quarter)) for page_id, day, quarter in rows)
        )


def move_from_bots(events: Sequence[Event]) -> None:
    """Give events back to the readers' counters, as far as their raw rows can tell; needs a transaction."""
    StatisticSpool.objects.bulk_create(
        StatisticSpool(
            page_id=event.page_id,
            day=event.at.date(),
            kind=event.kind,
            active_ms=event.active_ms,
            panel=event.panel,
        )
        for event in events
    )
    counted = Counter((event.page_id, event.at.date(), "bot", "") for event in events)
    add_to_counters(Counter({key: -count for key, count in counted.items()}))


def add_to_counters(deltas: Counter[CounterKey]) -> None:
    """Add to page counters, creating what is missing; needs a transaction.

    In the order of their keys, so that two transactions never wait for each other in a ring.
    """
    table = PageCounter._meta.db_table
    rows = sorted((*key, count) for key, count in deltas.items() if count)
    with connection.cursor() as cursor:
        for start in range(0, len(rows), COUNTERS_A_STATEMENT):
            part = rows[start : start + COUNTERS_A_STATEMENT]
            values = ", ".join(["(%s, %s, %s, %s, %s)"] * len(part))
            cursor.execute(
                f"INSERT INTO {table} (page_id, day, dimension, value, count) VALUES {values} "
                "ON CONFLICT (page_id, day, dimension, value) "
                f"DO UPDATE SET count = {table}.count + excluded.count",
                [
                    value.isoformat() if isinstance(value, date) else value
                    for row in part
                    for value in row
                ],
            )
