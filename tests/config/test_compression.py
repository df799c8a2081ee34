"""Pages travel compressed, and nothing that is secret can be guessed from their length."""

import gzip

import brotli
import pytest
from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from config.middleware import CompressionMiddleware

pytestmark = pytest.mark.django_db

ANY = {"accept-encoding": "gzip, deflate, br, zstd"}
PATH = "/about-tracking/"


def answer(response, **headers):
    request = RequestFactory().get("/", headers=headers)
    return CompressionMiddleware(lambda request: response)(request)


def test_page_travels_as_brotli(client):
    plain, packed = client.get(PATH), client.get(PATH, headers=ANY)
    assert packed["Content-Encoding"] == "br"
    assert brotli.decompress(packed.content) == plain.content
    assert len(packed.content) < 0.4 * len(plain.content)
    assert int(packed["Content-Length"]) == len(packed.content)
    assert "Accept-Encoding" in packed["Vary"] and "Accept-Encoding" in plain["Vary"]


def test_old_browser_gets_gzip(client):
    packed = client.get(PATH, headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert b"<html" in gzip.decompress(packed.content)


def test_length_of_a_page_with_a_session_hides_what_is_in_it(client):
    client.cookies[settings.SESSION_COOKIE_NAME] = "x"
    sizes = {len(client.get(PATH, headers=ANY).content) for _ in range(8)}
    assert client.get(PATH, headers=ANY)["Content-Encoding"] == "gzip"
    assert len(sizes) > 1


@pytest.mark.parametrize("accepted", ["", "identity", "br;q=0", "*;q=0"])
def test_who_takes_nothing_gets_the_page_as_it_is(client, accepted):
    assert "Content-Encoding" not in client.get(PATH, headers={"accept-encoding": accepted})


def test_stream_passes_as_it_is():
    stream = StreamingHttpResponse(iter([b"data: 1\n\n"] * 200), content_type="text/html")
    assert "Content-Encoding" not in answer(stream, **ANY)


def test_other_kinds_pass_as_they_are():
    found = answer(HttpResponse(b"x" * 5000, content_type="image/webp"), **ANY)
    assert "Content-Encoding" not in found


def test_short_answers_and_packed_ones_pass_as_they_are():
    assert "Content-Encoding" not in answer(HttpResponse("ok"), **ANY)
    packed = HttpResponse(b"x" * 5000, headers={"Content-Encoding": "zstd"})
    assert answer(packed, **ANY)["Content-Encoding"] == "zstd"


def test_tag_of_a_compressed_page_is_weak():
    page = HttpResponse("x" * 5000, headers={"ETag": '"a"'})
    assert answer(page, **ANY)["ETag"] == 'W/"a"'
