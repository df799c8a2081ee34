"""Writes new events of one batch in as few statements as the engine allows, inside a transaction.

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
_GIVEN = """
WITH given AS (
  SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::varchar[], %s::timestamptz[],
    %s::bigint[], %s::integer[], %s::float8[], %s::varchar[], %s::jsonb[], %s::varchar[],
    %s::date[], %s::float8[], %s::varchar[], %s::varchar[], %s::varchar[], %s::varchar[],
    %s::integer[])
  AS row(id, view, page_id, kind, at, offset_ms, active_ms, depth, panel, played, digest,
    day, passed, referrer, campaign, language, device, apart)
), claimed AS (
  INSERT INTO tracking_eventledger (id, day) SELECT id, %s::date FROM given
  ON CONFLICT DO NOTHING RETURNING id
)"""
_STORED = """, stored AS (
  INSERT INTO tracking_event (id, visitor_id, view, page_id, kind, at, received_at, offset_ms,
    active_ms, depth, panel, played, filtered, digest)
  SELECT id, %s::bigint, view, page_id, kind, at, %s::timestamptz, offset_ms, active_ms, depth,
    panel, played, %s::varchar, digest FROM given JOIN claimed USING (id)
  ON CONFLICT DO NOTHING RETURNING id, view
), touched AS (
  INSERT INTO tracking_touchedview (view) SELECT DISTINCT view FROM stored WHERE %s
)"""
_ALL_CLAIMED = ", stored AS (SELECT id FROM claimed)"
_SPOOLED = """, spooled AS (
  INSERT INTO tracking_statisticspool (page_id, day, kind, active_ms, depth, panel, referrer,
    campaign, language, device, filtered)
  SELECT page_id, day, kind, sum(active_ms), passed, panel, referrer, campaign, language, device,
    %s::boolean FROM given JOIN stored USING (id)
  GROUP BY page_id, day, kind, passed, panel, referrer, campaign, language, device, apart
)
SELECT id FROM stored"""


def store_new(facts: Sequence[Fact], *, origin: Origin) -> set[UUID]:
    """Insert the facts whose ids are new and return those ids.

    Needs a transaction and distinct ids. Concurrent calls with the same ids agree on who was
    first: on PostgreSQL the later one waits at the ledger's key, on SQLite at the write lock.
    """
    if connection.vendor == "postgresql":
        return _store_on_postgresql(facts, origin=origin)
    return _store_on_sqlite(facts, origin=origin)


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


def _store_on_postgresql(facts: Sequence[Fact], *, origin: Origin) -> set[UUID]:
    # In the order of ids: two batches with the same ids then wait for each other, never in a ring.
    rows = [
        (
            fact.id, fact.view, fact.page_id, fact.kind, fact.at, fact.offset_ms, fact.active_ms,
            fact.depth, fact.panel, _played(fact), fact.digest, fact.at.date(),
            *_spool_columns(fact, origin=origin, place=place),
        )
        for place, fact in enumerate(sorted(facts, key=lambda fact: fact.id), start=1)
    ]  # fmt: skip
    filtered = origin.agent.filtered
    parameters: list = [list(column) for column in zip(*rows, strict=True)]
    parameters.append(origin.received_at.date())
    if origin.visitor_id is None:
        statement = _GIVEN + _ALL_CLAIMED + _SPOOLED
    else:
        statement = _GIVEN + _STORED + _SPOOLED
        parameters += [origin.visitor_id, origin.received_at, filtered, not filtered]
    parameters.append(bool(filtered))
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {row[0] for row in cursor.fetchall()}


_CLAIM_ON_SQLITE = """
INSERT INTO tracking_eventledger (id, day) SELECT value, %s FROM json_each(%s) WHERE true
ON CONFLICT DO NOTHING RETURNING id"""
_EVENT_ON_SQLITE = """
INSERT INTO tracking_event (id, visitor_id, view, page_id, kind, at, received_at, offset_ms,
  active_ms, depth, panel, played, filtered, digest)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""
_SPOOL_ON_SQLITE = """
INSERT INTO tracking_statisticspool (page_id, day, kind, active_ms, depth, panel, referrer,
  campaign, language, device, filtered) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""


def _store_on_sqlite(facts: Sequence[Fact], *, origin: Origin) -> set[UUID]:
    with connection.cursor() as cursor:
        ids = json.dumps([fact.id.hex for fact in facts])
        cursor.execute(_CLAIM_ON_SQLITE, [origin.received_at.date().isoformat(), ids])
        claimed = {UUID(hex=row[0]) for row in cursor.fetchall()}
        new = [fact for fact in facts if fact.id in claimed]
        if not new:
            return set()
        if origin.visitor_id is not None:
            kept = _events_on_sqlite(cursor, new, origin=origin)
            new = [fact for fact in new if fact.id in kept]
        cursor.executemany(_SPOOL_ON_SQLITE, _spool_rows(new, origin=origin))
    return {fact.id for fact in new}


def _events_on_sqlite(cursor, facts: list[Fact], *, origin: Origin) -> set[UUID]:
    filtered = origin.agent.filtered
    received_at = _moment(origin.received_at)
    rows = [
        (
            fact.id.hex, origin.visitor_id, fact.view.hex if fact.view else None, fact.page_id,
            fact.kind, _moment(fact.at), received_at, fact.offset_ms, fact.active_ms, fact.depth,
            fact.panel, _played(fact), filtered, fact.digest,
        )
        for fact in facts
    ]  # fmt: skip
    before = _known_on_sqlite(cursor, facts)
    cursor.executemany(_EVENT_ON_SQLITE, rows)
    kept = {fact.id for fact in facts} - before
    views = {fact.view.hex for fact in facts if fact.view and fact.id in kept}
    if not filtered:
        cursor.executemany(
            "INSERT INTO tracking_touchedview (view) VALUES (%s)",
            [(view,) for view in sorted(views)],
        )
    return kept


def _known_on_sqlite(cursor, facts: list[Fact]) -> set[UUID]:
    """Raw events that outlived their ledger row (clamped moments): they are duplicates too."""
    cursor.execute(
        "SELECT id FROM tracking_event WHERE id IN (SELECT value FROM json_each(%s))",
        [json.dumps([fact.id.hex for fact in facts])],
    )
    return {UUID(hex=row[0]) for row in cursor.fetchall()}


def _spool_rows(facts: Sequence[Fact], *, origin: Origin) -> list[tuple]:
    merged: dict[tuple, int] = {}
    for place, fact in enumerate(facts, start=1):
        passed, referrer, campaign, language, device, apart = _spool_columns(
            fact, origin=origin, place=place
        )
        key = (
            fact.page_id, fact.at.date().isoformat(), fact.kind, passed, fact.panel, referrer,
            campaign, language, device, apart,
        )  # fmt: skip
        merged[key] = merged.get(key, 0) + fact.active_ms
    filtered = bool(origin.agent.filtered)
    return [(*key[:3], active_ms, *key[3:9], filtered) for key, active_ms in merged.items()]


def _played(fact: Fact) -> str | None:
    return json.dumps(fact.played) if fact.played else None


def _moment(at: datetime) -> str:
    """As Django writes moments into SQLite."""
    return str(at.astimezone(UTC).replace(tzinfo=None))
