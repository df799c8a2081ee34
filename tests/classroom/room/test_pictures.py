"""Pictures in the talk: checked and made anew, once for each id, and gone with their file."""

import io
import json
from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from classroom.models import RoomPicture
from classroom.room_wire import wire_of
from classroom.services import room as services
from classroom.services.join_tokens import issue_join_token
from classroom.services.room_moderation import mute_guest
from classroom.services.room_pictures import NoPicture, send_picture
from people.services.erasure import erase_person
from tests.factories.classroom import STARTS_AT
from tests.factories.rooms import guest_seat, host_seat, make_room, new_id, picture_file

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT + timedelta(minutes=10), tick=False) as travelling:
        yield travelling


@pytest.fixture
def room():
    return make_room()


def show(seat, file=None, client_id=None, alt="My brush"):
    return send_picture(
        seat=seat, file=file or picture_file(), alt=alt, client_id=client_id or new_id()
    )


def photograph() -> ContentFile:
    """A JPEG as a phone writes it, with where it was taken in its notes."""
    picture, notes = Image.new("RGB", (2400, 1200), "navy"), Image.Exif()
    notes[0x010E] = "Kitchen of Mei"
    stored = io.BytesIO()
    picture.save(stored, "JPEG", exif=notes)
    assert b"Kitchen of Mei" in stored.getvalue()
    return ContentFile(stored.getvalue(), name="mei-at-home.jpg")


def test_picture_is_made_anew_and_told_with_its_size_and_words(client, room):
    mei = guest_seat(room)
    event = show(mei, photograph(), alt=" My\x00 <b>brush</b> ")
    told = wire_of(event)
    assert (told["kind"], told["text"]) == ("picture", "My <b>brush</b>")
    assert (told["more"]["width"], told["more"]["height"]) == (1600, 800)
    assert "mei" not in told["more"]["src"]
    served = client.get(told["more"]["src"])
    assert (served.status_code, served["Content-Type"]) == (200, "image/webp")
    assert b"Kitchen" not in served.content and "sandbox" in served["Content-Security-Policy"]
    assert client.get("/media/room-pictures/picture.webp").status_code == 404


def test_same_id_is_the_same_picture(room):
    mei, client_id = guest_seat(room), new_id()
    first = show(mei, client_id=client_id)
    again = show(mei, ContentFile(b"cut off", name="a.png"), client_id=client_id)
    assert (again.pk, RoomPicture.objects.count()) == (first.pk, 1)
    with pytest.raises(services.Taken):
        show(guest_seat(room, "Tess"), client_id=client_id)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
        b"GIF89a<script>",
    ],
)
def test_what_is_no_picture_is_refused(room, content):
    with pytest.raises(NoPicture):
        show(guest_seat(room), ContentFile(content, name="a.png"))
    assert not RoomPicture.objects.exists()


def test_pictures_count_as_words_and_nothing_is_decoded_for_who_may_not_send(room, monkeypatch):
    mei, host = guest_seat(room), host_seat(room)
    for _ in range(services.AT_MOST):
        show(mei)
    monkeypatch.setattr("classroom.services.room_pictures.on_a_screen", lambda content: 1 / 0)
    with pytest.raises(services.TooFast):
        show(mei)
    tess = guest_seat(room, "Tess")
    guest = tess.place.person.room_guests.get()
    mute_guest(seat=host, guest_id=guest.pk, is_muted=True)
    with pytest.raises(services.Muted):
        show(tess)


def test_removed_picture_is_gone_with_its_file_and_leaves_a_trace(
    client, room, django_capture_on_commit_callbacks
):
    event = show(guest_seat(room))
    src = event.more["src"]
    picture = RoomPicture.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_words(seat=host_seat(room), number=event.number, client_id=new_id())
    event.refresh_from_db()
    assert (event.text, wire_of(event)["more"], wire_of(event)["removed"]) == ("", None, True)
    assert not picture.file.storage.exists(picture.file.name)
    assert client.get(src).status_code == 404


def test_erased_person_takes_pictures_along(room, django_capture_on_commit_callbacks):
    mei = guest_seat(room)
    show(mei)
    picture = RoomPicture.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        erase_person(person=mei.place.person, actor="test")
    assert not RoomPicture.objects.exists()
    assert not picture.file.storage.exists(picture.file.name)


def test_picture_comes_by_the_api_and_a_refusal_says_what_to_send(client, room):
    url = reverse("api:create_picture", args=[room.pk])
    headers = {"Authorization": f"Join {issue_join_token(guest_seat(room).place)}"}
    sent = client.post(
        url, {"client": new_id(), "file": picture_file(), "alt": "A"}, headers=headers
    )
    assert (sent.status_code, sent.json()["text"]) == (200, "A")
    listed = client.get(reverse("api:list_room_events", args=[room.pk]), headers=headers).json()
    assert listed["events"] == [sent.json()]
    bad = {"client": new_id(), "file": ContentFile(b"x", name="a.png")}
    refused = client.post(url, bad, headers=headers)
    assert refused.status_code == 422 and "JPEG" in json.loads(refused.content)["detail"]
