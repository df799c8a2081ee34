"""Whose stream ends while it is open: place given back, link renewed, erased, disabled, taken off."""

import asyncio
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from classroom import room_hub
from classroom.models import Registration, Room
from classroom.room_access import Seat, seat_by_login
from classroom.room_hub import RoomHub
from classroom.room_seats import seats_that_stand
from classroom.services.join_tokens import revoke_join_tokens
from classroom.services.registration import cancel_registration
from people.models import User
from people.roles import Role
from people.services.erasure import erase_person
from tests.factories.classroom import live_class, place
from tests.factories.people import UserFactory, make_person, make_staff
from tests.factories.rooms import guest_seat, host_seat, make_room

WITHIN_S = 30.0  # far more than it takes


@pytest.fixture
def room(db) -> Room:
    return make_room(live_class(starts_at=timezone.now() - timedelta(minutes=5)))


def place_of(seat: Seat) -> Registration:
    assert seat.place is not None
    return seat.place


def login_seat(room: Room) -> Seat:
    """Somebody whose place was found by their login."""
    user = UserFactory()
    place(room.live_class, make_person(user=user))
    return seat_by_login(class_id=room.pk, user=user)


def give_back(seat: Seat) -> None:
    cancel_registration(live_class=seat.live_class, person=place_of(seat).person)


def renew_link(seat: Seat) -> None:
    revoke_join_tokens(registration=place_of(seat))


def erase(seat: Seat) -> None:
    erase_person(person=place_of(seat).person, actor="test")


def take_off(seat: Seat) -> None:
    seat.live_class.unpublish()


def disable(seat: Seat) -> None:
    User.objects.filter(pk=seat.login_id or seat.user.pk).update(is_active=False)


def take_role(seat: Seat) -> None:
    seat.user.groups.clear()


@pytest.mark.parametrize(
    ("seat_in", "lose"),
    [
        (guest_seat, give_back),
        (guest_seat, renew_link),
        (guest_seat, erase),
        (guest_seat, take_off),
        (login_seat, disable),
        (login_seat, give_back),
        (host_seat, disable),
        (host_seat, take_role),
    ],
)
def test_who_lost_a_seat_is_told_from_who_has_one(room, seat_in, lose):
    seat, others = seat_in(room), {host_seat(room).key}
    if lose is not take_off:
        others |= {guest_seat(room, "Tess").key, login_seat(room).key}
    assert seats_that_stand(room.pk, {seat.key, *others}) == {seat.key, *others}
    lose(seat)
    assert seats_that_stand(room.pk, {seat.key, *others}) == others


def test_clinician_listens_to_own_class_alone_and_two_roles_are_one_seat(room):
    clinician = make_staff(Role.CLINICIAN)
    seat = Seat(room=room, user=clinician)
    assert seats_that_stand(room.pk, {seat.key}) == set()
    clinician.groups.add(Group.objects.get_or_create(name=Role.MARKETING.value)[0])
    assert seats_that_stand(room.pk, {seat.key}) == {seat.key}
    clinician.groups.set(Group.objects.filter(name=Role.CLINICIAN.value))
    type(room.live_class).objects.filter(pk=room.pk).update(owner=clinician)
    assert seats_that_stand(room.pk, {seat.key}) == {seat.key}


def test_queries_do_not_grow_with_listeners(room, django_assert_num_queries):
    few = {guest_seat(room).key, login_seat(room).key, host_seat(room).key}
    many = few | {guest_seat(room, f"G{number}").key for number in range(5)}
    for keys in (few, many):
        with django_assert_num_queries(3):
            assert seats_that_stand(room.pk, keys) == keys


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_hub_ends_an_open_stream_with_the_next_beat(room, monkeypatch):
    monkeypatch.setattr(room_hub, "BEAT_EVERY_S", 0.0)
    mei, tess = guest_seat(room), guest_seat(room, "Tess")

    async def listen() -> None:
        hub = RoomHub()
        ears = [hub.join(room_id=room.pk, seat=one.key, after=0) for one in (mei, tess)]
        assert b"event: beat" in await hub.next(ears[0])
        await asyncio.to_thread(in_own_connection, give_back, mei)
        async with asyncio.timeout(WITHIN_S):
            while await hub.next(ears[0]):
                pass
        assert ears[0].is_over and not ears[1].is_over
        for ear in ears:
            hub.leave(ear)

    asyncio.run(listen())


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_seats_that_cannot_be_read_end_nothing(room, monkeypatch):
    monkeypatch.setattr(room_hub, "BEAT_EVERY_S", 0.0)
    asked: list[int] = []

    def fail(room_id: int, keys: set[str]) -> set[str]:
        asked.append(room_id)
        raise OSError

    monkeypatch.setattr(room_hub, "seats_that_stand", fail)

    async def listen() -> None:
        hub = RoomHub()
        ear = hub.join(room_id=room.pk, seat=guest_seat_key, after=0)
        async with asyncio.timeout(WITHIN_S):
            while len(asked) < 2:
                assert await hub.next(ear)
        assert not ear.is_over
        hub.leave(ear)

    guest_seat_key = guest_seat(room).key
    asyncio.run(listen())


def in_own_connection(act, *args) -> None:
    from django.db import connection

    try:
        act(*args)
    finally:
        connection.close()
