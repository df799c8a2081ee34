"""Writes new events of some batches in as few statements as the engine allows, inside a transaction.

Both planes claim ids in the same ledger, so that an id counts once wherever it is sent again, and
still does when the raw row is gone (sealed, withdrawn). The ledger names no page and nobody.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection

from tracking.ingest.agents import Agent
from tracking.ingest.decoding import Fact


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a batch comes from: the visitor (none on the anonymous plane), when, by what."""

    visitor_id: int | None
    received_at: datetime
    agent: Agent


# One statement: rows arrive as arrays; only ids that the ledger did not know go on. Rows of the
# spool that differ in nothing but active time are added up (`apart` keeps the others single).
_ON_POSTGRESQL = """
WITH given AS (
  SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::varchar[], %s::timestamptz[],
    %s::bigint[], %s::integer[], %s::float8[], %s::float8[], %s::varchar[], %s::jsonb[],
    %s::varchar[], %s::date[], %s::bigint[], %s::timestamptz[], %s::date[], %s::varchar[],
    %s::float8[], %s::varchar[], %s::varchar[], %s::varchar[], %s::varchar[], %s::integer[])
  AS row(id, view, page_id, kind, at, offset_ms, active_ms, depth, counted, panel, played,
    digest, day, visitor_id, received_at, received_on, filtered, passed, referrer, campaign, language,
    device, apart)
), claimed AS (
  INSERT INTO tracking_eventledger (id, day) SELECT id, received_on FROM given
  ON CONFLICT DO NOTHING RETURNING id
), stored AS (
  INSERT INTO tracking_event (id, visitor_id, view, page_id, kind, at, received_at, offset_ms,
    active_ms, depth, counted, panel, played, filtered, digest)
  SELECT id, visitor_id, view, page_id, kind, at, received_at, offset_ms, active_ms, depth,
    counted, panel, played, filtered, digest FROM given JOIN claimed USING (id) WHERE visitor_id IS NOT NULL
  ON CONFLICT DO NOTHING RETURNING id, view, filtered
), touched AS (
  INSERT INTO tracking_touchedview (view) SELECT DISTINCT view FROM stored WHERE filtered = ''
), taken AS (
  SELECT id FROM stored
  UNION ALL SELECT id FROM given JOIN claimed USING (id) WHERE visitor_id IS NULL
), spooled AS (
  INSERT INTO tracking_statisticspool (page_id, day, kind, active_ms, depth, panel, referrer,
    campaign, language, device, filtered)
  SELECT page_id, day, kind, sum(active_ms), passed, panel, referrer, campaign, language, device,
    filtered <> '' FROM given JOIN taken USING (id)
  GROUP BY page_id, day, kind, passed, panel, referrer, campaign, language, device, filtered, apart
)
SELECT id FROM taken"""


def store_new(facts: Sequence[tuple[Fact, Origin]]) -> set[UUID]:
    """Insert the facts whose ids are new, each with its origin, and return those ids.

    Needs a transaction and distinct ids. Concurrent calls with the same ids agree on who was
    first: on PostgreSQL the later one waits at the ledger's key, on SQLite at the write lock.
    """
    if not facts:
        return set()
    if connection.vendor == "postgresql":
        return _store_on_postgresql(facts)
    return _store_on_sqlite(facts)


def _passed(fact: Fact, *, origin: Origin) -> float | None:
    """The quarter of the page an anonymous event says was passed first; readings say it else."""
    if origin.visitor_id is not None or fact.depth is None or fact.depth < 0.25:
        return None
    return int(fact.depth * 4) / 4


def _spool_columns(fact: Fact, *, origin: Origin, place: int) -> tuple:
    """Passed quarter, referrer, campaign, language, device, and what keeps the row apart."""
    opens = fact.kind == "open"
    agent = origin.agent
    passed = _passed(fact, origin=origin)
    # A quarter passed counts by its row: two openings in one batch are two rows.
    mergeable = fact.kind == "read" and passed is None and not agent.filtered
    return (
        passed,
        fact.referrer if opens else "",
        fact.campaign if opens else "",
        agent.language if opens else "",
        agent.device if opens else "",
        0 if mergeable else place,
    )


def _store_on_postgresql(facts: Sequence[tuple[Fact, Origin]]) -> set[UUID]:
    # In the order of ids: two batches with the same ids then wait for each other, never in a ring.
    ordered = sorted(facts, key=lambda item: item[0].id)
    rows = [
        (
            fact.id, fact.view, fact.page_id, fact.kind, fact.at, fact.offset_ms, fact.active_ms,
            fact.depth, fact.counted, fact.panel, _played(fact), fact.digest, fact.at.date(),
            origin.visitor_id, origin.received_at, origin.received_at.date(),
            origin.agent.filtered, *_spool_columns(fact, origin=origin, place=place),
        )
        for place, (fact, origin) in enumerate(ordered, start=1)
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ON_POSTGRESQL, [_array(column) for column in zip(*rows, strict=True)])
        return {row[0] for row in cursor.fetchall()}


def _array(values: Sequence) -> str:
    """A column as PostgreSQL writes arrays; half the work of a list that the driver looks into."""
    written = ",".join(["NULL" if value is None else _quoted(value) for value in values])
    return f"{{{written}}}"


def _quoted(value: object) -> str:
    text = str(value)
    if '"' in text or "\\" in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


_CLAIM_ON_SQLITE = """
INSERT INTO tracking_eventledger (id, day) SELECT key, value FROM json_each(%s) WHERE true
ON CONFLICT DO NOTHING RETURNING id"""
_EVENT_ON_SQLITE = """
INSERT INTO tracking_event (id, visitor_id, view, page_id, kind, at, received_at, offset_ms,
  active_ms, depth, counted, panel, played, filtered, digest)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""
_TOUCH_ON_SQLITE = "INSERT INTO tracking_touchedview (view) VALUES (%s)"
_SPOOL_ON_SQLITE = """
INSERT INTO tracking_statisticspool (page_id, day, kind, active_ms, depth, panel, referrer,
  campaign, language, device, filtered) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""


def _store_on_sqlite(facts: Sequence[tuple[Fact, Origin]]) -> set[UUID]:
    with connection.cursor() as cursor:
        days = {fact.id.hex: origin.received_at.date().isoformat() for fact, origin in facts}
        cursor.execute(_CLAIM_ON_SQLITE, [json.dumps(days)])
        claimed = {row[0] for row in cursor.fetchall()}
        claimed -= _known_on_sqlite(cursor, claimed)
        new = [(fact, origin) for fact, origin in facts if fact.id.hex in claimed]
        personal = [item for item in new if item[1].visitor_id is not None]
        cursor.executemany(_EVENT_ON_SQLITE, [_event_row(*item) for item in personal])
        touched = {
            fact.view.hex for fact, origin in personal if fact.view and not origin.agent.filtered
        }
        cursor.executemany(_TOUCH_ON_SQLITE, [(view,) for view in sorted(touched)])
        cursor.executemany(_SPOOL_ON_SQLITE, _spool_rows(new))
    return {fact.id for fact, _ in new}


def _event_row(fact: Fact, origin: Origin) -> tuple:
    return (
        fact.id.hex, origin.visitor_id, fact.view.hex if fact.view else None, fact.page_id,
        fact.kind, _moment(fact.at), _moment(origin.received_at), fact.offset_ms, fact.active_ms,
        fact.depth, fact.counted, fact.panel, _played(fact), origin.agent.filtered, fact.digest,
    )  # fmt: skip


def _known_on_sqlite(cursor, ids: set[str]) -> set[str]:
    """Raw events that outlived their ledger row (clamped moments): they are duplicates too."""
    cursor.execute(
        "SELECT id FROM tracking_event WHERE id IN (SELECT value FROM json_each(%s))",
        [json.dumps(list(ids))],
    )
    return {row[0] for row in cursor.fetchall()}


def _spool_rows(facts: Sequence[tuple[Fact, Origin]]) -> list[tuple]:
    merged: dict[tuple, int] = {}
    for place, (fact, origin) in enumerate(facts, start=1):
        passed, referrer, campaign, language, device, apart = _spool_columns(
            fact, origin=origin, place=place
        )
        key = (
            fact.page_id, fact.at.date().isoformat(), fact.kind, passed, fact.panel, referrer,
            campaign, language, device, bool(origin.agent.filtered), apart,
        )  # fmt: skip
        merged[key] = merged.get(key, 0) + fact.active_ms
    return [(*key[:3], active_ms, *key[3:10]) for key, active_ms in merged.items()]


def _played(fact: Fact) -> str | None:
    return json.dumps(fact.played) if fact.played else None


def _moment(at: datetime) -> str:
    """As Django writes moments into SQLite."""
    return str(at.astimezone(UTC).replace(tzinfo=None))
