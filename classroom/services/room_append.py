"""Appends one thing to a room's list, under the room's lock; who may, how much, and once for each id.

It knows nothing of what is appended: the services of the talk and of the stage do.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from classroom import room_news
from classroom.models import Room, RoomEvent, RoomGuest
from classroom.room_access import Seat, guest_of
from classroom.room_wire import is_closed
from classroom.services.room_entry import enter_as_staff

Kind = RoomEvent.Kind
#: What guests say: it is counted, slowed down, and may be taken away again.
WORDS = (Kind.MESSAGE, Kind.QUESTION, Kind.PICTURE, Kind.VOICE)
REMOVABLE = (*WORDS, Kind.POLL, Kind.CAPTION)
#: So many words of one guest in so long; what was sent before and comes again does not count.
AT_MOST = 6
WITHIN = timedelta(seconds=10)


class NotSent(Exception):
    """It was not taken in; the subclass says why."""


class NoNickname(NotSent):
    """Whoever writes says first what to call them."""


class NotHost(NotSent):
    """Only the hosts of a class may do that."""


class NotOpen(NotSent):
    """The doors are shut: too early, too late, cancelled, or closed by a host."""


class Muted(NotSent):
    """The hosts let this guest listen only."""


class NoWords(NotSent):
    """Nothing is left of the text once spaces and control characters are gone, or it is too long."""


class NothingThere(NotSent):
    """There is no such message, question or slide in this room."""


class Taken(NotSent):
    """Somebody else sent something under that id."""


class TooFast(NotSent):
    """Too much in a short time; `retry_after_s` says when there is room again."""

    def __init__(self, retry_after_s: int):
        super().__init__()
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Sending:
    """One thing to append, and what it needs."""

    seat: Seat
    guest: RoomGuest
    client_id: UUID
    kind: str
    values: dict[str, Any] = field(default_factory=dict)


def by(seat: Seat, *, kind: str, client_id: UUID, **values: Any) -> Sending:
    """What that seat wants to append; staff come in with it. Raises NoNickname."""
    guest = guest_of(seat) or (enter_as_staff(seat) if seat.user else None)
    if guest is None:
        raise NoNickname
    return Sending(seat=seat, guest=guest, client_id=client_id, kind=kind, values=values)


def need_host(seat: Seat) -> None:
    """Raise NotHost for everybody else."""
    if not seat.is_host:
        raise NotHost


def held(room: Room) -> Room:
    """The room, held until the transaction ends: who appends meanwhile waits here."""
    return Room.objects.select_for_update(no_key=True).get(pk=room.pk)


def append(sending: Sending, room: Room) -> RoomEvent:
    """Append to a room that is held; what was sent before is found first and costs nothing.

    Raises NotOpen, Muted, TooFast, Taken; hosts are held off by none but the last.
    """
    known = RoomEvent.objects.filter(room=room, client_id=sending.client_id).first()
    if known is not None:
        if known.guest_id != sending.guest.pk or known.kind != sending.kind:
            raise Taken
        return known
    need_turn(sending, room)
    return write(
        room,
        kind=sending.kind,
        guest=sending.guest,
        name=sending.guest.nickname,
        by_host=sending.seat.is_host,
        client_id=sending.client_id,
        **sending.values,
    )


def need_turn(sending: Sending, room: Room) -> None:
    """Raise NotOpen, Muted or TooFast where a guest may not send that now; hosts always may.

    What somebody said they may take away again at any time: slow mode, a mute and the end of the
    class are about saying more.
    """
    if sending.seat.is_host:
        return
    if sending.kind == Kind.REMOVED:
        _wait_for(_flood_ends_at(sending.guest))
        return
    if not sending.seat.may_write or is_closed(room):
        raise NotOpen
    _need_voice(sending.guest)
    _wait_for(_flood_ends_at(sending.guest) + _pace_ends_at(sending.guest, room))


def _need_voice(guest: RoomGuest) -> None:
    """Look again under the lock: what a host decided a moment ago counts already."""
    now = RoomGuest.objects.get(pk=guest.pk)
    if now.put_out_at is not None:
        raise NotOpen
    if now.muted_at is not None:
        raise Muted


def _flood_ends_at(guest: RoomGuest) -> list[datetime]:
    """When there is room again after much at once, by the rows themselves: no cache has to remember it."""
    recent = RoomEvent.objects.filter(guest=guest, at__gt=timezone.now() - WITHIN)
    latest = list(recent.order_by("-at").values_list("at", flat=True)[:AT_MOST])
    return [at + WITHIN for at in latest[AT_MOST - 1 :]]


def _pace_ends_at(guest: RoomGuest, room: Room) -> list[datetime]:
    """When slow mode lets this guest say the next thing."""
    if not room.slow_s:
        return []
    said = RoomEvent.objects.filter(guest=guest, kind__in=WORDS).order_by("-at").first()
    return [said.at + timedelta(seconds=room.slow_s)] if said else []


def _wait_for(moments: list[datetime]) -> None:
    """Raise TooFast with the whole seconds until the last of these moments, if any is to come."""
    left = max(((at - timezone.now()).total_seconds() for at in moments), default=0.0)
    if left > 0:
        raise TooFast(int(left) + 1)


def write(room: Room, **values: Any) -> RoomEvent:
    """Give the next number of a held room away; who listens is told after the commit."""
    room.last_number += 1
    room.save(update_fields=["last_number"])
    event = RoomEvent.objects.create(
        room=room, number=room.last_number, at=timezone.now(), **values
    )
    transaction.on_commit(partial(room_news.tell, room.pk))
    return event


def touch(room: Room) -> None:
    """Say that the state of a held room changed: whoever listens gets a new one after the commit."""
    Room.objects.filter(pk=room.pk).update(state_number=F("state_number") + 1)
    transaction.on_commit(partial(room_news.tell, room.pk))
