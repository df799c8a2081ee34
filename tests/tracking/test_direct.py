"""Events taken before Django: the same answers with the same headers, and Django's word where it has one."""

import asyncio
import json

import pytest
from django.core.asgi import get_asgi_application
from django.db import OperationalError
from django.test import Client

from tests.tracking.browsers import (
    ADDRESS,
    FIREFOX,
    make_batch,
    make_event,
    make_page,
    make_visitor,
)
from tests.tracking.test_group_commit import in_a_loop
from tracking.direct import DirectIngest
from tracking.group_commit import GroupWriter
from tracking.ingest.limits import Limit
from tracking.models import Event

REAL_COMMITS = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def application():
    application = DirectIngest(get_asgi_application())
    yield application
    application.writer.close()


def post(application, *parts: bytes, hang_up: bool = False, host: str = "testserver", **headers):
    """Post a body in parts; returns status, headers and body of the answer, None without one."""
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append(
        {"type": "http.disconnect"} if hang_up else {"type": "http.request", "more_body": False}
    )
    told: list[dict] = []
    given = {"host": host, "user-agent": FIREFOX, **headers}
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": ADDRESS, "raw_path": ADDRESS.encode(), "root_path": "", "query_string": b"",
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in given.items()
        ],
        "client": ("127.0.0.1", 1), "server": ("testserver", 80),
    }  # fmt: skip

    async def receive() -> dict:
        return messages.pop(0) if messages else await asyncio.get_running_loop().create_future()

    async def send(message: dict) -> None:
        told.append(message)

    in_a_loop(application(scope, receive, send))
    if not told:
        return None
    answered = {name.decode().lower(): value.decode() for name, value in told[0]["headers"]}
    return told[0]["status"], answered, b"".join(message.get("body", b"") for message in told)


@REAL_COMMITS
def test_the_answer_is_the_one_django_would_give(application):
    article, (visitor, token) = make_page(), make_visitor()
    one, other = (
        json.dumps(make_batch([make_event(article), 7], token=token)).encode() for _ in range(2)
    )
    status, headers, body = post(
        application, one[:50], one[50:], origin="https://elsewhere.example"
    )
    through_django = Client().post(
        ADDRESS,
        other,
        content_type="text/plain",
        headers={"user-agent": FIREFOX, "origin": "https://elsewhere.example"},
    )
    assert status == through_django.status_code == 200
    expected = {name.lower(): value for name, value in through_django.items()}
    assert headers == {**expected, "content-length": str(len(body))}
    said, expected_words = json.loads(body)["results"], through_django.json()["results"]
    assert [one["status"] for one in said] == [one["status"] for one in expected_words]
    assert Event.objects.filter(visitor=visitor).count() == 2
    for bad, code in ((b"no", 400), (b"{}", 422), (b" " * 65_537, 413)):
        refused = Client().post(ADDRESS, bad, content_type="text/plain")
        status, headers, body = post(application, bad)
        assert status == refused.status_code == code
        assert json.loads(body) == refused.json()
        assert headers["content-type"] == refused["Content-Type"] == "application/problem+json"
        assert headers["access-control-allow-origin"] == "*"


@pytest.mark.django_db
def test_a_host_that_is_not_ours_and_a_transport_that_is_not_safe_are_refused(settings):
    assert post(DirectIngest(get_asgi_application()), b"{}", host="evil.example")[0] == 400
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = 60
    application = DirectIngest(get_asgi_application())
    status, headers, _ = post(application, b"{}")
    assert (status, headers["location"]) == (301, f"https://testserver{ADDRESS}")
    status, headers, _ = post(application, b"{}", x_forwarded_proto="https")
    assert (status, headers["strict-transport-security"]) == (422, "max-age=60")
    assert post(application, b"{}")[0] == 301


@REAL_COMMITS
def test_who_hangs_up_before_the_end_leaves_nothing(application):
    article = make_page()
    body = json.dumps(make_batch([make_event(article, view=None)])).encode()
    assert post(application, body, hang_up=True) is None
    assert post(application, body)[0] == 200


@REAL_COMMITS
def test_who_floods_is_told_to_wait(application, monkeypatch):
    monkeypatch.setattr("tracking.ingest.limits.VISITOR_LIMIT", Limit(2, 0.001))
    article, (_, token) = make_page(), make_visitor()
    bodies = [json.dumps(make_batch([make_event(article)], token=token)).encode() for _ in range(3)]
    assert [post(application, body)[0] for body in bodies[:2]] == [200, 200]
    status, headers, _ = post(application, bodies[2])
    assert status == 429
    assert 900 <= int(headers["retry-after"]) <= 1000


@REAL_COMMITS
def test_a_writer_that_cannot_commit_or_is_full_answers_503(application, monkeypatch):
    article, (_, token) = make_page(), make_visitor()
    body = json.dumps(make_batch([make_event(article)], token=token)).encode()

    def refuse(facts):
        raise OperationalError("disk full")

    monkeypatch.setattr("tracking.services.ingest.store_new", refuse)
    status, headers, answer = post(application, body)
    assert (status, headers["retry-after"]) == (503, "5")
    assert json.loads(answer)["detail"] == "Nothing was stored. Send the same batch again."
    monkeypatch.undo()
    full = DirectIngest(get_asgi_application(), writer=GroupWriter(most_waiting=0))
    assert post(full, body)[0] == 503
    assert Event.objects.count() == 0
    status, _, answer = post(application, body)
    assert (status, json.loads(answer)["results"][0]["status"]) == (200, "ok")
