"""Films, recordings and captions are told by their bytes, and measured where they say how long."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cms.models import ClinicMedia
from cms.uploads.media import checked_captions, checked_media
from cms.uploads.refusal import Refused
from people.models import User
from tests.factories import content
from tests.factories.uploads import CAPTIONS, coded, film, sound


@pytest.mark.parametrize(
    ("name", "data", "kind", "seconds"),
    [
        ("a.mp4", film(seconds=75), "video", 75.0),
        ("a.m4a", film(seconds=75, version=1), "audio", 75.0),
        ("a.mp4", film()[:60], "video", None),
        ("a.wav", sound(seconds=1.5), "audio", 1.5),
        ("a.webm", b"\x1a\x45\xdf\xa3\x9fB\x82\x84webm", "video", None),
        ("a.mp3", b"ID3\4\0", "audio", None),
        ("a.ogg", b"OggS\0", "audio", None),
    ],
)
def test_honest_file_is_taken_and_measured(name, data, kind, seconds):
    assert checked_media(ContentFile(data, name), kind) == seconds


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.mp4", b"<html><script>1</script>", "video"),
        ("a.mp4", coded("JPEG"), "video"),
        ("a.mp4", sound(), "video"),
        ("a.wav", sound(), "video"),
        ("a.mp4", film(), "audio"),
        ("a.mp3", b"<svg/>", "audio"),
        ("a.avi", b"RIFF", "video"),
        ("a.html", film(), "video"),
        ("a.mp4", b"", "video"),
    ],
)
def test_anything_else_is_refused(name, data, kind):
    with pytest.raises(Refused):
        checked_media(ContentFile(data, name), kind)


def test_boxes_that_lead_in_circles_end():
    looped = b"\0\0\0\x10ftypisom" + b"\0" * 4 + b"\0\0\0\1moov" + b"\0" * 8
    assert checked_media(ContentFile(looped, "a.mp4"), "video") is None


def test_captions_are_webvtt():
    checked_captions(ContentFile(CAPTIONS, "a.vtt"))
    for data in (
        b"",
        b"WEBVTT\n",
        b"1\n00:00:00,000 --> 00:00:02,000\nSRT\n",
        b"<html>",
        b"\xff\xfe",
    ):
        with pytest.raises(Refused):
            checked_captions(ContentFile(data, "a.vtt"))


@pytest.fixture
def staff(db) -> Client:
    client = Client()
    client.force_login(
        User.objects.create_superuser("staff"), "people.authentication.PasswordBackend"
    )
    return client


def form(**fields) -> dict:
    return {
        "title": "How to brush",
        "collection": "1",
        "file": SimpleUploadedFile("Ms Z.mp4", film(seconds=75), "video/mp4"),
        "duration": "0",
        "tags": "",
        **fields,
    }


def test_film_comes_in_measured_under_a_new_name_and_may_wait_for_its_words(staff):
    assert staff.post("/admin/media/video/add/", form()).status_code == 302
    media = ClinicMedia.objects.get()
    assert media.duration == 75
    assert "Ms" not in media.file.name
    assert media.file.name.startswith("played/")


@pytest.mark.parametrize(
    "fields",
    [
        {"file": SimpleUploadedFile("a.mp4", b"<html>", "video/mp4")},
        {"file": SimpleUploadedFile("a.webm", b"\x1a\x45\xdf\xa3\x9fB\x82\x84webm", "video/webm")},
        {"captions": SimpleUploadedFile("a.vtt", b"<html>", "text/vtt")},
    ],
    ids=["a page", "no length", "captions that are none"],
)
def test_bad_film_does_not_come_in(staff, fields):
    for upload in fields.values():
        upload.seek(0)
    assert staff.post("/admin/media/video/add/", form(**fields)).status_code == 200
    assert ClinicMedia.objects.count() == 0


def test_words_of_a_live_film_cannot_be_taken_away(staff):
    media = content.media()
    fields = {
        "title": "T",
        "collection": "1",
        "duration": "90",
        "language": "en",
        "transcript": "",
        "tags": "",
    }
    assert staff.post(f"/admin/media/edit/{media.pk}/", fields).status_code == 302
    media.transcript = "Brush."
    media.save()
    content.article(body=[("video", {"video": media.pk, "caption": ""})])
    assert staff.post(f"/admin/media/edit/{media.pk}/", fields).status_code == 200
    media.refresh_from_db()
    assert media.transcript == "Brush."
    assert (
        staff.post(f"/admin/media/edit/{media.pk}/", {**fields, "transcript": "Again."}).status_code
        == 302
    )
