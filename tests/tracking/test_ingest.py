"""POST /api/v1/events: one verdict an event, stored once, from whom a signed token says."""

import json
import uuid
from datetime import datetime

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.tracking.browsers import (
    ADDRESS,
    count_of,
    make_batch,
    make_event,
    make_visitor,
    send,
    verdicts,
)
from tracking.ingest.limits import VISITOR_LIMIT
from tracking.models import Event, EventLedger, PageCounter, TouchedView
from tracking.services.statistics import fold_statistics

pytestmark = pytest.mark.django_db


# verdicts (E4)


def test_each_event_gets_its_own_verdict_in_order(article, visitor):
    good = make_event(article)
    bad = make_event(article, active_ms=60_001)
    unknown = make_event(2**40)
    answer = send(make_batch([good, bad, good, unknown, 7, {"id": 5}, None], token=visitor[1]))
    results = answer.json()["results"]
    assert verdicts(answer) == [
        ("ok", ""),
        ("dropped", "malformed"),
        ("duplicate", ""),
        ("dropped", "unknown_page"),
        ("dropped", "malformed"),
        ("dropped", "malformed"),
        ("dropped", "malformed"),
    ]
    assert [result["id"] for result in results] == [
        good["id"], bad["id"], good["id"], unknown["id"], None, None, None,
    ]  # fmt: skip
    assert Event.objects.count() == 1
    assert count_of("malformed") == 4
    assert count_of("unknown_page") == 1


def test_an_id_is_echoed_as_it_was_sent(article, visitor):
    event = make_event(article, id=str(uuid.uuid4()).upper())
    answer = send(make_batch([event], token=visitor[1]))
    assert answer.json()["results"] == [{"id": event["id"], "status": "ok"}]


def test_what_is_stored_is_what_was_sent(article, visitor):
    event = make_event(
        article, kind="play", active_ms=4321, depth=0.5, panel="p-1", played=[[0, 2.5], [4, 5]]
    )
    send(make_batch([event], token=visitor[1]))
    stored = Event.objects.get(pk=event["id"])
    assert (stored.visitor, str(stored.view), stored.page_id, stored.kind) == (
        visitor[0], event["view"], article.pk, "play",
    )  # fmt: skip
    assert (stored.active_ms, stored.depth, stored.panel) == (4321, 0.5, "p-1")
    assert stored.played == [[0, 2.5], [4, 5]]
    assert stored.at == datetime.fromisoformat(event["at"])
    assert (stored.offset_ms, stored.filtered) == (0, "")
    assert [touched.view for touched in TouchedView.objects.all()] == [stored.view]


@pytest.mark.parametrize(
    "values",
    [
        {"active_ms": -1},
        {"active_ms": 1.5},
        {"active_ms": True},
        {"depth": 1.01},
        {"depth": -0.1},
        {"depth": "0.5"},
        {"kind": "attend"},
        {"panel": "x" * 65},
        {"panel": "a\x00b"},
        {"panel": "my knee hurts"},
        {"played": [[3, 3]]},
        {"played": [[4, 3]]},
        {"played": [[-1, 3]]},
        {"played": [[0, 86_401]]},
        {"played": [[0, 1, 2]]},
        {"played": [[0, 1]] * 101},
        {"at": "yesterday"},
        {"at": "2026-11-21T10:00:00"},
        {"at": 1_700_000_000},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"page": "1"},
        {"page": 0},
        {"page": 2**63},
        {"id": "7"},
        {"view": "7"},
        {"view": None},
        {"referrer": "their neighbour"},
    ],
)
def test_a_value_out_of_range_is_malformed(article, visitor, values):
    sound, event = make_event(article), {**make_event(article), **values}
    answer = send(make_batch([event, sound], token=visitor[1]))
    assert verdicts(answer) == [("dropped", "malformed"), ("ok", "")]
    assert str(Event.objects.get().pk) == sound["id"]


def test_bytes_that_are_no_text_spoil_their_own_event_only(article, visitor):
    sound, odd, lone = make_event(article), make_event(article), make_event(article, panel="LONE")
    body = json.dumps(make_batch([lone, odd, sound], token=visitor[1]))
    answer = send(body.replace("LONE", "\\ud800").encode())
    assert verdicts(answer) == [("dropped", "malformed"), ("ok", ""), ("ok", "")]


def test_numbers_at_the_edges_are_taken(article, visitor):
    events = [
        make_event(article, active_ms=60_000, depth=1, panel="x" * 64, played=[[0, 86_400]] * 100),
        make_event(article, active_ms=0, depth=0),
        {key: value for key, value in make_event(article).items() if key != "active_ms"},
    ]
    assert verdicts(send(make_batch(events, token=visitor[1]))) == [("ok", "")] * 3


# the envelope


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"not json", 400),
        (b'{"events": [1,', 400),
        (b'{"sent_at": 5, "events": [', 400),
        (b'{"sent_at": NaN, "events": []}', 400),
        (b'{"sent_at": "2026-11-21T10:00:00Z", "events": ' + b"[" * 60_000, 400),
        (b"[]", 422),
        (b"3", 422),
        (b"{}", 422),
        (b'{"sent_at": "2026-11-21T10:00:00Z"}', 422),
        (b'{"sent_at": "2026-11-21T10:00:00Z", "events": {}}', 422),
        (b'{"sent_at": "now", "events": []}', 422),
        (b'{"events": []}', 422),
        (b'{"sent_at": "2026-11-21T10:00:00Z", "events": [], "visitor": 7}', 422),
        (b'{"sent_at": "2026-11-21T10:00:00Z", "events": [], "visitor": "7"}', 401),
        (b'{"sent_at": "2026-11-21T10:00:00Z", "events": [], "visitor": ""}', 401),
        (b'{"sent_at": "2026-11-21T10:00:00Z", "events": []}', 200),
    ],
)
def test_a_body_that_is_no_batch_says_so(body, status):
    answer = send(body)
    assert answer.status_code == status
    if status != 200:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == status


def test_200_events_pass_and_201_do_not(article):
    events = [make_event(article, view=None) for _ in range(201)]
    assert send(make_batch(events)).status_code == 422
    assert EventLedger.objects.count() == 0
    assert verdicts(send(make_batch(events[:200]))) == [("ok", "")] * 200


def test_a_token_with_one_letter_changed_is_not_ours(article, visitor):
    token = visitor[1]
    forged = ("0" if token[0] != "0" else "1") + token[1:]
    assert send(make_batch([make_event(article)], token=forged)).status_code == 401
    assert Event.objects.count() == 0


def test_json_and_plain_text_are_read_alike(article, visitor):
    for content_type in ("application/json", "text/plain;charset=UTF-8"):
        batch = make_batch([make_event(article)], token=visitor[1])
        assert verdicts(send(batch, content_type=content_type)) == [("ok", "")]


# size (E9)


def test_a_body_over_the_limit_is_refused(article):
    assert send(b" " * 65_537).status_code == 413
    assert send(b" " * 65_536).status_code == 400
    assert send(b" " * 1_000_000).status_code == 413


def test_a_false_content_length_hides_nothing():
    """What the header says too little of is cut there, and what it says too much of is refused."""
    answer = Client().generic("POST", ADDRESS, b"{}" + b" " * 70_000, CONTENT_LENGTH="2")
    assert answer.status_code == 422
    assert Client().generic("POST", ADDRESS, b"{}", CONTENT_LENGTH="70000").status_code == 413
    assert Client().generic("POST", ADDRESS, b"{}", CONTENT_LENGTH="x").status_code in (400, 422)


# other origins (S8), and who is believed (E12)


def test_any_origin_may_append_and_nothing_else(article, visitor):
    preflight = Client().options(ADDRESS, headers={"origin": "https://elsewhere.example"})
    assert preflight.status_code == 204
    assert preflight["Access-Control-Allow-Origin"] == "*"
    assert preflight["Access-Control-Allow-Methods"] == "POST"
    answer = send(
        make_batch([make_event(article)], token=visitor[1]), origin="https://other.example"
    )
    assert verdicts(answer) == [("ok", "")]
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    assert answer.cookies == {}
    for method in ("get", "put", "delete", "patch"):
        refused = getattr(Client(), method)(ADDRESS)
        assert (refused.status_code, refused["Allow"]) == (405, "POST, OPTIONS")


def test_a_person_named_in_a_beacon_is_ignored(article, visitor):
    other, _ = make_visitor()
    event = make_event(article, visitor=other.pk, visitor_id=other.pk, person=1)
    batch = make_batch([event], token=visitor[1], person=1, visitor_id=other.pk)
    assert verdicts(send(batch)) == [("ok", "")]
    assert Event.objects.get().visitor == visitor[0]


# ids (E5)


def test_the_first_payload_wins_and_the_conflict_is_counted(article, visitor):
    event = make_event(article)
    changed = {**event, "active_ms": 2000}
    assert verdicts(send(make_batch([event], token=visitor[1]))) == [("ok", "")]
    assert verdicts(send(make_batch([event], token=visitor[1]))) == [("duplicate", "")]
    assert count_of("conflict") == 0
    assert verdicts(send(make_batch([changed], token=visitor[1]))) == [("duplicate", "")]
    assert Event.objects.get().active_ms == 1000
    assert count_of("conflict") == 1
    both = make_event(article)
    send(make_batch([both, {**both, "depth": 0.3}], token=visitor[1]))
    assert Event.objects.get(pk=both["id"]).depth is None
    assert count_of("conflict") == 2
    fold_statistics()
    assert PageCounter.objects.get(dimension="active_ms").count == 2000


def test_an_id_counts_once_on_whichever_plane(article, visitor):
    first, second = make_event(article, kind="open"), make_event(article, kind="open")
    send(make_batch([first], token=visitor[1]))
    assert verdicts(send(make_batch([first]))) == [("duplicate", "")]
    send(make_batch([second]))
    assert verdicts(send(make_batch([second], token=visitor[1]))) == [("duplicate", "")]
    assert [str(event.pk) for event in Event.objects.all()] == [first["id"]]
    fold_statistics()
    assert PageCounter.objects.get(dimension="open").count == 2


def test_an_id_is_remembered_when_its_row_is_gone(article, visitor):
    event = make_event(article)
    send(make_batch([event], token=visitor[1]))
    Event.objects.all().delete()
    assert verdicts(send(make_batch([event], token=visitor[1]))) == [("duplicate", "")]


# limits


def test_a_row_that_outlived_its_id_is_known_by_itself(article, visitor):
    """A moment that was clamped to its arrival can keep a raw row longer than the ledger lasts."""
    batch = make_batch([make_event(article, active_ms=4_000)], token=visitor[1])
    assert verdicts(send(batch)) == [("ok", "")]
    EventLedger.objects.all().delete()
    assert verdicts(send(batch)) == [("duplicate", "")]
    assert Event.objects.count() == 1
    fold_statistics()
    assert PageCounter.objects.get(dimension="active_ms").count == 4_000


def test_who_floods_is_told_to_wait_and_repeats_never_count(article, visitor, monkeypatch):
    monkeypatch.setattr("tracking.ingest.limits.VISITOR_LIMIT", VISITOR_LIMIT.__class__(20, 0.001))
    batch = make_batch([make_event(article) for _ in range(10)], token=visitor[1])
    for _ in range(9):
        assert send(batch).status_code == 200
    assert (
        send(make_batch([make_event(article) for _ in range(10)], token=visitor[1])).status_code
        == 200
    )
    refused = send(make_batch([make_event(article)], token=visitor[1]))
    assert refused.status_code == 429
    assert 900 <= int(refused["Retry-After"]) <= 1000
    assert refused["Access-Control-Allow-Origin"] == "*"
    _, other = make_visitor()
    assert verdicts(send(make_batch([make_event(article)], token=other))) == [("ok", "")]


# failure (E3)


def test_a_database_that_does_not_answer_is_no_verdict(article, visitor, monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr("tracking.services.ingest.store_new", refuse)
    answer = send(make_batch([make_event(article), 7], token=visitor[1]))
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert answer["Content-Type"] == "application/problem+json"
    assert count_of("malformed") == 0


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_answer_waits_for_the_commit(article, visitor, monkeypatch):
    """A commit that fails leaves nothing, and no event was called ok."""
    original = transaction.Atomic.__exit__

    def fail_to_commit(self, *error):
        if connection.in_atomic_block and error == (None, None, None) and self.durable:
            problem = OperationalError("disk full")
            original(self, OperationalError, problem, None)
            raise problem
        return original(self, *error)

    event = make_event(article)
    monkeypatch.setattr(transaction.Atomic, "__exit__", fail_to_commit)
    assert send(make_batch([event], token=visitor[1])).status_code == 503
    monkeypatch.undo()
    assert Event.objects.count() == EventLedger.objects.count() == 0
    assert verdicts(send(make_batch([event], token=visitor[1]))) == [("ok", "")]


# queries


@pytest.mark.parametrize("consented", [True, False])
def test_the_number_of_queries_does_not_depend_on_the_number_of_events(article, visitor, consented):
    def queries(number: int) -> int:
        events = [make_event(article) for _ in range(number)]
        batch = make_batch(events, token=visitor[1] if consented else None)
        with CaptureQueriesContext(connection) as captured:
            assert verdicts(send(batch)) == [("ok", "")] * number
        return len(captured)

    queries(1)
    assert queries(1) == queries(200) <= 10


def test_the_schema_describes_every_field_and_status():
    from tracking.ingest.decoding import SentEvent
    from tracking.openapi import EVENT_PROPERTIES

    assert list(EVENT_PROPERTIES) == [
        "id", "view", *(name for name in SentEvent.__struct_fields__ if name not in ("id", "view")),
    ]  # fmt: skip
    schema = Client().get("/api/v1/openapi.json").json()
    operation = schema["paths"]["/api/v1/events"]["post"]
    assert set(operation["responses"]) == {"200", "400", "401", "413", "422", "429", "503"}
    batch = operation["requestBody"]["content"]["application/json"]["schema"]
    assert batch["properties"]["events"]["maxItems"] == 200
