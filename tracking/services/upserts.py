"""Writes many signals with one statement a chunk; the ORM's objects would cost most of the time."""

import json
from collections.abc import Sequence

from django.db import connection

from tracking.evidence import SignalFact
from tracking.models import Signal

ROWS_A_STATEMENT = 1000
KEY = ("profile_id", "kind", "item_key", "day")
VALUES = ("at", "strength", "page_id", "topic_id", "yardstick_id", "detail")
POSTGRES_TYPES = (
    "bigint", "text", "text", "date", "timestamptz", "float8", "bigint", "bigint", "bigint", "jsonb",
)  # fmt: skip


def upsert_signals(signals: Sequence[tuple[int, SignalFact]]) -> None:
    """Insert (profile id, signal) pairs, or bring the stored ones of the same key up to date."""
    rows = [_row(profile, signal) for profile, signal in signals]
    with connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS_A_STATEMENT):
            chunk = rows[start : start + ROWS_A_STATEMENT]
            if connection.vendor == "postgresql":
                cursor.execute(_statement(_unnest()), [list(c) for c in zip(*chunk, strict=True)])
            else:
                values = ", ".join(["%s"] * (len(KEY) + len(VALUES)))
                cursor.executemany(_statement(f"VALUES ({values})"), chunk)


def _row(profile: int, signal: SignalFact) -> tuple:
    adapt = connection.ops
    return (
        profile,
        signal.kind,
        signal.item_key,
        adapt.adapt_datefield_value(signal.day),
        adapt.adapt_datetimefield_value(signal.at),
        signal.strength,
        signal.page_id,
        signal.topic_id,
        signal.yardstick_id,
        json.dumps(signal.detail),
    )


def _unnest() -> str:
    arrays = ", ".join(f"%s::{kind}[]" for kind in POSTGRES_TYPES)
    return f"SELECT * FROM unnest({arrays})"


def _statement(source: str) -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(map(quote, KEY + VALUES))
    updates = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in VALUES)
    return (
        f"INSERT INTO {quote(Signal._meta.db_table)} ({columns}) {source} "
        f"ON CONFLICT ({', '.join(map(quote, KEY))}) DO UPDATE SET {updates}"
    )
