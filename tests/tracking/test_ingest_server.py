"""Ingest in its real process: killed under load, 32 writers at once, bodies without end."""

import http.client
import json
import threading
from collections.abc import Callable

import pytest

from tests.servers import Server
from tests.tracking.browsers import FIREFOX, make_batch, make_event, make_page, make_visitor
from tracking.models import Event, PageCounter
from tracking.services.statistics import fold_statistics

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def server(tmp_path):
    with Server(tmp_path) as server:
        yield server


def in_threads(number: int, work: Callable[[int], None]) -> list[threading.Thread]:
    threads = [threading.Thread(target=work, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    return threads


def new_batch(article, token: str, *, size: int = 10) -> bytes:
    events = [make_event(article, kind="share", active_ms=0) for _ in range(size)]
    return json.dumps(make_batch(events, token=token)).encode()


def ids_of(body: bytes) -> set[str]:
    return {event["id"] for event in json.loads(body)["events"]}


def stored_ids() -> set[str]:
    return {str(pk) for pk in Event.objects.values_list("pk", flat=True)}


def test_killed_under_load_every_event_called_ok_is_stored(server):
    article, (_, token) = make_page(), make_visitor()
    acknowledged: set[str] = set()
    sent: list[bytes] = []
    enough = threading.Event()

    def load(place: int) -> None:
        client = server.connect()
        for _ in range(500):
            body = new_batch(article, token)
            sent.append(body)
            try:
                status, answer = server.post(body, client=client, **{"User-Agent": FIREFOX})
            except (OSError, http.client.HTTPException, ValueError):
                return
            assert status == 200
            acknowledged.update(
                result["id"] for result in answer["results"] if result["status"] == "ok"
            )
            if len(acknowledged) >= 600:
                enough.set()

    threads = in_threads(4, load)
    assert enough.wait(60)
    server.kill()
    for thread in threads:
        thread.join()
    assert len(acknowledged) >= 600
    assert acknowledged - stored_ids() == set()

    server.start()
    for body in sent:
        assert server.post(body, **{"User-Agent": FIREFOX})[0] == 200
    everything = set().union(*(ids_of(body) for body in sent))
    assert stored_ids() == everything
    fold_statistics()
    assert PageCounter.objects.get(dimension="share").count == len(everything)


def test_32_writers_at_once_never_see_a_locked_database(server):
    article, (_, token) = make_page(), make_visitor()
    statuses: list[int] = []
    sent: list[bytes] = []

    def write(place: int) -> None:
        client = server.connect()
        for turn in range(6):
            body = new_batch(article, token, size=5)
            if turn:
                # Half of each batch was sent by somebody else before: writers meet at the same ids.
                batch, other = json.loads(body), json.loads(sent[(place * 7 + turn) % len(sent)])
                batch["events"] += other["events"]
                body = json.dumps(batch).encode()
            sent.append(body)
            statuses.append(server.post(body, client=client, **{"User-Agent": FIREFOX})[0])

    for thread in in_threads(32, write):
        thread.join()
    assert statuses == [200] * 32 * 6
    everything = set().union(*(ids_of(body) for body in sent))
    assert stored_ids() == everything
    fold_statistics()
    assert PageCounter.objects.get(dimension="share").count == len(everything)


def test_a_body_without_end_is_refused_and_memory_stays_flat(server):
    megabyte = b" " * 2**20
    assert server.post(megabyte)[0] == 413
    before = server.memory_kb()
    for _ in range(10):
        client = server.connect()
        client.request("POST", "/api/v1/events", body=iter([megabyte] * 8), encode_chunked=True,
                       headers={"Transfer-Encoding": "chunked"})  # fmt: skip
        assert client.getresponse().status == 413
        client.close()
    assert server.memory_kb() - before < 30_000


def test_a_false_content_length_ends_in_a_refusal(server):
    client = server.connect()
    client.putrequest("POST", "/api/v1/events")
    client.putheader("Content-Length", "10")
    client.endheaders(b"{" + b" " * 70_000)
    assert client.getresponse().status in (400, 413)
    client.close()
    assert server.post(b"{}")[0] == 422
