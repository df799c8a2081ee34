"""Meetings on BigBlueButton, against a server that checks each checksum: who gets in, and under what name."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from classroom.services import room_stage as services
from classroom.services.join_tokens import issue_join_token
from classroom.stages import StageAway
from tests.classroom.room.bigbluebutton import running_meetings
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.rooms import guest_seat, host_seat, make_room, new_id

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT + timedelta(minutes=10), tick=False) as travelling:
        yield travelling


@pytest.fixture
def meetings(settings):
    with running_meetings(settings) as running:
        yield running


@pytest.fixture
def room(meetings):
    room = make_room(live_class(title="Gums & “more” – 牙龈 + a" + "b" * 100))
    services.choose_stage(
        seat=host_seat(room), kind="bigbluebutton", captions="carried", client_id=new_id()
    )
    return room


def test_guests_look_and_hosts_moderate_under_their_names(meetings, room):
    mei, host = guest_seat(room, "小梅 & Co+"), host_seat(room, first_name="Shen", last_name="Yu")
    guest, moderator = (meetings.lets_in(services.way_in(seat=one)) for one in (mei, host))
    assert (guest["fullName"], guest["role"]) == ("小梅 & Co+", "VIEWER")
    assert (moderator["fullName"], moderator["role"]) == ("Shen Yu", "MODERATOR")
    (made,) = meetings.made.values()
    assert made["name"].startswith("Gums & “more” – 牙龈 + ab") and len(made["name"]) <= 64
    assert made["record"] == "false"


def test_nothing_of_a_person_leaves_but_the_chosen_name(meetings, room):
    mei = guest_seat(room, "Mei")
    other = make_room()
    fields = meetings.lets_in(services.way_in(seat=mei))
    assert set(fields) == {"fullName", "meetingID", "role", "userID", "redirect"}
    again = meetings.lets_in(services.way_in(seat=mei))
    assert again["userID"] == fields["userID"]  # the same person of the class is the same there
    services.choose_stage(
        seat=host_seat(other), kind="bigbluebutton", captions="carried", client_id=new_id()
    )
    elsewhere = guest_seat(other, "Mei")
    ids = {fields["userID"], meetings.lets_in(services.way_in(seat=elsewhere))["userID"]}
    assert len(ids) == 2 and len(meetings.made) == 2
    person = mei.place.person
    for told in (fields["userID"], fields["meetingID"]):
        assert len(told) == 32 and str(person.external_id) not in told


def test_whole_class_asks_once_for_its_meeting(meetings, room):
    for number in range(5):
        services.way_in(seat=guest_seat(room, f"Guest {number}"))
    assert meetings.asked == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"<response><returncode>FAILED</returncode></response>",
        b"",
        b"<html>SUCCESS</html>",
        b"<response><returncode>SUCCESS</returncode></response>" + b" " * 70_000,
    ],
)
def test_server_that_refuses_or_talks_nonsense_is_away(meetings, room, answer):
    meetings.answer = answer
    with pytest.raises(StageAway):
        services.way_in(seat=guest_seat(room))
    meetings.answer = None
    assert meetings.lets_in(services.way_in(seat=guest_seat(room)))


def test_wrong_secret_lets_nobody_in(meetings, room, settings):
    settings.BIGBLUEBUTTON_SECRET = "another"
    with pytest.raises(StageAway):
        services.way_in(seat=guest_seat(room))
    assert not meetings.made


def test_server_that_is_gone_is_said_in_words_and_the_room_goes_on(client, meetings, room, caplog):
    guest = guest_seat(room)
    meetings.shutdown()
    meetings.server_close()
    query = {"place": issue_join_token(guest.place)}
    caplog.set_level(logging.WARNING, "wellread.room")
    page = client.get(reverse("room_stage", args=[room.pk]), query)
    assert (page.status_code, page["Retry-After"]) == (503, "60")
    assert "Nothing is lost" in page.content.decode()
    assert page["Referrer-Policy"] == "same-origin"
    told = client.post(
        reverse("api:visit_stage", args=[room.pk]),
        headers={"Authorization": f"Join {query['place']}"},
    )
    assert told.status_code == 503 and "try again in a minute" in told.json()["detail"]
    assert "Go to the video" in client.get(reverse("room", args=[room.pk]), query).content.decode()
    assert caplog.text and "checksum" not in caplog.text and query["place"] not in caplog.text


def test_meeting_in_a_private_network_is_never_asked(meetings, room, settings):
    settings.DEBUG = False
    settings.BIGBLUEBUTTON_URL = "https://127.0.0.1/bigbluebutton"
    with pytest.raises(StageAway):
        services.way_in(seat=guest_seat(room))
    assert meetings.asked == 0


def test_nobody_is_sent_on_once_the_server_is_no_longer_named(client, room, settings):
    settings.BIGBLUEBUTTON_URL = ""
    query = {"place": issue_join_token(guest_seat(room).place)}
    assert (
        "Go to the video" not in client.get(reverse("room", args=[room.pk]), query).content.decode()
    )
    assert client.get(reverse("room_stage", args=[room.pk]), query)["Location"].startswith("/")
