"""What ingest is held against: an answer with nothing behind it, and the mere insert of the rows."""

import json
import uuid
from datetime import UTC, datetime

import msgspec
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

ON_POSTGRESQL = """
INSERT INTO tracking_event (id, visitor_id, view, page_id, kind, at, received_at, offset_ms,
  active_ms, depth, panel, filtered, digest)
SELECT id, %s::bigint, view, page_id, kind, at, %s::timestamptz, 0, active_ms, depth, '', '', ''
FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::varchar[], %s::timestamptz[], %s::integer[],
  %s::float8[]) AS row(id, view, page_id, kind, at, active_ms, depth)
ON CONFLICT DO NOTHING RETURNING id"""
ON_SQLITE = """
INSERT INTO tracking_event (id, view, page_id, kind, at, active_ms, depth, visitor_id, received_at,
  offset_ms, panel, filtered, digest)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 0, '', '', '') ON CONFLICT DO NOTHING"""


@csrf_exempt
def empty(request: HttpRequest) -> HttpResponse:
    """Answer, and do nothing else."""
    return _nothing()


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    """Decode a batch and insert its rows, unchecked, in one transaction."""
    batch = msgspec.json.decode(request.body)
    with transaction.atomic():
        insert_rows(batch["events"], visitor_id=batch["visitor_id"])
    return _nothing()


@csrf_exempt
def insert_beat(request: HttpRequest) -> HttpResponse:
    """Decode one sign of presence and insert its row, unchecked, in one transaction."""
    sign = msgspec.json.decode(request.body)
    with transaction.atomic(), connection.cursor() as cursor:
        moment = datetime.now(UTC)
        at = moment if connection.vendor == "postgresql" else str(moment.replace(tzinfo=None))
        cursor.execute(
            "INSERT INTO classroom_presencebeat (live_class_id, person_id, tab, kind, is_replay, at) "
            "VALUES (%s, %s, %s, %s, %s, %s)",
            [sign["class"], sign["person"], sign["tab"], sign["kind"], False, at],
        )
    return _nothing()


def _nothing() -> HttpResponse:
    """An empty answer that says its length, as without layers nobody else does."""
    return HttpResponse(b"{}", content_type="application/json", headers={"Content-Length": "2"})


def insert_rows(events: list[dict], *, visitor_id: int) -> None:
    """Insert these events in one statement (PostgreSQL) or one executemany (SQLite)."""
    now = datetime.now(UTC)
    names = ("id", "view", "page", "kind", "at", "active_ms", "depth")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns = [[event.get(name) for event in events] for name in names]
            cursor.execute(ON_POSTGRESQL, [visitor_id, now, *columns])
            cursor.fetchall()
            return
        moment = str(now.replace(tzinfo=None))
        rows = [
            (
                event["id"].replace("-", ""), event["view"].replace("-", ""), event["page"],
                event["kind"], moment, event["active_ms"], event.get("depth"), visitor_id, moment,
            )
            for event in events
        ]  # fmt: skip
        cursor.executemany(ON_SQLITE, rows)


def new_events(number: int, *, page_id: int, view: str | None = None) -> list[dict]:
    """A reader's events as the tracker sends them: an open, then readings that go deeper."""
    at = datetime.now(UTC).isoformat()
    view = view or str(uuid.uuid4())
    return [
        {
            "id": str(uuid.uuid4()), "view": view, "page": page_id,
            "kind": "read" if place else "open", "at": at, "active_ms": 5_000,
            "depth": place / number,
        }
        for place in range(number)
    ]  # fmt: skip


def new_body(number: int, *, page_id: int, token: str, visitor_id: int) -> bytes:
    """One batch for either address: `insert` reads the visitor's key, ingest the token."""
    batch = {
        "visitor": token,
        "visitor_id": visitor_id,
        "sent_at": datetime.now(UTC).isoformat(),
        "events": new_events(number, page_id=page_id),
    }
    return json.dumps(batch).encode()


def bytes_of(request: HttpRequest, size: int) -> HttpResponse:
    """An answer of that many bytes with nothing behind it."""
    return HttpResponse(b"x" * size, content_type="application/json")
