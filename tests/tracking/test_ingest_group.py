"""Batches stored together: what is said of each is as if one had come after the other."""

import uuid
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.services.consent import withdraw_consent
from people.services.pausing import pause_profiling
from tests.factories.tracking import consenting_person, consenting_visitor
from tests.tracking.browsers import count_of, make_event, make_visitor
from tracking.ingest.agents import Agent
from tracking.ingest.decoding import decode_envelope
from tracking.models import Event, EventLedger, PageCounter, TouchedView
from tracking.services.ingest import Arrival, arrival_of, ingest_group
from tracking.services.statistics import fold_statistics

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def arrived(events: list, visitor=None, *, sent_at: datetime | None = None, **agent) -> Arrival:
    """A batch of that visitor, as the endpoint hands it on."""
    body = {"sent_at": (sent_at or datetime.now(UTC)).isoformat(), "events": events}
    return arrival_of(
        decode_envelope(msgspec.json.encode(body)),
        visitor_id=visitor.public_id if visitor else None,
        agent=Agent(**agent),
    )


def words(group: list[Arrival]) -> list[list[str] | None]:
    """Store the group; a word for each event."""
    return [
        verdicts and [verdict.reason or verdict.status for verdict in verdicts]
        for verdicts in ingest_group(group)
    ]


def test_each_batch_gets_its_own_verdicts_in_order(article, visitor):
    other, _ = make_visitor()
    first, second, third = (make_event(article, active_ms=1000) for _ in range(3))
    found = words(
        [
            arrived([first, 7], visitor[0]),
            arrived([{**first, "active_ms": 9}, second], visitor[0]),
            arrived([make_event(2**40), third], other),
            arrived([{**third, "view": None}, make_event(article, view=None, kind="open")]),
            arrived([]),
            arrived([make_event(article)], visitor[0], filtered="crawler"),
        ]
    )
    assert found == [
        ["ok", "malformed"], ["duplicate", "ok"], ["unknown_page", "ok"], ["duplicate", "ok"], [],
        ["ok"],
    ]  # fmt: skip
    owners = {str(event.pk): event.visitor_id for event in Event.objects.filter(filtered="")}
    assert owners == {
        first["id"]: visitor[0].pk, second["id"]: visitor[0].pk, third["id"]: other.pk,
    }  # fmt: skip
    assert Event.objects.get(pk=first["id"]).active_ms == 1000
    assert (count_of("conflict"), count_of("malformed"), count_of("unknown_page")) == (1, 1, 1)
    assert EventLedger.objects.count() == 5
    assert {str(touched.view) for touched in TouchedView.objects.all()} == {
        event["view"] for event in (first, second, third)
    }
    fold_statistics()
    counted = PageCounter.objects.values_list("dimension", "count")
    assert sorted(counted) == [("active_ms", 4000), ("bot", 1), ("open", 1)]


def test_a_withdrawal_and_a_pause_reach_their_own_batches_only(article, visitor):
    withdrawn, _ = make_visitor()
    withdraw_consent(visitor=withdrawn)
    person = consenting_person("Wang")
    paused = consenting_visitor(person=person)
    pause_profiling(person=person)
    refusing = consenting_visitor(person=consenting_person("Li"))
    withdraw_consent(person=refusing.person)
    joined = consenting_visitor(person=consenting_person("Zhao"))
    everybody = [withdrawn, paused, visitor[0], refusing, joined]
    found = words([arrived([make_event(article)], one) for one in everybody])
    assert found == [["no_consent"], ["ok"], ["ok"], ["no_consent"], ["ok"]]
    assert {event.visitor for event in Event.objects.all()} == {visitor[0], joined}


def test_a_view_keeps_the_offset_of_its_first_event_in_the_same_group(article, visitor):
    view, hour, seconds = str(uuid.uuid4()), timedelta(hours=1), timedelta(seconds=20)
    group = []
    for now, at in ((NOW, NOW - hour), (NOW + 3 * seconds, NOW - hour + seconds)):
        event = make_event(article, view=view, at=at.isoformat())
        with time_machine.travel(now, tick=False):
            group.append(arrived([event], visitor[0], sent_at=at))
    with time_machine.travel(NOW + 3 * seconds, tick=False):
        assert words(group) == [["ok"], ["ok"]]
    first, second = Event.objects.order_by("at")
    assert first.offset_ms == second.offset_ms == 3_600_000
    assert second.at - first.at == seconds


def test_queries_do_not_depend_on_the_number_of_batches(article):
    def queries(number: int) -> int:
        visitors = [consenting_visitor(person=consenting_person()) for _ in range(number)]
        group = [arrived([make_event(article)], one) for one in visitors]
        with CaptureQueriesContext(connection) as captured:
            assert words(group) == [["ok"]] * number
        return len(captured)

    queries(1)
    assert queries(1) == queries(5) <= 14
