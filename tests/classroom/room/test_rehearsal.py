"""The rehearsal of a room: for hosts alone, and it leaves nothing in the class."""

import pytest
from django.utils import timezone

from classroom.models import PresenceBeat, RoomEvent, RoomGuest
from classroom.services.join_tokens import issue_join_token
from people.roles import Role
from tests.factories.classroom import live_class
from tests.factories.people import make_staff
from tests.factories.rooms import guest_seat, make_room, make_slide

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return make_room(live_class(starts_at=timezone.now()))


@pytest.fixture
def host(client):
    user = make_staff(Role.ADMINISTRATOR)
    client.force_login(user)
    return user


def test_names_slides_without_description_and_leaves_nothing(room, host, client):
    for words in ("Gums", "", ""):
        slide = make_slide(room, host)
        slide.description = words
        slide.save()
    content = client.get(f"/rooms/{room.pk}/rehearsal/").content.decode()
    assert "2 slides have no description" in content
    assert content.count('data-check="slide"') == 3
    assert client.post(f"/api/v1/classes/{room.pk}/echo").status_code == 200
    for model in (RoomEvent, RoomGuest, PresenceBeat):
        assert not model.objects.exists()


@pytest.mark.parametrize("role", [Role.MARKETING, Role.CONSULTANT, Role.CLINICIAN])
def test_staff_who_do_not_give_the_class_see_nothing_of_it(room, client, role):
    client.force_login(make_staff(role))
    assert client.get(f"/rooms/{room.pk}/rehearsal/").status_code == 404
    assert client.post(f"/api/v1/classes/{room.pk}/echo").status_code in (403, 404)


def test_guests_see_nothing_of_it(room, client):
    token = issue_join_token(guest_seat(room).place)
    assert client.get(f"/rooms/{room.pk}/rehearsal/", {"place": token}).status_code == 404
    answer = client.post(
        f"/api/v1/classes/{room.pk}/echo", headers={"Authorization": f"Join {token}"}
    )
    assert answer.status_code in (401, 403)
