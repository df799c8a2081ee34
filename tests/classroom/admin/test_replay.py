"""Hosts give a class its recording and chapters; what lacks its words is refused, with the reason."""

import pytest

from classroom.models import Replay, ReplayChapter
from classroom.played_time import clock_of, moment_of
from classroom.replay_timeline import timeline_of
from outbox.models import AuditEntry
from people.roles import Role
from tests.classroom.room.test_replay import Talk
from tests.factories.content import media
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk():
    return Talk()


@pytest.fixture
def address(talk, client):
    client.force_login(make_staff(Role.ADMINISTRATOR))
    return f"/admin/classes/{talk.room.pk}/replay/"


def keep(client, address, recording, offset=""):
    chosen = recording.pk if recording else ""
    return client.post(
        address, {"keep_recording": "1", "recording": chosen, "offset": offset}, follow=True
    )


def test_recording_is_kept_with_its_beginning_and_taken_out_again(talk, client, address):
    film = media()
    assert keep(client, address, film, "-0:30").status_code == 200
    replay = Replay.objects.get()
    assert (replay.recording, replay.offset_ms) == (film, -30_000)
    assert 'value="-0:30"' in client.get(address).content.decode()
    keep(client, address, None)
    assert Replay.objects.get().recording is None
    assert AuditEntry.objects.filter(action="replay.recording_set").count() == 2


@pytest.mark.parametrize("lacking", [{"captions": ""}, {"transcript": " "}, {"duration": 0}])
def test_recording_without_its_words_is_refused(talk, client, address, lacking):
    answer = keep(client, address, media(**lacking))
    assert answer.status_code == 422
    assert "captions first" in answer.content.decode()
    assert not Replay.objects.exists()


@pytest.mark.parametrize("offset", ["soon", "25:00:00", "1:75"])
def test_beginning_that_is_no_moment_is_refused(client, address, offset):
    assert keep(client, address, media(), offset).status_code == 422
    assert not Replay.objects.exists()


def test_chapters_are_named_left_out_and_added(talk, client, address):
    first, asked, second = (chapter.about for chapter in timeline_of(talk.live_class).chapters)
    sent = {
        f"title-{first}": "Why gums bleed",
        f"title-{asked}": "Flossing",
        f"title-{second}": "",
        "own_at": ["0:45", "soon", ""],
        "own_title": ["The evening", "Nowhere", ""],
    }
    answer = client.post(address, sent, follow=True)
    assert [
        (chapter.clock, chapter.title) for chapter in timeline_of(talk.live_class).chapters
    ] == [
        ("0:10", "Why gums bleed"),
        ("0:20", "Flossing"),
        ("0:45", "The evening"),
    ]
    assert "Nowhere" in answer.content.decode()
    client.post(address, sent)
    assert ReplayChapter.objects.count() == 3  # one renamed, one left out, one added


def test_staff_who_do_not_give_the_class_find_nothing(talk, client):
    client.force_login(make_staff(Role.MARKETING))
    assert client.get(f"/admin/classes/{talk.room.pk}/replay/").status_code == 404


@pytest.mark.parametrize("text", ["0:00", "4:05", "1:04:05", "-0:30"])
def test_moments_are_read_as_they_are_written(text):
    moment = moment_of(text)
    assert moment is not None
    assert clock_of(moment) == text
