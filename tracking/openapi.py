"""Describes POST /api/v1/events for the API's schema; the address itself belongs to a plain view."""

from tracking.ingest.decoding import MAX_BODY_BYTES, MAX_EVENTS
from tracking.models import EventKind
from tracking.services.ingest import Reason, Status

_MOMENT = {"type": "string", "format": "date-time"}
_UUID = {"type": "string", "format": "uuid"}

EVENT_PROPERTIES = {
    "id": {**_UUID, "description": "A new random id; it counts once, however often it is sent."},
    "view": {
        **_UUID,
        "description": "One opening of one page. Needed with a visitor, ignored without.",
    },
    "page": {"type": "integer", "minimum": 1},
    "kind": {"type": "string", "enum": EventKind.values},
    "at": {**_MOMENT, "description": "By the browser's clock; sent_at tells how wrong that is."},
    "active_ms": {
        "type": "integer",
        "minimum": 0,
        "maximum": 60_000,
        "description": "Active time since the view's previous event.",
    },
    "depth": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "description": "The furthest so far; without a visitor 0.25, 0.5, 0.75, 1, once each.",
    },
    "counted": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "description": "The quarter that was sent without a visitor already, where consent came "
        "while the page was open; page statistics count the depth from there.",
    },
    "panel": {"type": "string", "maxLength": 64, "pattern": "^[A-Za-z0-9_.:-]*$"},
    "played": {
        "type": "array",
        "maxItems": 100,
        "items": {
            "type": "array",
            "minItems": 2,
            "maxItems": 2,
            "items": {"type": "number", "minimum": 0, "maximum": 86_400},
        },
        "description": "Stretches of media played, each from a second to a later second.",
    },
    "referrer": {"type": "string", "enum": ["direct", "search", "social", "site", "other"]},
    "campaign": {"type": "string"},
}
_BATCH = {
    "type": "object",
    "required": ["sent_at", "events"],
    "properties": {
        "visitor": {"type": ["string", "null"], "description": "The token a consent answered."},
        "sent_at": _MOMENT,
        "events": {
            "type": "array",
            "maxItems": MAX_EVENTS,
            "items": {
                "type": "object",
                "required": ["id", "page", "kind", "at"],
                "properties": EVENT_PROPERTIES,
            },
        },
    },
}
_RESULTS = {
    "type": "object",
    "required": ["results"],
    "properties": {
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "status"],
                "properties": {
                    "id": {"type": ["string", "null"], "description": "As it was sent."},
                    "status": {"type": "string", "enum": Status.values},
                    "reason": {"type": "string", "enum": Reason.values},
                },
            },
        }
    },
}


def _problem(description: str, *, retry: bool = False) -> dict:
    answer: dict = {
        "description": description,
        "content": {"application/problem+json": {"schema": {"type": "object"}}},
    }
    if retry:
        answer["headers"] = {
            "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}
        }
    return answer


EVENTS_OPERATION = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _BATCH},
            "text/plain": {"schema": {"type": "string", "description": "The same, for beacons."}},
        },
    },
    "responses": {
        200: {
            "description": "One verdict an event, in order, after everything new is stored.",
            "content": {"application/json": {"schema": _RESULTS}},
        },
        400: _problem("Not JSON."),
        401: _problem("A visitor token that is not ours."),
        413: _problem(f"More than {MAX_BODY_BYTES} bytes."),
        422: _problem(f"Not a batch, or more than {MAX_EVENTS} events."),
        429: _problem("Too many events of one visitor or address.", retry=True),
        503: _problem("Nothing was stored; send the same batch again.", retry=True),
    },
}
