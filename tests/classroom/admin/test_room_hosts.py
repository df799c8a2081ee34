"""Other hosts of a room on its tab: who gives the class adds them and takes them away."""

import pytest
from django.urls import reverse

from classroom.models import RoomHost
from people.roles import Role
from tests.factories.classroom import live_class
from tests.factories.people import make_staff
from tests.factories.rooms import make_room

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return make_room(live_class())


def tab(room) -> str:
    return reverse("class_room", args=[room.pk])


def test_host_is_added_and_taken_away_again(client, room):
    client.force_login(make_staff(Role.ADMINISTRATOR))
    helper = make_staff(Role.CLINICIAN, first_name="Lin", last_name="Qiao")
    choice = f'<option value="{helper.pk}">Lin Qiao</option>'
    assert choice in client.get(tab(room)).content.decode()
    client.post(tab(room), {"host": helper.pk})
    assert RoomHost.objects.get(room=room).user == helper
    page = client.get(tab(room)).content.decode()
    assert "Lin Qiao" in page and choice not in page
    client.post(tab(room), {"host": helper.pk, "take_away": 1})
    assert not RoomHost.objects.exists()


def test_who_does_not_give_the_class_adds_nobody(client, room):
    consultant = make_staff(Role.CONSULTANT)
    client.force_login(consultant)
    assert "Add as a host" not in client.get(tab(room)).content.decode()
    client.post(tab(room), {"host": consultant.pk})
    assert not RoomHost.objects.exists()


def test_marketing_is_not_made_a_host(client, room):
    client.force_login(make_staff(Role.ADMINISTRATOR))
    for wrong in (make_staff(Role.MARKETING).pk, "x", "9" * 30):
        client.post(tab(room), {"host": wrong})
    assert not RoomHost.objects.exists()


@pytest.mark.parametrize("hosts", [1, 3])
def test_tab_takes_the_same_queries_however_many_there_are(
    client, room, hosts, django_assert_max_num_queries
):
    client.force_login(make_staff(Role.ADMINISTRATOR))
    client.get(tab(room))
    for number in range(hosts):
        user = make_staff(Role.CLINICIAN, first_name=f"Host {number}")
        RoomHost.objects.create(room=room, user=user)
    with django_assert_max_num_queries(60) as queries:
        client.get(tab(room))
    asked = [query for query in queries.captured_queries if "classroom_roomhost" in query["sql"]]
    assert len(asked) == 2
