"""Static files come whole, so nothing streams synchronously under ASGI."""

import pytest
from django.conf import settings


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_static_file_is_a_whole_answer(client, method):
    response = getattr(client, method)("/static/img/icon.svg")
    assert response.status_code == 200
    assert not response.streaming
    size = (settings.ROOT / "static" / "img" / "icon.svg").stat().st_size
    assert int(response["Content-Length"]) == size
    assert len(response.content) == (size if method == "get" else 0)
    assert response["Content-Type"].startswith("image/svg+xml")


def test_an_unchanged_file_is_not_sent_again(client):
    first = client.get("/static/img/icon.svg")
    again = client.get("/static/img/icon.svg", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_a_part_is_answered_as_a_part(client):
    response = client.get("/static/img/icon.svg", headers={"range": "bytes=0-9"})
    assert response.status_code == 206
    assert len(response.content) == 10
