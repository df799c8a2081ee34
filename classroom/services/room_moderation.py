"""What hosts decide about a room's guests: each step can be undone, each is audited, none is shown.

Others see the effect and nothing else: no event says who was muted or put out.
"""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from classroom.models import Room, RoomGuest, RoomHost
from classroom.room_access import Seat
from classroom.services.room_append import NothingThere, NotSent, held, need_host, touch
from outbox.services import record_audit
from people.models import User
from people.roles import Role

#: What a host may choose: a guest says one thing in so many seconds, or as many as they like.
SLOW_S = (0, 10, 30, 60, 300)
HELPERS = (Role.CLINICIAN, Role.CONSULTANT)


class NoSuchPace(NotSent):
    """Slow mode knows a few steps only."""


class NoHelper(ValueError):
    """A room is held by clinicians and consultants of the clinic."""


def mute_guest(*, seat: Seat, guest_id: int, is_muted: bool) -> None:
    """Let a guest listen only, or speak again; raises NotSent. A second call changes nothing."""
    _decide(seat, guest_id, "muted_at", is_muted, "guest_muted" if is_muted else "guest_unmuted")


def put_out_guest(*, seat: Seat, guest_id: int, is_out: bool) -> None:
    """Put a guest out of this class's room, or let them in again; raises NotSent.

    Their streams end within seconds, their place in the class stays.
    """
    _decide(seat, guest_id, "put_out_at", is_out, "guest_put_out" if is_out else "guest_let_in")


def slow_down(*, seat: Seat, seconds: int) -> None:
    """Let each guest say one thing in so many seconds, 0 for no such rule; raises NotSent."""
    need_host(seat)
    if seconds not in SLOW_S:
        raise NoSuchPace
    with transaction.atomic():
        room = held(seat.room)
        if room.slow_s == seconds:
            return
        Room.objects.filter(pk=room.pk).update(slow_s=seconds)
        touch(room)
        _audit(seat.user, room, "slowed_down", {"seconds": seconds, "before": room.slow_s})


def let_guests_speak(*, seat: Seat, may: bool) -> None:
    """Take voice clips of guests from now on, or none; raises NotSent. A second call changes nothing."""
    need_host(seat)
    with transaction.atomic():
        room = held(seat.room)
        if room.guests_speak == may:
            return
        Room.objects.filter(pk=room.pk).update(guests_speak=may)
        touch(room)
        _audit(seat.user, room, "voices_taken" if may else "voices_not_taken", {})


def add_host(*, room: Room, user: User, by: User) -> None:
    """Let somebody hold this room, too; raises NoHelper. A second call changes nothing. Audited."""
    if not possible_hosts().filter(pk=user.pk).exists():
        raise NoHelper
    with transaction.atomic():
        _, is_new = RoomHost.objects.get_or_create(room=room, user=user)
        if is_new:
            _audit(by, room, "host_added", {"user": user.pk})


def take_host_away(*, room: Room, user: User, by: User) -> None:
    """They hold this room no longer; a second call changes nothing. Audited."""
    with transaction.atomic():
        gone, _ = RoomHost.objects.filter(room=room, user=user).delete()
        if gone:
            _audit(by, room, "host_taken_away", {"user": user.pk})


def possible_hosts() -> QuerySet[User]:
    """Logins that may be made a host of a room: clinicians and consultants."""
    names = [role.value for role in HELPERS]
    helpers = User.objects.filter(is_active=True, groups__name__in=names).distinct()
    return helpers.order_by("first_name", "last_name", "username")


def _decide(seat: Seat, guest_id: int, field: str, is_on: bool, action: str) -> None:
    need_host(seat)
    with transaction.atomic():
        room = held(seat.room)
        # Staff in the room are nobody's to mute: only who has a place.
        guest = RoomGuest.objects.filter(room=room, pk=guest_id, person__isnull=False).first()
        if guest is None:
            raise NothingThere
        if (getattr(guest, field) is not None) == is_on:
            return
        RoomGuest.objects.filter(pk=guest.pk).update(**{field: timezone.now() if is_on else None})
        touch(room)
        _audit(seat.user, room, action, {"guest": guest.pk})


def _audit(user: User | None, room: Room, action: str, detail: dict) -> None:
    record_audit(
        actor=f"user:{user.pk}" if user else "guest",
        action=f"room.{action}",
        subject=f"class:{room.pk}",
        detail=detail,
    )
