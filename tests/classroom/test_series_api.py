"""Places in a whole series over HTTP."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from classroom.models import ClassSeries, Registration
from outbox.models import Effect
from tests.factories.classroom import STARTS_AT, live_class, place
from tests.factories.people import make_person, make_signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT - timedelta(days=2), tick=False) as travelling:
        yield travelling


@pytest.fixture
def weeks():
    """Three weeks of one class, the last one full."""
    together = ClassSeries.objects.create()
    pages = [
        live_class(
            series=together,
            starts_at=STARTS_AT + timedelta(days=7 * number),
            capacity=1 if number == 2 else None,
            room_url="https://room.example/x",
        )
        for number in range(3)
    ]
    place(pages[2], make_person())
    return pages


def send(client, page, body: dict | None = None):
    path = f"/api/v1/classes/{page.pk}/series/registrations"
    return client.post(path, body or {}, content_type="application/json")


def test_every_coming_class_is_answered_with_its_place_or_turn(client, weeks):
    person = make_signed_in(client, display_name="")
    answer = send(client, weeks[1], {"channel": "wechat", "name": " Ann  Lee "})
    assert answer.status_code == 201
    rows = answer.json()["registrations"]
    assert [row["class_id"] for row in rows] == [page.pk for page in weeks]
    assert [row["turn"] for row in rows] == [None, None, 1]
    assert [bool(row["join"]) for row in rows] == [True, True, False]
    assert [row["room_url"] for row in rows] == ["https://room.example/x"] * 2 + [""]
    kept = Registration.objects.filter(person=person)
    assert set(kept.values_list("channel", flat=True)) == {"wechat"}
    person.refresh_from_db()
    assert person.display_name == "Ann Lee"
    assert Effect.objects.filter(payload__template="series_places").count() == 1


def test_a_second_time_is_200_and_changes_nothing(client, weeks):
    make_signed_in(client)
    first = send(client, weeks[0]).json()
    again = send(client, weeks[2])
    assert (again.status_code, again.json()) == (200, first)
    assert Registration.objects.count() == 4
    assert Effect.objects.filter(payload__template="series_places").count() == 1


def test_it_needs_a_session_of_this_site_and_a_verified_contact(client, weeks):
    assert send(client, weeks[0]).status_code == 401
    stranger = Client(enforce_csrf_checks=True)
    make_signed_in(stranger)
    assert send(stranger, weeks[0]).status_code == 401
    person = make_signed_in(client)
    person.contact_points.update(verified_at=None)
    assert send(client, weeks[0]).status_code == 403
    assert Registration.objects.count() == 1


def test_a_class_alone_is_409_and_one_nobody_may_know_of_404(client, weeks):
    make_signed_in(client)
    answer = send(client, live_class())
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    weeks[0].live = False
    weeks[0].save()
    assert send(client, weeks[0]).status_code == 404
    assert Registration.objects.count() == 1
