"""What guests said goes after its days, in the job that lets go of everything; hosts' words stay."""

from datetime import timedelta

import pytest
import time_machine
from django.test import override_settings

from classroom.models import ReplayChapter, RoomEvent, RoomGuest, RoomPicture, RoomVoice
from classroom.replay_timeline import timeline_of
from classroom.services import room as services
from classroom.services import room_retention
from classroom.services.room_pictures import send_picture
from classroom.services.room_retention import retain_rooms
from classroom.services.room_voices import put_into_words
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.rooms import (
    guest_seat,
    host_seat,
    make_room,
    make_room_voice,
    make_slide,
    new_id,
    picture_file,
)
from tracking.services.retention import retain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days")]
ENDS_AT = STARTS_AT + timedelta(minutes=60)
LAST_DAY = ENDS_AT + timedelta(days=3 + 10)
AFTER = LAST_DAY + timedelta(seconds=1)


NOTHING = dict.fromkeys(room_retention.KINDS, 0)


@pytest.fixture
def days():
    with override_settings(ROOM_WORDS_DAYS=10):
        yield


def held(replay_days=3):
    """A class with words of a host and of a guest, a slide, and a chapter for each."""
    room = make_room(live_class(replay_days=replay_days), guests_speak=True)
    host, mei = host_seat(room), guest_seat(room)
    with time_machine.travel(STARTS_AT + timedelta(minutes=1), tick=False):
        slide = make_slide(room, host.user)
        slide.description = "Gums"
        slide.save()
        turned = services.turn_slide(seat=host, slide_id=slide.pk, client_id=new_id())
        services.send_message(seat=host, text="Brush", client_id=new_id())
        asked = services.ask_in_room(seat=mei, text="Floss?", client_id=new_id())
        shown = send_picture(seat=mei, file=picture_file(), alt="My gums", client_id=new_id())
        assert shown.picture.file.storage.exists(shown.picture.file.name)
        said = make_room_voice(room, mei)
        put_into_words(seat=host, number=said.event.number, text="Soft", client_id=new_id())
        gone = services.send_message(seat=mei, text="Rude", client_id=new_id())
        services.remove_words(seat=host, number=gone.number, client_id=new_id())
    for about in (turned.number, asked.number):
        ReplayChapter.objects.create(live_class=room.live_class, about=about, title=f"No {about}")
    return room


def test_words_and_names_of_guests_go_and_hosts_words_stay(django_capture_on_commit_callbacks):
    room = held()
    files = [RoomPicture.objects.get().file, RoomVoice.objects.get().file]
    assert retain_rooms(now=LAST_DAY) == NOTHING
    with django_capture_on_commit_callbacks(execute=True):
        let_go = retain_rooms(now=AFTER)
    assert not any(file.storage.exists(file.name) for file in files)
    assert let_go == {
        "room_words": 4,
        "room_pictures": 1,
        "room_voices": 1,
        "room_voice_words": 1,
        "room_chapters": 1,
        "room_guests": 1,
    }
    rows = RoomEvent.objects.filter(room=room).order_by("number")
    assert [(row.number, row.kind, row.text) for row in rows] == [
        (1, "slide", ""),
        (2, "message", "Brush"),
        (3, "question", ""),
        (4, "picture", ""),
        (5, "voice", ""),
        (6, "voice_words", ""),
        (7, "message", ""),
        (8, "removed", ""),
    ]
    assert {row.name for row in rows if not row.by_host} == {""}
    assert RoomGuest.objects.filter(person__isnull=False).count() == 0
    timeline = timeline_of(room.live_class)
    assert [item.event.text for item in timeline.items] == ["", "Brush"]
    assert [chapter.title for chapter in timeline.chapters] == ["No 1"]
    assert retain_rooms(now=AFTER) == NOTHING


def test_dry_run_counts_what_a_run_lets_go_of(monkeypatch):
    monkeypatch.setattr(room_retention, "ROWS_AT_ONCE", 1)
    held()
    held()
    before = RoomEvent.objects.exclude(text="").count()
    foretold = retain(dry_run=True, now=AFTER)
    assert RoomEvent.objects.exclude(text="").count() == before
    assert foretold == retain(now=AFTER)
    assert (foretold["room_words"], foretold["room_guests"]) == (8, 2)


def test_each_class_has_its_own_days():
    kept, gone = held(replay_days=100), held(replay_days=None)
    retain_rooms(now=AFTER)
    assert RoomEvent.objects.filter(room=kept, text="Floss?").exists()
    assert not RoomEvent.objects.filter(room=gone, text="Floss?").exists()
