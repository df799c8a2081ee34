"""Who is in a room: a guest by their place, or somebody of staff; it reads, and answers no request."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from classroom.models import LiveClass, Registration, Room, RoomGuest, RoomHost
from classroom.selectors import class_itself, is_on, registration_of
from classroom.services.staff_access import classes_seen_by, may_see_classes
from cms.models import Access
from people.models import User
from people.roles import Role
from people.selectors import person_of_user


class NoRoom(Exception):
    """There is no such room, or not for whoever asks."""


class NoSeat(Exception):
    """The room is there, and whoever asks has no place in it."""


class PutOut(NoSeat):
    """There was a seat, and a host put this guest out."""


@dataclass(frozen=True)
class Seat:
    """One listener of one room: by a place in the class, or as staff. Hosts turn and remove."""

    room: Room
    place: Registration | None = None
    user: User | None = None
    is_host: bool = False
    #: The login by which a place was found; 0 for one that came by its personal link.
    login_id: int = 0

    @property
    def key(self) -> str:
        """Says whose seat it is and by what, for counting and looking again; it names nobody."""
        if self.place is not None:
            return f"place:{self.place.pk}:{self.place.join_number}:{self.login_id}"
        return f"user:{self.user.pk if self.user else 0}"

    @property
    def live_class(self) -> LiveClass:
        return self.room.live_class

    @property
    def may_write(self) -> bool:
        """Whether the doors are open; hosts come earlier and stay longer."""
        return self.is_host or is_on(self.live_class)


def seat_by_place(*, class_id: int, place: Registration) -> Seat:
    """The seat that a place gives in the room of that class; raises NoRoom, NoSeat, PutOut."""
    live_class = place.live_class
    if live_class.pk != class_id:
        live_class = _class(class_id)
        if live_class.pk != place.live_class_id:
            raise NoSeat
    if not live_class.live:
        raise NoRoom
    return _seat_in(_room(live_class, guest=place), place)


def seat_by_login(*, class_id: int, user: User) -> Seat:
    """The seat of staff who look after the class or help to hold it, else of the person's login.

    Raises NoRoom, NoSeat and PutOut; a class for staff does not exist for others.
    """
    live_class = _class(class_id)
    if may_see_classes(user):
        sees = classes_seen_by(user).filter(pk=live_class.pk).exists()
        if sees or helps_to_hold(user, live_class):
            return Seat(room=_room(live_class), user=user, is_host=may_host(user, live_class))
    if not live_class.live or live_class.access == Access.STAFF:
        raise NoRoom
    person = person_of_user(user.pk)
    place = registration_of(live_class=live_class, person=person) if person else None
    room = _room(live_class, guest=place)
    if place is None or not place.has_place:
        raise NoSeat
    return _seat_in(room, place, login_id=user.pk)


def may_host(user: User, live_class: LiveClass) -> bool:
    """Whether the user gives the class or was asked to help, or is an administrator.

    Administrators may take over any room.
    """
    return gives_class(user, live_class) or helps_to_hold(user, live_class)


def gives_class(user: User, live_class: LiveClass) -> bool:
    """Whether the class is the user's own, or they are an administrator."""
    if user.is_superuser or user.groups.filter(name=Role.ADMINISTRATOR.value).exists():
        return True
    own = Q(owner=user) | Q(author__user=user) | Q(clinicians__user=user)
    twins = LiveClass.objects.filter(translation_key=live_class.translation_key)
    return twins.filter(own).exists()


def helps_to_hold(user: User, live_class: LiveClass) -> bool:
    """Whether the user was made a host of this class's room beside those who give it."""
    return RoomHost.objects.filter(room=live_class.pk, user=user).exists()


def guest_of(seat: Seat) -> RoomGuest | None:
    """Who sits there, None for somebody who has not said yet what to call them."""
    guests = RoomGuest.objects.filter(room=seat.room)
    if seat.place is not None:
        return guests.filter(person=seat.place.person_id).first()
    return guests.filter(user=seat.user).first()


def _class(class_id: int) -> LiveClass:
    page = LiveClass.objects.filter(pk=class_id).first()
    if page is None:
        raise NoRoom
    return class_itself(page)


def _seat_in(room: Room, place: Registration, *, login_id: int = 0) -> Seat:
    if room.is_shut_to_guest:  # type: ignore[attr-defined]
        raise PutOut
    return Seat(room=room, place=place, login_id=login_id)


def _room(live_class: LiveClass, *, guest: Registration | None = None) -> Room:
    """The class's room, and in the same query whether that guest was put out of it."""
    person = guest.person_id if guest else None
    out = RoomGuest.objects.filter(room=OuterRef("pk"), person=person, put_out_at__isnull=False)
    room = Room.objects.filter(live_class=live_class).annotate(is_shut_to_guest=Exists(out)).first()
    if room is None:
        raise NoRoom
    room.live_class = live_class
    return room
