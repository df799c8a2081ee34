"""The code on the wall: for who is there, for half a minute, once."""

import time
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from classroom.models import Attendance, DoorCheck
from classroom.services.door import DoorShut, class_of_code, door_code
from classroom.services.notices import delay_class
from people.roles import Role
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.people import UserFactory, make_signed_in, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT + timedelta(minutes=15), tick=False) as travelling:
        yield travelling


def scan(client, code: str):
    return client.get(reverse("check_in"), {"code": code}, follow=True)


def test_who_scans_and_presses_is_in_the_room_until_the_end(client):
    page = live_class()
    person = make_signed_in(client)
    assert "I am here" in scan(client, door_code(page)).content.decode()
    assert not DoorCheck.objects.exists()
    client.post(reverse("check_in"))
    client.post(reverse("check_in"))
    row = Attendance.objects.get(person=person)
    assert (row.share, row.attended, row.sources) == (0.75, True, ["door"])
    assert DoorCheck.objects.count() == 1


def test_code_is_worth_nothing_a_minute_later(client, clock):
    code = door_code(live_class())
    clock.shift(timedelta(seconds=29))
    assert scan(client, code).status_code == 200
    clock.shift(timedelta(seconds=40))
    assert scan(client, code).status_code == 404


def test_code_of_tomorrow_opens_nothing_today():
    with pytest.raises(DoorShut):
        class_of_code(door_code(live_class(), now_s=time.time() + 60))


def test_sign_in_in_between_loses_nothing(client):
    page = live_class()
    assert "Sign in" in scan(client, door_code(page)).content.decode()
    make_signed_in(client)
    assert "I am here" in client.get(reverse("check_in")).content.decode()


def test_pass_ends_after_a_quarter_of_an_hour(client, clock):
    make_signed_in(client)
    scan(client, door_code(live_class()))
    clock.shift(timedelta(minutes=16))
    assert client.post(reverse("check_in")).status_code == 404
    assert not DoorCheck.objects.exists()


@pytest.mark.parametrize("shift", [timedelta(hours=-3), timedelta(hours=2)])
def test_door_is_open_only_around_the_class(client, clock, shift):
    clock.shift(shift)
    make_signed_in(client)
    assert scan(client, door_code(live_class())).status_code == 404


@pytest.mark.parametrize("code", ["", "1:2", "x", "1:2:abc"])
def test_foreign_codes_open_nothing(client, code):
    assert scan(client, code).status_code == 404


def test_longer_class_counts_the_longer_stay(client):
    page = live_class(told_starts_at=STARTS_AT)
    make_signed_in(client)
    scan(client, door_code(page))
    client.post(reverse("check_in"))
    delay_class(live_class=page, minutes=30, by=UserFactory())
    from classroom.services.attendance import recompute_attendance

    page.refresh_from_db()
    recompute_attendance(live_class=page)
    assert Attendance.objects.get().share == 1.0


def test_code_is_shown_to_staff_of_the_class_and_changes(client, clock):
    page = live_class()
    client.force_login(make_staff(Role.CONSULTANT))
    address = f"/admin/classes/{page.pk}/door/"
    first = client.get(address)
    assert "no-store" in first["Cache-Control"]
    clock.shift(timedelta(seconds=31))
    assert client.get(address).content != first.content
    client.force_login(make_staff(Role.CLINICIAN))
    assert client.get(address).status_code == 404
