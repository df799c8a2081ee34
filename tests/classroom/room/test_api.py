"""The room's API: who gets in, what is answered, where it goes on, what is refused and how."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from classroom.services import room as services
from classroom.services.join_tokens import issue_join_token, revoke_join_tokens
from people.roles import Role
from tests.factories.classroom import STARTS_AT, live_class, place
from tests.factories.people import make_person, make_signed_in, make_staff
from tests.factories.rooms import guest_seat, host_seat, make_room, make_slide, new_id

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT + timedelta(minutes=10), tick=False) as travelling:
        yield travelling


@pytest.fixture
def room():
    return make_room()


def with_place(seat) -> dict[str, str]:
    return {"Authorization": f"Join {issue_join_token(seat.place)}"}


def address(room, name: str) -> str:
    return reverse(f"api:{name}", args=[room.pk])


def post(client, url: str, headers=None, /, **body):
    return client.post(url, json.dumps(body, default=str), content_type="application/json",
                       headers=headers)  # fmt: skip


def events(answer) -> list[dict]:
    """The numbered events of a stream."""
    blocks = [block.split("\n") for block in answer.content.decode().split("\n\n")]
    return [json.loads(lines[1][6:]) for lines in blocks if lines[0].startswith("id: ")]


def test_what_is_sent_comes_back_to_everybody(client, room):
    mei, tess = guest_seat(room), guest_seat(room, "Tess")
    client_id = new_id()
    sent = post(client, address(room, "create_message"), with_place(mei), client=client_id,
                text="Hello", kind="question")  # fmt: skip
    assert sent.status_code == 200
    heard = client.get(address(room, "list_room_events"), headers=with_place(tess)).json()
    assert heard["events"] == [sent.json()]
    assert (heard["last"], heard["events"][0]["client"]) == (1, str(client_id))
    assert heard["events"][0]["name"] == "Mei"
    streamed = client.get(address(room, "stream_room"), headers=with_place(tess))
    assert streamed["Content-Type"] == "text/event-stream"
    assert events(streamed) == heard["events"]


def test_stream_goes_on_behind_the_last_id(client, room):
    host, tess = host_seat(room), guest_seat(room)
    for text in ("one", "two", "three"):
        services.send_message(seat=host, text=text, client_id=new_id())
    url, headers = address(room, "stream_room"), with_place(tess)
    assert [one["text"] for one in events(client.get(url, {"after": 1}, headers=headers))] == [
        "two",
        "three",
    ]
    seen = {**headers, "Last-Event-ID": "2"}
    assert [one["text"] for one in events(client.get(url, {"after": 1}, headers=seen))] == ["three"]
    for nonsense in ("x", "-1", "9" * 30, "²"):
        seen["Last-Event-ID"] = nonsense
        assert len(events(client.get(url, headers=seen))) == 3
    by_address = client.get(url, {"place": issue_join_token(tess.place)})
    assert len(events(by_address)) == 3


def test_a_token_in_the_address_sends_nothing(client, room):
    url = f"{address(room, 'create_message')}?place={issue_join_token(guest_seat(room).place)}"
    assert post(client, url, client=new_id(), text="Hello").status_code == 401


def test_who_has_no_place_hears_nothing(client, room):
    stranger = guest_seat(make_room())
    urls = [address(room, name) for name in ("list_room_events", "stream_room")]
    gone = guest_seat(room)
    revoked = with_place(gone)
    revoke_join_tokens(registration=gone.place)
    waiting = place(room.live_class, make_person())
    waiting.waits_since = STARTS_AT
    waiting.save()
    turn = {"Authorization": f"Join {issue_join_token(waiting)}"}
    signed_in = Client()
    make_signed_in(signed_in)
    for url in urls:
        assert client.get(url).status_code == 401
        assert client.get(url, headers=with_place(stranger)).status_code == 403
        assert client.get(url, headers=revoked).status_code == 401
        assert client.get(url, headers=turn).status_code == 401
        assert signed_in.get(url).status_code == 403


def test_staff_who_look_after_the_class_listen_and_only_hosts_act(room):
    for role, status in ((Role.MARKETING, 403), (Role.ADMINISTRATOR, 200)):
        staff = Client()
        staff.force_login(make_staff(role))
        assert staff.get(address(room, "list_room_events")).status_code == 200
        assert (
            post(staff, address(room, "create_act"), client=new_id(), kind="opened").status_code
            == status
        )
    editor = Client()
    editor.force_login(make_staff(Role.EDITOR))
    assert editor.get(address(room, "list_room_events")).status_code == 403


def test_class_for_staff_does_not_exist_for_others(client):
    room = make_room(live_class(access="staff"))
    make_signed_in(client)
    assert client.get(address(room, "list_room_events")).status_code == 404


def test_class_without_a_room_answers_404(client):
    itself = live_class()
    headers = {"Authorization": f"Join {issue_join_token(place(itself, make_person()))}"}
    assert client.get(f"/api/v1/classes/{itself.pk}/stream", headers=headers).status_code == 404


def test_translation_leads_to_the_same_room(client, room):
    twin = live_class("zh-hans", translation_key=room.live_class.translation_key)
    services.send_message(seat=host_seat(room), text="Hello", client_id=new_id())
    url = reverse("api:list_room_events", args=[twin.pk])
    assert client.get(url, headers=with_place(guest_seat(room))).json()["last"] == 1


def test_session_sends_only_with_a_token_against_forgery(room):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_staff(Role.ADMINISTRATOR))
    url = address(room, "create_message")
    assert post(strict, url, client=new_id(), text="Hello").status_code == 401


def test_refusals_say_what_to_do(client, room):
    url, headers = address(room, "create_message"), with_place(guest_seat(room))
    long = post(client, url, headers, client=new_id(), text="x" * 100_000)
    assert (long.status_code, len(long.content) < 2000) == (422, True)
    assert post(client, url, headers, client=new_id(), text=" ").status_code == 422
    assert post(client, url, headers, client="me", text="Hello").status_code == 422
    unnamed = guest_seat(room, "")
    assert post(client, url, with_place(unnamed), client=new_id(), text="Hello").status_code == 409
    named = post(
        client, address(room, "set_nickname"), with_place(unnamed), nickname=" Lo \x00tte "
    )
    assert named.json()["nickname"] == "Lo tte"
    assert post(client, url, with_place(unnamed), client=new_id(), text="Hello").status_code == 200
    assert post(client, address(room, "set_nickname"), headers, nickname="\x00").status_code == 422
    act = address(room, "create_act")
    assert post(client, act, headers, client=new_id(), kind="slide", slide=1).status_code == 404
    assert post(client, act, headers, client=new_id(), kind="closed").status_code == 403
    assert post(client, act, headers, client=new_id(), kind="removed", about=99).status_code == 404


def test_flood_is_told_when_to_come_back(client, room):
    url, headers = address(room, "create_message"), with_place(guest_seat(room))
    statuses = [post(client, url, headers, client=new_id(), text="Hi") for _ in range(7)]
    assert [one.status_code for one in statuses] == [200] * 6 + [429]
    assert 1 <= int(statuses[-1]["Retry-After"]) <= 11


def test_slide_is_shown_by_its_name_and_by_nothing_else(client, room):
    host = host_seat(room)
    slide = make_slide(room, host.user)
    services.turn_slide(seat=host, slide_id=slide.pk, client_id=new_id())
    headers = with_place(guest_seat(room))
    (event,) = client.get(address(room, "list_room_events"), headers=headers).json()["events"]
    picture = client.get(event["slide"]["src"])
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/webp")
    assert "sandbox" in picture["Content-Security-Policy"]
    for name in ("nothing.webp", "..%2Fwellread.sqlite3", "slide.webp"):
        assert client.get(f"/media/slides/{name}").status_code == 404
    slide.delete()
    assert client.get(event["slide"]["src"]).status_code == 404
