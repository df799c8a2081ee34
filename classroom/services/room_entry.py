"""Makes a class's own room, and lets people in under the name they choose."""

from typing import Any

from django.db import transaction

from classroom.models import LiveClass, Room, RoomGuest
from classroom.models.room import NAME_LENGTH, NICKNAME_LENGTH
from classroom.room_access import Seat
from classroom.room_names import clean_name, passes_for_host
from cms.models import ClinicianPage
from outbox.services import record_audit
from people.models import User


class HostsName(ValueError):
    """A guest may not be called what looks like the name of somebody who holds the room."""


def make_room(*, live_class: LiveClass, by: User) -> Room:
    """The class is held in our own room from now on; a second call changes nothing. Audited."""
    room, is_new = Room.objects.get_or_create(live_class=live_class)
    if is_new:
        record_audit(actor=f"user:{by.pk}", action="room.made", subject=f"class:{live_class.pk}")
    return room


def enter_room(*, seat: Seat, nickname: str) -> RoomGuest | None:
    """Be called that in this room from now on; None where nothing is left of the name.

    Raises HostsName. What was written before keeps the name it was written under.
    """
    name = clean_name(nickname, at_most=NICKNAME_LENGTH if seat.place else NAME_LENGTH)
    if not name:
        return None
    if seat.place is None:
        return _enter(seat, name, user=seat.user)
    if passes_for_host(name, seat.room):
        raise HostsName
    return _enter(seat, name, person=seat.place.person)


def enter_as_staff(seat: Seat) -> RoomGuest:
    """Staff are called what they are called in the clinic; they come in with their first word."""
    assert seat.user is not None
    guest = enter_room(seat=seat, nickname=staff_name(seat.user))
    assert guest is not None
    return guest


def staff_name(user: User) -> str:
    """The name on the clinician's page, else the login's."""
    page = ClinicianPage.objects.filter(user=user).order_by("pk").first()
    return (page.title if page else "") or user.get_full_name() or user.get_username()


def _enter(seat: Seat, name: str, **who: Any) -> RoomGuest:
    with transaction.atomic():
        guest, _ = RoomGuest.objects.update_or_create(
            room=seat.room, **who, defaults={"nickname": name}
        )
    return guest
