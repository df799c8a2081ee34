"""Films are served by ranges, sandboxed, and a patient's only under a consent."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from cms import played
from cms.models import ConsentedMedia
from cms.services.patient_consents import withdraw_patient_consent
from tests.factories import content
from tests.factories.patients import consent
from tests.factories.uploads import film

pytestmark = pytest.mark.django_db


def bytes_of(media) -> bytes:
    return Path(media.file.path).read_bytes()


def test_whole_film_is_served_sandboxed(client):
    media = content.media()
    response = client.get(media.url)
    assert response.status_code == 200
    assert response.content == bytes_of(media)
    assert response["Content-Type"] == "video/mp4"
    assert response["Accept-Ranges"] == "bytes"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert {"default-src 'none'", "sandbox"} <= set(response["Content-Security-Policy"].split("; "))
    assert response["Cache-Control"] == "public, max-age=604800"
    head = client.head(media.url)
    assert head["Content-Length"] == str(len(bytes_of(media)))
    assert head.content == b""


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-3", 0, 3),
        ("bytes=10-", 10, None),
        ("bytes=-5", -5, None),
        ("bytes=0-999999", 0, None),
    ],
)
def test_range_is_served(client, asked, start, end):
    media = content.media()
    whole = bytes_of(media)
    response = client.get(media.url, headers={"Range": asked})
    wanted = whole[start:] if end is None else whole[start : end + 1]
    first = start % len(whole)
    assert response.status_code == 206
    assert response.content == wanted
    assert response["Content-Range"] == f"bytes {first}-{first + len(wanted) - 1}/{len(whole)}"
    assert response["Content-Length"] == str(len(wanted))


def test_range_past_the_end_is_refused_and_nonsense_is_passed_over(client):
    media = content.media()
    size = len(bytes_of(media))
    response = client.get(media.url, headers={"Range": f"bytes={size}-"})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{size}"
    for nonsense in ("bytes=-", "bytes=a-b", "bytes=0-1,3-4", "lines=0-1", "bytes=-0"):
        status = client.get(media.url, headers={"Range": nonsense}).status_code
        assert status == (416 if nonsense == "bytes=-0" else 200), nonsense


def test_range_of_an_older_file_gets_the_whole_new_one(client):
    media = content.media()
    changed = client.get(media.url)["Last-Modified"]
    ask = {"Range": "bytes=0-3"}
    assert client.get(media.url, headers={**ask, "If-Range": changed}).status_code == 206
    old = "Mon, 01 Jan 2024 00:00:00 GMT"
    assert client.get(media.url, headers={**ask, "If-Range": old}).status_code == 200
    assert client.get(media.url, headers={"If-Modified-Since": changed}).status_code == 304


def test_no_answer_holds_more_than_a_piece_of_a_long_film(client, monkeypatch):
    monkeypatch.setattr(played, "PIECE_BYTES", 1000)
    media = content.media(file=ContentFile(film(padding=5000), "long.mp4"))
    response = client.get(media.url, headers={"Range": "bytes=0-"})
    assert len(response.content) == 1000
    assert response["Content-Range"].startswith("bytes 0-999/")
    whole = client.get(media.url)
    assert whole.streaming
    assert b"".join(whole.streaming_content) == bytes_of(media)


def test_captions_are_served_as_captions(client):
    media = content.media()
    response = client.get(media.captions.url)
    assert response.content.startswith(b"WEBVTT")
    assert response["Content-Type"] == "text/vtt; charset=utf-8"


def test_film_of_a_patient_follows_its_consent(client, django_assert_num_queries):
    media = content.media(patient_shown=True)
    assert client.get(media.url).status_code == 404
    paper = consent()
    ConsentedMedia.objects.create(consent=paper, media=media)
    with django_assert_num_queries(1):
        response = client.get(media.url, headers={"Range": "bytes=0-3"})
    assert response.status_code == 206
    assert response["Cache-Control"] == "private, max-age=60"
    withdraw_patient_consent(consent=paper, actor="system")
    assert client.get(media.url).status_code == 404
    assert client.get(media.captions.url).status_code == 404


def test_file_without_a_row_is_not_there(client, settings):
    folder = Path(settings.MEDIA_ROOT) / "played"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stray.mp4").write_bytes(film())
    assert client.get("/media/played/stray.mp4").status_code == 404
    assert client.get("/media/played/../test.sqlite3").status_code == 404
