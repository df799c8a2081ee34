"""Other origins read the API where CORS_ORIGINS names them, never with anybody's cookies."""

import json

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env
from people.notices import CURRENT

pytestmark = pytest.mark.django_db
FRONT, STRANGER = "https://front.example", "https://stranger.example"


@pytest.fixture(autouse=True)
def front(settings):
    settings.CORS_ALLOWED_ORIGINS = [FRONT]


def asked(client, path: str, origin: str, method: str = "GET"):
    return client.options(
        path,
        headers={
            "origin": origin,
            "access-control-request-method": method,
            "access-control-request-headers": "authorization,content-type,if-none-match",
        },
    )


def test_named_origin_may_read_and_a_stranger_may_not(client):
    response = client.get("/api/v2/pages/", headers={"origin": FRONT})
    assert response["Access-Control-Allow-Origin"] == FRONT
    assert "ETag" in response["Access-Control-Expose-Headers"]
    assert "origin" in response["Vary"].lower()
    assert "Access-Control-Allow-Credentials" not in response
    other = client.get("/api/v2/pages/", headers={"origin": STRANGER})
    assert "Access-Control-Allow-Origin" not in other
    # What is kept for one origin must not answer for another, so the header is there for both.
    assert "origin" in other["Vary"].lower()


def test_answer_that_says_nothing_new_may_be_read_too(client):
    from tests.factories import content

    content.article()
    tag = client.get("/api/v2/pages/")["ETag"]
    response = client.get("/api/v2/pages/", headers={"origin": FRONT, "if-none-match": tag})
    assert response.status_code == 304
    assert response["Access-Control-Allow-Origin"] == FRONT


def test_preflight_says_what_may_be_sent(client):
    response = asked(client, "/api/v1/consents", FRONT, "DELETE")
    assert response["Access-Control-Allow-Origin"] == FRONT
    assert "DELETE" in response["Access-Control-Allow-Methods"]
    for name in ("authorization", "content-type", "if-none-match"):
        assert name in response["Access-Control-Allow-Headers"]
    assert "x-csrftoken" not in response["Access-Control-Allow-Headers"]
    assert response["Access-Control-Max-Age"] == "3600"
    assert "Access-Control-Allow-Origin" not in asked(client, "/api/v1/consents", STRANGER)


def test_event_endpoint_takes_events_from_anywhere(client):
    response = asked(client, "/api/v1/events", STRANGER, "POST")
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["/", "/admin/login/", "/media/images/x.webp", "/sign-in/"])
def test_pages_media_and_admin_are_for_no_other_origin(client, path):
    response = client.get(path, headers={"origin": FRONT})
    assert "Access-Control-Allow-Origin" not in response


def test_session_of_a_reader_is_worth_nothing_from_another_origin(client, admin_user):
    """A browser sends no cookie; were one sent, the answer could not be read and nothing is done."""
    client.force_login(admin_user)
    body = {"purposes": {"profiling": True}, "notice": CURRENT, "language": "en"}
    response = client.post(
        "/api/v1/consents",
        json.dumps(body),
        content_type="application/json",
        headers={"origin": FRONT},
    )
    assert response.status_code == 201
    assert response.json()["visitor"], "a new visitor, not the reader who is signed in"
    assert "Access-Control-Allow-Credentials" not in response


@pytest.mark.parametrize("origins", ["*", "front.example", "https://front.example/path"])
def test_what_is_no_origin_is_refused_with_a_cure(monkeypatch, origins):
    monkeypatch.setenv("CORS_ORIGINS", origins)
    with pytest.raises(ImproperlyConfigured, match="https://www.example.org"):
        env.read_environment()


def test_origins_and_front_end_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("CORS_ORIGINS", "https://a.example, http://b.example:8080/")
    monkeypatch.setenv("HEADLESS_PREVIEW_URL", "https://a.example/preview")
    read = env.read_environment()
    assert read.cors_origins == ["https://a.example", "http://b.example:8080"]
    assert read.headless_preview_url == "https://a.example/preview"
    monkeypatch.setenv("HEADLESS_PREVIEW_URL", "a.example")
    with pytest.raises(ImproperlyConfigured, match="HEADLESS_PREVIEW_URL"):
        env.read_environment()
