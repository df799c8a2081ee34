"""Decodes batches of events, each event on its own; touches no database and trusts nothing."""

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Annotated, Literal
from uuid import UUID

import msgspec

MAX_BODY_BYTES = 64 * 1024
MAX_EVENTS = 200

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
PageId = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
ActiveMs = Annotated[int, msgspec.Meta(ge=0, le=60_000)]
Depth = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
# Panel ids end up as values of public counters, so nothing that reads like text gets in.
PanelId = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[A-Za-z0-9_.:-]*$")]
Second = Annotated[float, msgspec.Meta(ge=0.0, le=86_400.0)]
Played = Annotated[list[tuple[Second, Second]], msgspec.Meta(max_length=100)]
Referrer = Literal["direct", "search", "social", "site", "other"]


class NotJson(ValueError):
    """The body is not JSON."""


class BadEnvelope(ValueError):
    """The body is JSON, but not a batch of events."""


class Envelope(msgspec.Struct):
    """A batch as it arrives; `events` still undecoded."""

    sent_at: Moment
    events: list[msgspec.Raw]
    visitor: str | None = None


class SentEvent(msgspec.Struct):
    """One event as a browser sends it; what else it carries is ignored."""

    id: str
    page: PageId
    kind: Literal["open", "read", "panel", "play", "share", "download"]
    at: Moment
    view: object = None
    active_ms: ActiveMs | None = None
    depth: Depth | None = None
    counted: Depth | None = None
    panel: PanelId | None = None
    played: Played | None = None
    referrer: Referrer | None = None
    campaign: Annotated[str, msgspec.Meta(max_length=2000)] | None = None


class Identity(msgspec.Struct):
    """All that is looked for in an event that could not be decoded."""

    id: object = None


@dataclass(slots=True)
class Fact:
    """One well-formed event: ids parsed, moments in UTC, defaults filled in.

    `key` is the id as it was sent, `sent_at` the moment by the client's clock, `digest` tells a
    repeat from a conflict, `counted` is how much of the depth the plane without anybody counted.
    `at` and `offset_ms` are filled in by the clocks.
    """

    key: str
    id: UUID
    view: UUID | None
    page_id: int
    kind: str
    sent_at: datetime
    active_ms: int
    depth: float | None
    counted: float | None
    panel: str
    played: list[tuple[float, float]] | None
    referrer: str
    campaign: str
    digest: str
    at: datetime
    offset_ms: int = 0


_envelopes = msgspec.json.Decoder(Envelope)
_events = msgspec.json.Decoder(SentEvent)
_identities = msgspec.json.Decoder(Identity)
_digests = msgspec.msgpack.Encoder()
_not_in_campaigns = re.compile(r"[^A-Za-z0-9_.-]+")


def decode_envelope(body: bytes) -> Envelope:
    """Return the batch with `sent_at` in UTC; raises NotJson or BadEnvelope."""
    try:
        envelope = _envelopes.decode(body)
    except msgspec.ValidationError as error:
        # The first wrong type may stand before the place where the body stops being JSON.
        _decode_slowly(body)
        raise BadEnvelope(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        envelope = _decode_slowly(body)
    except RecursionError:
        raise NotJson("nested too deeply") from None
    if len(envelope.events) > MAX_EVENTS:
        raise BadEnvelope(f"more than {MAX_EVENTS} events")
    try:
        envelope.sent_at = envelope.sent_at.astimezone(UTC)
    except OverflowError:
        raise BadEnvelope("sent_at lies outside the calendar") from None
    return envelope


def _decode_slowly(body: bytes) -> Envelope:
    """Decode a body that msgspec refuses: JSON with a lone surrogate spoils its own event only."""
    try:
        loaded = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise NotJson("not JSON") from None
    if not isinstance(loaded, dict) or not isinstance(loaded.get("events"), list):
        raise BadEnvelope("not a batch of events")
    try:
        envelope = msgspec.convert(
            {"sent_at": loaded.get("sent_at"), "visitor": loaded.get("visitor"), "events": []},
            Envelope,
        )
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise BadEnvelope(str(error)) from None
    envelope.events = [msgspec.Raw(json.dumps(event)) for event in loaded["events"]]
    return envelope


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def decode_event(raw: msgspec.Raw, *, needs_view: bool) -> Fact | None:
    """Return the event as a fact, or None when it is malformed.

    With `needs_view` an event without a view is malformed; without, the view is not even read.
    """
    try:
        event = _events.decode(raw)
        identity = msgspec.convert(event.id, UUID)
        view = msgspec.convert(event.view, UUID) if needs_view else None
        at = event.at.astimezone(UTC)
    except (msgspec.DecodeError, OverflowError, RecursionError, UnicodeDecodeError):
        return None
    if event.played and not all(start < end for start, end in event.played):
        return None
    if any(share is not None and math.isnan(share) for share in (event.depth, event.counted)):
        return None
    if not needs_view:
        event.view = None
    return Fact(
        key=event.id,
        id=identity,
        view=view,
        page_id=event.page,
        kind=event.kind,
        sent_at=at,
        active_ms=event.active_ms or 0,
        depth=event.depth,
        counted=event.counted if needs_view else None,
        panel=event.panel or "",
        played=event.played or None,
        referrer=event.referrer or "",
        campaign=clean_campaign(event.campaign) if event.campaign else "",
        digest=blake2b(_digests.encode(event), digest_size=8).hexdigest(),
        at=at,
    )


def sent_id(raw: msgspec.Raw) -> str | None:
    """Return the id of an event that could not be decoded, as it was sent, if it is a string."""
    try:
        identity = _identities.decode(raw).id
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return identity if isinstance(identity, str) else None


def clean_campaign(campaign: str) -> str:
    """Return the campaign's name in letters, figures, `_`, `.` and `-`, at most 64 of them."""
    return _not_in_campaigns.sub("-", campaign).strip("-")[:64]
