"""What is told to a guest: chosen nicknames, and nothing else about anybody."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from classroom.services import room as services
from classroom.services.join_tokens import issue_join_token
from classroom.services.room_moderation import add_host, mute_guest, put_out_guest
from classroom.services.room_votes import close_poll, open_poll, vote
from people.models import ContactPoint
from people.roles import Role
from tests.factories.classroom import STARTS_AT
from tests.factories.people import make_staff
from tests.factories.rooms import give_sign, guest_seat, host_seat, make_room, new_id

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT + timedelta(minutes=10), tick=False) as travelling:
        yield travelling


@pytest.fixture
def room():
    return make_room()


def secrets_of(seat) -> list[str]:
    """What nobody else in the room may learn of a guest."""
    person = seat.place.person
    person.display_name = f"Real Name {person.pk}"
    person.save()
    contact = ContactPoint.objects.create(
        person=person, kind="email", value=f"real-{person.pk}@example.org"
    )
    return [person.display_name, contact.value, str(person.external_id)]


def numbers_in(value, keys: frozenset[str]) -> set:
    """Every value that stands under one of these keys, however deep."""
    if isinstance(value, dict):
        own = {json.dumps(item) for key, item in value.items() if key in keys}
        return own.union(*(numbers_in(item, keys) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(numbers_in(item, keys) for item in value))
    return set()


def walk(room):
    """Everything that a class does; gives two guests and what is secret about each."""
    host = host_seat(room, first_name="Staff", last_name="Secret", email="staff@example.org")
    helper = make_staff(Role.CONSULTANT)
    add_host(room=room, user=helper, by=host.user)
    guests = [guest_seat(room, f"Guest {number}") for number in range(7)]
    secrets = [secrets_of(seat) for seat in guests]
    for seat in guests:
        give_sign(seat)
    asked = services.ask_in_room(seat=guests[1], text="Why?", client_id=new_id())
    said = services.send_message(seat=guests[2], text="Hello", client_id=new_id())
    poll = open_poll(seat=host, text="Which?", options=["a", "b"], client_id=new_id())
    other = open_poll(seat=host, text="And?", options=["c", "d"], client_id=new_id())
    for seat in guests:
        vote(seat=seat, number=poll.number, choice=0)
        vote(seat=seat, number=other.number, choice=1)
    close_poll(seat=host, number=poll.number, client_id=new_id())
    services.mark_answered(seat=host, number=asked.number, client_id=new_id())
    services.remove_words(seat=host, number=said.number, client_id=new_id())
    mute_guest(seat=host, guest_id=guests[3].place.person.room_guests.get().pk, is_muted=True)
    put_out_guest(seat=host, guest_id=guests[4].place.person.room_guests.get().pk, is_out=True)
    return guests[0], [one for own in secrets[1:] for one in own]


def answers_to(client, room, seat) -> dict[str, str]:
    """What every address of the room answers to that guest."""
    headers = {"Authorization": f"Join {issue_join_token(seat.place)}"}

    def send(name: str, **body):
        return client.post(
            reverse(f"api:{name}", args=[room.pk]), json.dumps(body, default=str),
            content_type="application/json", headers=headers,
        )  # fmt: skip

    def read(name: str):
        return client.get(reverse(f"api:{name}", args=[room.pk]), headers=headers)

    page = client.get(reverse("room", args=[room.pk]), {"place": issue_join_token(seat.place)})
    got = {
        "page": page,
        "events": read("list_room_events"),
        "stream": read("stream_room"),
        "desk": read("read_desk"),
        "vote": send("create_vote", number=4, choice=1),
        "message": send("create_message", client=new_id(), text="Hi"),
        "nickname": send("set_nickname", nickname="Mei"),
        "moderation": send("moderate", kind="mute", guest=1),
        "poll": send("create_poll", client=new_id(), text="?", options=["a", "b"]),
        "act": send("create_act", client=new_id(), kind="closed"),
    }
    statuses = {name: answer.status_code for name, answer in got.items()}
    assert statuses == {
        "page": 200, "events": 200, "stream": 200, "desk": 403, "vote": 200, "message": 200,
        "nickname": 200, "moderation": 403, "poll": 403, "act": 403,
    }  # fmt: skip
    return {name: answer.content.decode() for name, answer in got.items()}


def test_nothing_that_guests_get_tells_who_others_are_or_what_they_voted(client, room):
    seat, secrets = walk(room)
    answers = answers_to(client, room, seat)
    for name, text in answers.items():
        for secret in [*secrets, "Staff", "staff@example.org"]:
            if secret == "Staff" and name != "desk":
                continue  # a host is called by the clinic's own name
            assert secret not in text, (name, secret)
    events = json.loads(answers["events"])
    assert {event["name"] for event in events["events"]} - {""} == {
        "Guest 1", "Guest 2", "Staff Secret",
    }  # fmt: skip
    allowed = {"number", "kind", "at", "by", "name", "host", "text", "about", "slide", "more",
               "client", "removed"}  # fmt: skip
    assert all(set(event) == allowed for event in events["events"])
    assert set(events["state"]) == {"here", "slow_s", "guests_speak", "votes", "polls"}
    assert numbers_in(events, frozenset({"person", "user", "guest", "voter", "muted"})) == set()
    assert events["state"]["polls"] == {"4": {"voters": 7, "counts": [0, 7]}}


def test_hosts_see_chosen_names_and_no_votes(client, room):
    walk(room)
    admin = host_seat(room).user
    client.force_login(admin)
    desk = client.get(reverse("api:read_desk", args=[room.pk])).json()
    assert {guest["nickname"] for guest in desk["guests"]} == {f"Guest {n}" for n in range(7)}
    assert [set(guest) for guest in desk["guests"]] == [
        {"guest", "nickname", "is_here", "is_muted", "is_out"}
    ] * 7
    assert desk["polls"] == [
        {"number": 4, "is_open": True, "counts": [0, 7]},
        {"number": 3, "is_open": False, "counts": [7, 0]},
    ]


def test_who_is_put_out_is_told_the_reason_and_who_is_muted_too(client, room):
    host, mei = host_seat(room), guest_seat(room)
    guest = mei.place.person.room_guests.get().pk
    headers = {"Authorization": f"Join {issue_join_token(mei.place)}"}
    mute_guest(seat=host, guest_id=guest, is_muted=True)
    url = reverse("api:create_message", args=[room.pk])
    body = json.dumps({"client": str(new_id()), "text": "Hello"})
    refused = client.post(url, body, content_type="application/json", headers=headers)
    assert (refused.status_code, refused.json()["reason"]) == (403, "muted")
    put_out_guest(seat=host, guest_id=guest, is_out=True)
    for name in ("list_room_events", "stream_room"):
        refused = client.get(reverse(f"api:{name}", args=[room.pk]), headers=headers)
        assert (refused.status_code, refused.json()["reason"]) == (403, "put_out")
    page = client.get(reverse("room", args=[room.pk]), {"place": issue_join_token(mei.place)})
    assert page.status_code == 403
    assert "Your place in the class stays" in page.content.decode()
    put_out_guest(seat=host, guest_id=guest, is_out=False)
    page = client.get(reverse("room", args=[room.pk]), {"place": issue_join_token(mei.place)})
    assert page.status_code == 200
