"""What happened in a room as everybody gets it: the same words to all, in one order; reads only."""

import json
from collections import Counter
from typing import Any

from django.db.models import Max, Q, QuerySet

from classroom.models import Room, RoomEvent, RoomSlide
from classroom.piece_cards import with_cards
from classroom.room_state import tally

EVENTS_A_READ = 500


def events_after(*, room_id: int, number: int, at_most: int = EVENTS_A_READ) -> list[RoomEvent]:
    """The next events of a room behind that number, in their order: one query, and those of cards."""
    return with_cards(list(_events(room_id).filter(number__gt=number).order_by("number")[:at_most]))


def latest_events(*, room_id: int, at_most: int) -> list[RoomEvent]:
    """The last events of a room, in their order."""
    return with_cards(list(_events(room_id).order_by("-number")[:at_most])[::-1])


def events_numbered(*, room_id: int, numbers: set[int]) -> list[RoomEvent]:
    """These events of a room, and what puts voice clips among them into words, as they are now."""
    in_words = Q(kind=RoomEvent.Kind.VOICE_WORDS, about__in=numbers)
    return with_cards(list(_events(room_id).filter(Q(number__in=numbers) | in_words)))


def last_number_of(room_id: int) -> int:
    """The number of the newest event that is visible; 0 in a room where nothing happened."""
    return RoomEvent.objects.filter(room_id=room_id).aggregate(last=Max("number"))["last"] or 0


def is_closed(room: Room) -> bool:
    """Whether the hosts have closed the room and not opened it again."""
    doors = (RoomEvent.Kind.OPENED, RoomEvent.Kind.CLOSED)
    last = RoomEvent.objects.filter(room=room, kind__in=doors).order_by("-number").first()
    return last is not None and last.kind == RoomEvent.Kind.CLOSED


def _events(room_id: int) -> QuerySet[RoomEvent]:
    return RoomEvent.objects.filter(room_id=room_id).select_related("slide")


def wire_of(event: RoomEvent) -> dict[str, Any]:
    """An event as the API gives it; `by` is the guest's number in this installation, no name."""
    return {
        "number": event.number,
        "kind": event.kind,
        "at": event.at.isoformat().replace("+00:00", "Z"),
        "by": event.guest_id,
        "name": event.name,
        "host": event.by_host,
        "text": event.text,
        "about": event.about,
        "slide": wire_of_slide(event.slide) if event.slide else None,
        "more": wire_of_more(event),
        "client": str(event.client_id) if event.client_id else None,
        "removed": event.removed_at is not None,
    }


def wire_of_more(event: RoomEvent) -> dict[str, Any] | None:
    """What an event has beside words; of few votes it is not told how they fall."""
    if event.more is None or event.removed_at is not None:
        return None
    if event.kind in (RoomEvent.Kind.MESSAGE, RoomEvent.Kind.QUESTION):
        return {"cards": list(event.cards)} if event.cards else None
    if event.kind == RoomEvent.Kind.POLL_CLOSED:
        counts = event.more["counts"]
        return tally(Counter(dict(enumerate(counts))), options=len(counts))
    return event.more


def wire_of_slide(slide: RoomSlide) -> dict[str, Any]:
    """A slide as the API gives it."""
    return {
        "id": slide.pk,
        "src": slide.file.url,
        "description": slide.description,
        "width": slide.width,
        "height": slide.height,
    }


def streamed(event: RoomEvent) -> bytes:
    """An event as a server-sent event; its number is the id to go on from."""
    words = json.dumps(wire_of(event), ensure_ascii=False, separators=(",", ":"))
    return f"id: {event.number}\ndata: {words}\n\n".encode()
