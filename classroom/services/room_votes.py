"""Counts each guest once: for a question that others ask, too, and in a poll of the hosts.

Votes are no events. They change the room's state, which everybody gets as numbers; whose they are is
in no answer, and when a poll is closed its votes are deleted.
"""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from classroom.models import Room, RoomEvent, RoomGuest, RoomVote
from classroom.models.room import MESSAGE_LENGTH
from classroom.room_access import Seat, guest_of
from classroom.room_state import votes_in
from classroom.room_wire import is_closed
from classroom.room_words import clean_words
from classroom.services.room_append import (
    Kind,
    NoNickname,
    NothingThere,
    NotOpen,
    NotSent,
    NoWords,
    TooFast,
    append,
    by,
    held,
    need_host,
    touch,
)

OPTIONS = (2, 6)
OPTION_LENGTH = 80
#: Of one guest: so many votes in so long, and each of them changed once a second.
AT_MOST = 10
WITHIN = timedelta(seconds=10)
ONE_WITHIN = timedelta(seconds=1)


class NoGuest(NotSent):
    """Votes are for who has a place in the class; hosts and other staff look on."""


class BadOptions(NotSent):
    """A poll has two to six different options, each of 1 to 80 characters."""


def vote(*, seat: Seat, number: int, choice: int | None) -> RoomVote:
    """Vote for a question (choice 0) or choose in a poll; None takes it back. Raises NotSent.

    The last one counts; the same again changes nothing.
    """
    if seat.place is None:
        raise NoGuest
    guest = guest_of(seat)
    if guest is None:
        raise NoNickname
    with transaction.atomic():
        room = held(seat.room)
        if not seat.may_write or is_closed(room):
            raise NotOpen
        choices = _choices(room, number)
        if choice is not None and not 0 <= choice < choices:
            raise NothingThere
        known = RoomVote.objects.filter(room=room, number=number, guest=guest).first()
        if known is not None and known.choice == choice:
            return known
        _count(guest, known)
        own, _ = RoomVote.objects.update_or_create(
            room=room, number=number, guest=guest,
            defaults={"choice": choice, "at": timezone.now()},
        )  # fmt: skip
        touch(room)
        return own


def votes_of(guest: RoomGuest | None) -> dict[int, int]:
    """What this guest voted, by number: for their own page alone."""
    own = RoomVote.objects.filter(guest=guest, choice__isnull=False) if guest else []
    return {one.number: one.choice for one in own if one.choice is not None}


def open_poll(*, seat: Seat, text: str, options: list[str], client_id: UUID) -> RoomEvent:
    """Ask everybody to choose one of two to six; raises NotSent."""
    need_host(seat)
    asked = clean_words(text)
    if not asked or len(asked) > MESSAGE_LENGTH:
        raise NoWords
    named = [" ".join(clean_words(option).split()) for option in options]
    fits = all(0 < len(option) <= OPTION_LENGTH for option in named)
    if not fits or not OPTIONS[0] <= len(set(named)) == len(named) <= OPTIONS[1]:
        raise BadOptions
    more = {"options": named}
    sending = by(seat, kind=Kind.POLL, client_id=client_id, text=asked, more=more)
    with transaction.atomic():
        room = held(seat.room)
        last = room.last_number
        event = append(sending, room)
        if event.number > last:
            touch(room)
        return event


def close_poll(*, seat: Seat, number: int, client_id: UUID) -> RoomEvent:
    """End a poll: its counts stay, its votes are deleted. Closed already, it gives that event."""
    need_host(seat)
    with transaction.atomic():
        room = held(seat.room)
        poll = RoomEvent.objects.filter(room=room, number=number, kind=Kind.POLL).first()
        if poll is None or poll.more is None:
            raise NothingThere
        done = RoomEvent.objects.filter(room=room, about=number, kind=Kind.POLL_CLOSED).first()
        if done is not None:
            return done
        counts = votes_in(room.pk).get(number, Counter())
        final = [counts[choice] for choice in range(len(poll.more["options"]))]
        closed = by(
            seat, kind=Kind.POLL_CLOSED, client_id=client_id, about=number, more={"counts": final}
        )
        event = append(closed, room)
        RoomVote.objects.filter(room=room, number=number).delete()
        touch(room)
        return event


def _choices(room: Room, number: int) -> int:
    """How many choices there are; raises NothingThere and, of a closed poll, NotOpen."""
    asked = RoomEvent.objects.filter(
        room=room, number=number, kind__in=(Kind.QUESTION, Kind.POLL), removed_at=None
    ).first()
    if asked is None:
        raise NothingThere
    if asked.kind == Kind.QUESTION:
        return 1
    if RoomEvent.objects.filter(room=room, about=number, kind=Kind.POLL_CLOSED).exists():
        raise NotOpen
    return len((asked.more or {}).get("options", []))


def _count(guest: RoomGuest, known: RoomVote | None) -> None:
    """Hold a flood off by the rows themselves, which also keep votes that were taken back."""
    now = timezone.now()
    recent = RoomVote.objects.filter(guest=guest, at__gt=now - WITHIN).order_by("-at")
    latest = list(recent.values_list("at", flat=True)[:AT_MOST])
    if known is not None and known.at > now - ONE_WITHIN:
        raise TooFast(1)
    if len(latest) == AT_MOST:
        raise TooFast(_whole_seconds(latest[-1] + WITHIN, now=now))


def _whole_seconds(until: datetime, *, now: datetime) -> int:
    return max(1, int((until - now).total_seconds()) + 1)
