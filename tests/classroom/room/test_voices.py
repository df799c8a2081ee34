"""Voice clips in the talk: who may speak, once for each id, with words beside, gone with their file."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.urls import reverse

from classroom.models import RoomEvent, RoomVoice
from classroom.room_wire import events_numbered, wire_of
from classroom.services import room as services
from classroom.services import room_voices
from classroom.services.join_tokens import issue_join_token
from classroom.services.room_moderation import let_guests_speak, mute_guest
from classroom.services.room_voices import NotForGuests, NoVoice, put_into_words, send_voice
from people.services.erasure import erase_person
from tests.factories.classroom import STARTS_AT
from tests.factories.recordings import recording, recording_file
from tests.factories.rooms import guest_seat, host_seat, make_room, new_id

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT + timedelta(minutes=10), tick=False) as travelling:
        yield travelling


@pytest.fixture
def room():
    return make_room(guests_speak=True)


@pytest.fixture
def no_work(monkeypatch):
    monkeypatch.setattr(room_voices, "made_clip", lambda content: 1 / 0)


def speak(seat, file=None, client_id=None, words="Brush"):
    return send_voice(
        seat=seat, file=file or recording_file(), words=words, client_id=client_id or new_id()
    )


def write_down(seat, event, text="Floss"):
    return put_into_words(seat=seat, number=event.number, text=text, client_id=new_id())


def texts(room) -> list[str]:
    return list(RoomEvent.objects.filter(room=room).order_by("number").values_list("text", flat=1))


def test_clip_is_made_anew_and_told_with_its_length_and_words(client, room):
    event = speak(
        guest_seat(room), recording_file("webm", seconds=2), words=" Brush\x00 <b>well</b> "
    )
    told = wire_of(event)
    assert (told["kind"], told["text"]) == ("voice", "Brush <b>well</b>")
    assert told["more"]["duration_s"] == pytest.approx(2, abs=0.06)
    served = client.get(told["more"]["src"])
    assert (served.status_code, served["Content-Type"]) == (200, "audio/mp4")
    assert served.content[4:8] == b"ftyp" and served["Accept-Ranges"] == "bytes"
    assert "sandbox" in served["Content-Security-Policy"] and served["X-Robots-Tag"] == "noindex"
    assert served["Cache-Control"].startswith("private")
    part = client.get(told["more"]["src"], headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert part["Content-Range"] == f"bytes 4-7/{len(served.content)}"
    assert client.get("/media/room-voices/clip.m4a").status_code == 404


def test_file_that_is_lost_is_not_there(client, room):
    event = speak(host_seat(room))
    file = event.voice.file
    file.storage.delete(file.name)
    assert client.get(event.more["src"]).status_code == 404


def test_same_id_is_the_same_clip(room):
    mei, client_id = guest_seat(room), new_id()
    first = speak(mei, client_id=client_id)
    again = speak(mei, ContentFile(b"cut off", name="a.webm"), client_id=client_id)
    assert (again.pk, RoomVoice.objects.count()) == (first.pk, 1)
    with pytest.raises(services.Taken):
        speak(guest_seat(room, "Tess"), client_id=client_id)


def test_what_is_no_clip_leaves_nothing(room):
    with pytest.raises(NoVoice) as refused:
        speak(host_seat(room), ContentFile(b"no sound", name="a.webm"))
    assert refused.value.code == "unknown"
    assert not RoomVoice.objects.exists() and not RoomEvent.objects.exists()


@pytest.mark.usefixtures("no_work")
def test_file_that_is_too_large_is_not_read(room, monkeypatch):
    monkeypatch.setattr(room_voices, "MOST_BYTES", 100)
    with pytest.raises(NoVoice) as refused:
        speak(host_seat(room))
    assert refused.value.code == "large"


@pytest.mark.usefixtures("no_work")
def test_guests_speak_only_where_hosts_let_them(room):
    mei, host = guest_seat(room), host_seat(room)
    let_guests_speak(seat=host, may=False)
    mei.room.refresh_from_db()
    with pytest.raises(NotForGuests):
        speak(mei)
    with pytest.raises(services.NotHost):
        let_guests_speak(seat=mei, may=True)
    with pytest.raises(ZeroDivisionError):  # a host's clip is made
        speak(host)


def test_permission_that_is_taken_back_meanwhile_counts(room, monkeypatch):
    mei, made = guest_seat(room), room_voices.made_clip

    def slowly(content):
        let_guests_speak(seat=host_seat(room), may=False)
        return made(content)

    monkeypatch.setattr(room_voices, "made_clip", slowly)
    with pytest.raises(NotForGuests):
        speak(mei)
    assert not RoomVoice.objects.exists()


def test_clips_count_as_words_and_nothing_is_decoded_for_who_may_not_send(room, monkeypatch):
    mei, host = guest_seat(room), host_seat(room)
    for number in range(services.AT_MOST):
        services.send_message(seat=mei, text=str(number), client_id=new_id())
    monkeypatch.setattr(room_voices, "made_clip", lambda content: 1 / 0)
    with pytest.raises(services.TooFast):
        speak(mei)
    tess = guest_seat(room, "Tess")
    mute_guest(seat=host, guest_id=tess.place.person.room_guests.get().pk, is_muted=True)
    with pytest.raises(services.Muted):
        speak(tess)
    services.close_room(seat=host, client_id=new_id())
    with pytest.raises(services.NotOpen):
        speak(guest_seat(room, "Ann"))


def test_few_are_made_at_once_and_others_come_again(room):
    host = host_seat(room)
    for _ in range(room_voices.MADE_AT_ONCE):
        room_voices._turns.acquire()
    try:
        with pytest.raises(services.TooFast) as refused:
            speak(host)
    finally:
        room_voices._turns.release(room_voices.MADE_AT_ONCE)
    assert refused.value.retry_after_s == room_voices.AGAIN_S
    for _ in range(room_voices.MADE_AT_ONCE + 1):  # a file that is refused gives its turn back
        with pytest.raises(NoVoice):
            speak(host, ContentFile(b"no sound", name="a.webm"))


def test_hosts_put_a_clip_into_words_and_the_latest_counts(room):
    mei, host = guest_seat(room), host_seat(room)
    event = speak(mei, words="")
    write_down(host, event, "Flos")
    later = write_down(host, event)
    assert (later.kind, later.about, later.text) == ("voice_words", event.number, "Floss")
    with pytest.raises(services.NotHost):
        write_down(mei, event)
    with pytest.raises(services.NoWords):
        write_down(host, event, " \n")
    said = services.send_message(seat=mei, text="Hello", client_id=new_id())
    with pytest.raises(services.NothingThere):
        write_down(host, said)


def test_removed_clip_is_gone_with_its_file_and_all_its_words(
    client, room, django_capture_on_commit_callbacks
):
    host = host_seat(room)
    event, other = speak(guest_seat(room)), speak(host)
    written, kept = write_down(host, event), write_down(host, other, "Kept")
    src, file = event.more["src"], event.voice.file
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_words(seat=host, number=event.number, client_id=new_id())
    assert texts(room) == ["", "Brush", "", "Kept", ""]
    # Who listens to a hub gets the rows that lost their words once more, the written ones, too.
    again = [wire_of(one) for one in events_numbered(room_id=room.pk, numbers={event.number})]
    assert [(one["number"], one["text"], one["more"], one["removed"]) for one in again] == [
        (event.number, "", None, True), (written.number, "", None, True)]  # fmt: skip
    assert kept.text and not file.storage.exists(file.name)
    assert client.get(src).status_code == 404
    with pytest.raises(services.NothingThere):
        write_down(host, event)


def test_erased_person_takes_clips_and_their_words_along(room, django_capture_on_commit_callbacks):
    mei, host = guest_seat(room), host_seat(room)
    write_down(host, speak(mei))
    write_down(host, speak(host), "Kept")
    file = RoomVoice.objects.earliest("pk").file
    with django_capture_on_commit_callbacks(execute=True):
        erase_person(person=mei.place.person, actor="test")
    assert texts(room) == ["", "", "Brush", "Kept", ""]
    assert RoomVoice.objects.count() == 1 and not file.storage.exists(file.name)


class Api:
    def __init__(self, client, room, seat) -> None:
        self.client, self.room = client, room
        self.headers = {"Authorization": f"Join {issue_join_token(seat.place)}"}

    def post(self, name, body):
        url = reverse(f"api:{name}", args=[self.room.pk])
        kind = {"content_type": "application/json"} if name != "create_voice_clip" else {}
        return self.client.post(url, body, headers=self.headers, **kind)


def test_clip_comes_by_the_api_and_a_refusal_says_what_to_do(client, room):
    mei = Api(client, room, guest_seat(room))
    sent = mei.post(
        "create_voice_clip", {"client": new_id(), "file": recording_file(), "words": "A"}
    )
    assert (sent.status_code, sent.json()["text"]) == (200, "A")
    assert set(sent.json()["more"]) == {"src", "duration_s"}
    url = reverse("api:list_room_events", args=[room.pk])
    listed = client.get(url, headers=mei.headers).json()
    assert listed["events"] == [sent.json()] and listed["state"]["guests_speak"] is True
    for content, reason, words in (
        (b"x", "unknown", "no recording"),
        (recording(seconds=61), "long", "60 seconds"),
    ):
        refused = mei.post(
            "create_voice_clip", {"client": new_id(), "file": ContentFile(content, name="a.wav")}
        )
        problem = json.loads(refused.content)
        assert (refused.status_code, problem["reason"]) == (422, reason)
        assert words in problem["detail"]
    words = {"client": str(new_id()), "about": 1, "text": "B"}
    assert mei.post("create_voice_words", words).status_code == 403
    let_guests_speak(seat=host_seat(room), may=False)
    refused = mei.post("create_voice_clip", {"client": new_id(), "file": recording_file()})
    assert (refused.status_code, json.loads(refused.content)["reason"]) == (403, "no_voices")


def test_host_lets_guests_speak_and_writes_words_by_the_api(client, room):
    host = host_seat(room)
    client.force_login(host.user)
    url = reverse("api:moderate", args=[room.pk])
    kinds = ("voices_off", "voices_off", "voices_on")
    told = [
        client.post(url, {"kind": kind}, content_type="application/json").json()["guests_speak"]
        for kind in kinds
    ]
    assert told == [False, False, True]
    event = speak(host)
    words = {"client": str(new_id()), "about": event.number, "text": "Floss"}
    for _ in range(2):
        sent = client.post(
            reverse("api:create_voice_words", args=[room.pk]),
            words,
            content_type="application/json",
        )
        assert (sent.json()["kind"], sent.json()["number"]) == ("voice_words", 2)


def test_page_may_play_what_was_recorded_there_and_nothing_from_elsewhere(client, room):
    mei = guest_seat(room)
    page = client.get(reverse("room", args=[room.pk]), {"place": issue_join_token(mei.place)})
    policy = dict(part.strip().split(" ", 1) for part in page["Content-Security-Policy"].split(";"))
    assert policy["media-src"] == "'self' blob:"
    assert page["Permissions-Policy"] == "microphone=(self)"
    assert client.get("/")["Permissions-Policy"] == "microphone=()"
    client.force_login(host_seat(room).user)
    rehearsal = client.get(reverse("rehearsal", args=[room.pk]))
    assert (rehearsal.status_code, rehearsal["Permissions-Policy"]) == (200, "microphone=(self)")
