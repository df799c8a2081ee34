"""What hosts decide about guests: it takes effect, can be undone, is audited, and others are told nothing."""

from datetime import timedelta

import pytest
import time_machine

from classroom.models import RoomEvent, RoomGuest
from classroom.room_access import NoSeat, PutOut, seat_by_login, seat_by_place
from classroom.services import room as services
from classroom.services.room_append import WITHIN
from classroom.services.room_moderation import (
    NoHelper,
    NoSuchPace,
    add_host,
    mute_guest,
    put_out_guest,
    slow_down,
    take_host_away,
)
from outbox.models import AuditEntry
from people.roles import Role
from tests.factories.classroom import STARTS_AT
from tests.factories.people import make_staff
from tests.factories.rooms import guest_seat, host_seat, make_room, new_id

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT + timedelta(minutes=10), tick=False) as travelling:
        yield travelling


@pytest.fixture
def room():
    return make_room()


def guest_id(seat) -> int:
    return RoomGuest.objects.get(room=seat.room, person=seat.place.person).pk


def say(seat, text="Hello"):
    return services.send_message(seat=seat, text=text, client_id=new_id())


def take_back(seat, number):
    return services.remove_words(seat=seat, number=number, client_id=new_id())


def actions() -> list[str]:
    entries = AuditEntry.objects.filter(action__startswith="room.").order_by("pk")
    return list(entries.values_list("action", flat=True))


def test_muted_guest_listens_until_it_is_undone(room):
    host, mei, tess = host_seat(room), guest_seat(room), guest_seat(room, "Tess")
    own = say(mei)
    for _ in range(2):
        mute_guest(seat=host, guest_id=guest_id(mei), is_muted=True)
    with pytest.raises(services.Muted):
        say(mei)
    services.remove_words(seat=mei, number=own.number, client_id=new_id())
    say(tess)
    for _ in range(2):
        mute_guest(seat=host, guest_id=guest_id(mei), is_muted=False)
    say(mei)
    assert actions() == ["room.guest_muted", "room.words_removed", "room.guest_unmuted"]
    # Nothing in the list that everybody gets tells of it.
    kinds = RoomEvent.objects.order_by("number").values_list("kind", flat=True)
    assert list(kinds) == ["message", "removed", "message", "message"]


def test_guest_who_is_put_out_has_no_seat_until_it_is_undone(room):
    host, mei = host_seat(room), guest_seat(room)
    put_out_guest(seat=host, guest_id=guest_id(mei), is_out=True)
    with pytest.raises(PutOut):
        seat_by_place(class_id=room.pk, place=mei.place)
    with pytest.raises(services.NotOpen):
        say(mei)  # with a seat that was taken a moment before
    assert mei.place.has_place
    put_out_guest(seat=host, guest_id=guest_id(mei), is_out=False)
    assert seat_by_place(class_id=room.pk, place=mei.place).key == mei.key
    assert actions() == ["room.guest_put_out", "room.guest_let_in"]


def test_slow_mode_lets_each_guest_say_one_thing_at_a_time(room, clock):
    host, mei, tess = host_seat(room), guest_seat(room), guest_seat(room, "Tess")
    say(mei)
    slow_down(seat=host, seconds=30)
    with pytest.raises(services.TooFast) as refused:
        say(mei)
    assert refused.value.retry_after_s == 31
    say(tess)
    say(host)
    say(host)
    clock.shift(timedelta(seconds=31))
    say(mei)
    slow_down(seat=host, seconds=0)
    say(mei)
    with pytest.raises(NoSuchPace):
        slow_down(seat=host, seconds=7)
    assert actions() == ["room.slowed_down"] * 2


def test_own_words_are_taken_back_in_slow_mode_and_after_the_end_and_nobody_elses(room, clock):
    host, mei, tess = host_seat(room), guest_seat(room), guest_seat(room, "Tess")
    said = []
    for _ in range(services.AT_MOST + 2):
        said.append(say(mei).number)
        clock.shift(WITHIN)
    slow_down(seat=host, seconds=300)
    take_back(mei, said.pop())
    with pytest.raises(services.TooFast):
        say(mei)  # taking back is no way around the pace
    mute_guest(seat=host, guest_id=guest_id(mei), is_muted=True)
    services.close_room(seat=host, client_id=new_id())
    take_back(mei, said.pop())
    with pytest.raises(services.NotHost):
        take_back(tess, said[0])
    clock.shift(timedelta(days=1))  # the class is long over
    for _ in range(services.AT_MOST):
        take_back(mei, said.pop())
    gone = RoomEvent.objects.filter(kind=RoomEvent.Kind.MESSAGE, removed_at__isnull=False, text="")
    assert gone.count() == services.AT_MOST + 2


def test_taking_back_is_held_off_where_it_is_a_flood(room):
    mei = guest_seat(room)
    said = [say(mei).number for _ in range(services.AT_MOST)]
    with pytest.raises(services.TooFast) as refused:
        take_back(mei, said[0])
    assert refused.value.retry_after_s == WITHIN.total_seconds() + 1


def test_guests_decide_nothing_and_staff_are_nobodys_to_mute(room):
    host, mei, tess = host_seat(room), guest_seat(room), guest_seat(room, "Tess")
    say(host)
    for act in (
        lambda seat: mute_guest(seat=seat, guest_id=guest_id(tess), is_muted=True),
        lambda seat: put_out_guest(seat=seat, guest_id=guest_id(tess), is_out=True),
        lambda seat: slow_down(seat=seat, seconds=10),
    ):
        with pytest.raises(services.NotHost):
            act(mei)
    staff = RoomGuest.objects.get(user=host.user)
    elsewhere = guest_id(guest_seat(make_room()))
    for pk in (staff.pk, elsewhere):
        with pytest.raises(services.NothingThere):
            put_out_guest(seat=host, guest_id=pk, is_out=True)
    assert actions() == []


def test_host_is_added_for_one_room_and_taken_away(room):
    admin = host_seat(room).user
    helper = make_staff(Role.CLINICIAN)
    with pytest.raises(NoSeat):
        seat_by_login(class_id=room.pk, user=helper)
    for _ in range(2):
        add_host(room=room, user=helper, by=admin)
    seat = seat_by_login(class_id=room.pk, user=helper)
    assert seat.is_host
    say(seat)
    other = make_room()
    with pytest.raises(NoSeat):
        seat_by_login(class_id=other.pk, user=helper)
    for _ in range(2):
        take_host_away(room=room, user=helper, by=admin)
    with pytest.raises(NoSeat):
        seat_by_login(class_id=room.pk, user=helper)
    assert actions() == ["room.host_added", "room.host_taken_away"]


def test_consultant_who_looks_on_becomes_a_host(room):
    consultant = make_staff(Role.CONSULTANT)
    assert not seat_by_login(class_id=room.pk, user=consultant).is_host
    add_host(room=room, user=consultant, by=host_seat(room).user)
    assert seat_by_login(class_id=room.pk, user=consultant).is_host
    for role in (Role.MARKETING, Role.EDITOR):
        with pytest.raises(NoHelper):
            add_host(room=room, user=make_staff(role), by=consultant)
