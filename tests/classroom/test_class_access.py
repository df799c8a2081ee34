"""Who may come to a class and who may know of it: on the page, in lists, search, both APIs and by link."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from classroom.calendars import calendar_of
from classroom.class_calls import CallState, dress_class_calls
from classroom.models import LiveClass, Registration
from classroom.presentation import offer_class
from classroom.selectors import classes_of_person
from classroom.services.door import DoorShut, class_of_code, door_code
from classroom.services.drafts import share_access
from classroom.services.join_tokens import (
    BadJoinToken,
    issue_join_token,
    registration_of_join_token,
)
from classroom.services.registration import NoPlace, register_person
from cms.findable import findable_pages
from cms.models import PageTopic
from people.roles import Role
from people.services.roles import ensure_roles
from tests.factories import content
from tests.factories.classroom import STARTS_AT, live_class, place
from tests.factories.people import ContactPointFactory, make_person, make_signed_in, make_staff
from tests.factories.reviews import change

pytestmark = pytest.mark.django_db
ROOM = "https://room.example/abc"
TITLE = "Zygomaticus"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT - timedelta(hours=3), tick=False) as travelling:
        yield travelling


@pytest.fixture
def staff():
    ensure_roles()
    client = Client()
    client.force_login(make_staff(Role.CLINICIAN))
    return client


def class_for(access: str, **fields) -> LiveClass:
    return live_class(title=f"{TITLE} {access}", access=access, room_url=ROOM, **fields)


def titles(answer) -> set[str]:
    return {
        one["title"]
        for one in answer.json()[next(k for k in ("classes", "items") if k in answer.json())]
    }


def test_every_address_of_a_class_for_staff_is_unknown_to_others_and_known_to_staff(client, staff):
    hidden = class_for("staff")
    make_signed_in(client)
    addresses = (
        hidden.url,
        f"/api/v1/classes/{hidden.pk}",
        f"/api/v1/classes/{hidden.pk}/calendar.ics",
        f"/api/v2/pages/{hidden.pk}/",
        reverse("page_code", args=[hidden.pk]),
    )
    for address in addresses[:4]:
        assert [one.get(address).status_code for one in (Client(), client, staff)] == [
            404, 404, 200,
        ], address  # fmt: skip
    assert Client().get(addresses[4]).status_code == 404


def test_lists_search_and_sitemap_name_it_to_staff_alone(client, staff):
    hidden, known = class_for("staff"), class_for("registered")
    shelf = hidden.get_parent().url
    for address in ("/api/v1/classes", "/api/v2/pages/?type=classroom.LiveClass"):
        assert titles(client.get(address)) == {known.title}, address
        assert titles(staff.get(address)) == {hidden.title, known.title}, address
    pages = [client.get(shelf), client.get("/"), client.get(f"/search/?q={TITLE}")]
    assert [known.url in page.content.decode() for page in pages] == [True] * 3
    assert [hidden.url in page.content.decode() for page in pages] == [False] * 3
    assert hidden.title in staff.get(shelf).content.decode()
    assert hidden.pk not in findable_pages().values_list("pk", flat=True)
    assert known.pk in findable_pages().values_list("pk", flat=True)


def test_neither_a_piece_nor_an_invitation_leads_to_it():
    hidden = class_for("staff")
    subject, piece = content.topic("Face"), content.article()
    for page in (hidden, piece):
        PageTopic.objects.create(content_object=page, tag=subject)
    piece.shown_topics = [subject]
    assert offer_class(piece) is None
    block = type("Block", (), {"value": type("Value", (dict,), {})({"live_class": hidden})})()
    dress_class_calls({"class_call": [block]}, piece)
    assert block.value.call.state == CallState.GONE
    LiveClass.objects.filter(pk=hidden.pk).update(access="registered")
    assert offer_class(piece).page.pk == hidden.pk


def test_it_gives_no_place_and_an_old_one_opens_nothing(client, staff):
    hidden = class_for("staff")
    person = make_person()
    with pytest.raises(NoPlace):
        register_person(live_class=hidden, person=person)
    assert not Registration.objects.exists()
    old = place(hidden, person)
    with pytest.raises(BadJoinToken):
        registration_of_join_token(issue_join_token(old))
    assert classes_of_person(person) == []
    make_signed_in(client)
    assert client.post(reverse("register_for_class", args=[hidden.pk])).status_code == 404
    assert calendar_of([hidden]), "staff may still put it into a calendar"


def test_its_door_lets_nobody_in(clock):
    clock.move_to(STARTS_AT)
    hidden, known = class_for("staff"), class_for("registered")
    assert class_of_code(door_code(known)).pk == known.pk
    with pytest.raises(DoorShut):
        class_of_code(door_code(hidden))


def test_the_room_is_shown_to_everybody_to_guests_or_to_staff(client, staff, clock):
    classes = {access: class_for(access) for access in ("open", "registered", "staff")}
    clock.move_to(STARTS_AT - timedelta(minutes=31))
    assert ROOM not in client.get(classes["open"].url).content.decode(), "half an hour before"
    clock.move_to(STARTS_AT)
    shown = {
        access: [ROOM in one.get(page.url).content.decode() for one in (client, staff)]
        for access, page in classes.items()
    }
    assert shown == {
        "open": [True, True], "registered": [False, False], "staff": [False, True],
    }  # fmt: skip
    of_api = {
        one["access"]: one["room_url"] for one in staff.get("/api/v1/classes").json()["classes"]
    }
    assert of_api == {"open": ROOM, "registered": "", "staff": ""}


def test_translations_share_who_may_come(client):
    first = class_for("registered")
    twin = live_class(
        language="zh-hans", translation_key=first.translation_key, access="registered"
    )
    twin.save_revision()
    change(first, access="staff")
    first.save_revision().publish()
    twin.refresh_from_db()
    assert (twin.access, twin.latest_revision.as_object().access) == ("staff", "staff")
    assert client.get(twin.url).status_code == 404
    assert share_access(page=first) == 0, "a second time changes nothing"


def test_who_has_a_place_is_not_shut_out_and_an_open_class_has_no_limit():
    page = class_for("registered", capacity=5)
    person = make_person()
    ContactPointFactory(person=person)
    register_person(live_class=page, person=person)
    page.access = "staff"
    with pytest.raises(ValidationError, match="have places"):
        page.clean()
    page.access = "open"
    with pytest.raises(ValidationError, match="no limit"):
        page.clean()
    page.capacity = None
    page.clean()
