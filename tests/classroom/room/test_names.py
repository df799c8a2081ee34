"""The names that guests choose: readable, and nobody's who holds the room."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from classroom.models import RoomGuest
from classroom.room_names import clean_name, names_of_hosts
from classroom.services import room as services
from classroom.services.join_tokens import issue_join_token
from classroom.services.room_append import Muted, NoWords
from classroom.services.room_entry import HostsName, enter_room
from classroom.services.room_moderation import add_host, mute_guest
from people.roles import Role
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.content import clinician
from tests.factories.people import make_staff
from tests.factories.rooms import guest_seat, host_seat, make_room, new_id

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT + timedelta(minutes=10), tick=False) as travelling:
        yield travelling


@pytest.fixture
def room():
    """A class of Dr Shen Yu's, called 沈宇医生 in Chinese; Lin Qiao helps to hold it."""
    itself = live_class()
    page = clinician("Dr Shen Yu")
    clinician("沈宇医生", "zh-hans", translation_key=page.translation_key)
    itself.clinicians.add(page)
    itself.save()
    room = make_room(itself)
    helper = make_staff(Role.CONSULTANT, first_name="Lin", last_name="Qiao")
    add_host(room=room, user=helper, by=helper)
    return room


IMITATIONS = [
    "Dr Shen Yu",
    "Shen Yu",
    "shenyu",
    "SHEN  YU.",
    "Yu Shen",
    "Dr. Shen Yu 🦷",
    "Shen\u200b Yu",
    "Sh\u2060en\u00ad Yu",
    "\u202euY nehS\u202c Shen Yu",
    "Ѕһеn Yu",  # Cyrillic letters
    "Shen Υu",  # a Greek one
    "Ｓｈｅｎ　Ｙｕ",
    "𝐒𝐡𝐞𝐧 𝐘𝐮",
    "Shén Yū",
    "5h3n Yu",
    "S.h.e.n Y.u",
    "ꜱʜᴇɴ ʏᴜ",
    "Dr Shen Yu (real)",
    "沈宇",
    "沈宇医生",
    "沈\u200b宇",
    "沈宇大夫助理",
    "Lin Qiao",
    "Iin Qiao",
    "Host",
    "Co-host",
    "主持人",
    "课程主持人",
]  # fmt: skip
OWN = [
    "Mei",
    "小梅",
    "Shen",
    "Yu",
    "沈",
    "Lin",
    "Yulia",
    "老王在路上",
    "Dr Wang",
    "José",
    "Ana 👩‍👧",
    "Ghost",
]


@pytest.mark.parametrize("name", IMITATIONS)
def test_name_that_looks_like_a_hosts_is_refused(room, name):
    with pytest.raises(HostsName):
        enter_room(seat=guest_seat(room, ""), nickname=name)
    assert not RoomGuest.objects.filter(room=room).exists()


@pytest.mark.parametrize("name", OWN)
def test_name_of_ones_own_is_kept_as_it_was_typed(room, name):
    guest = enter_room(seat=guest_seat(room, ""), nickname=name)
    assert guest is not None
    assert guest.nickname == name


def test_host_is_called_what_the_clinic_calls_them(room):
    services.send_message(seat=host_seat(room, first_name="Ada", last_name="Moss"), text="Hello", client_id=new_id())  # fmt: skip
    assert {"Dr Shen Yu", "沈宇医生", "Lin Qiao", "Ada Moss"} <= names_of_hosts(room)
    with pytest.raises(HostsName):
        enter_room(seat=guest_seat(room, ""), nickname="Ada M0ss")


@pytest.mark.parametrize("name", ["", "\u200b\u200b", "ㅤ", "\u2800", "\u200e", "...", "\x00"])
def test_name_of_which_nothing_is_read_is_none(room, name):
    assert enter_room(seat=guest_seat(room, ""), nickname=name) is None


def test_name_is_one_line_without_towers_and_of_bounded_length():
    assert clean_name("M\ne\ti \u202e x", at_most=24) == "M ei x"
    assert clean_name("Z" + "\u0321" * 50 + "o", at_most=24) == "Z\u0321\u0321o"
    assert clean_name("x" * 5000, at_most=24) == "x" * 24


def test_muted_guest_is_muted_under_every_name(room):
    seat = guest_seat(room, "Mei")
    mute_guest(seat=host_seat(room), guest_id=RoomGuest.objects.get(person=seat.place.person).pk, is_muted=True)  # fmt: skip
    enter_room(seat=seat, nickname="Somebody else")
    with pytest.raises(Muted):
        services.send_message(seat=seat, text="Hello", client_id=new_id())


@pytest.mark.parametrize("text", ["\u200b", "\ufeff \u2060", "ㅤ"])
def test_words_of_which_nothing_is_seen_are_none(room, text):
    with pytest.raises(NoWords):
        services.send_message(seat=guest_seat(room), text=text, client_id=new_id())


@pytest.mark.parametrize(
    ("language", "said"), [("", "This looks like the name"), ("/zh-hans", "像主持人的名字")]
)
def test_page_says_why_and_keeps_what_was_typed(client, room, language, said):
    token = issue_join_token(guest_seat(room, "").place)
    url = language + reverse("room_name", args=[room.pk])
    answer = client.post(url, {"place": token, "nickname": "Shen Yu"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page and 'value="Shen Yu"' in page and token in page
    assert client.post(url, {"place": token, "nickname": "\u200b"}).status_code == 422
    there = client.post(url, {"place": token, "nickname": "Mei"})
    assert (there.status_code, there["Location"]) == (302, f"{language}/rooms/{room.pk}/?place={token}")  # fmt: skip


def test_api_says_why(client, room):
    headers = {"Authorization": f"Join {issue_join_token(guest_seat(room, '').place)}"}
    url = reverse("api:set_nickname", args=[room.pk])
    answer = client.post(url, json.dumps({"nickname": "沈宇"}), content_type="application/json", headers=headers)  # fmt: skip
    assert (answer.status_code, answer.json()["reason"]) == (422, "hosts_name")
