"""Whose an event is: consent, the anonymous plane, and bots that are counted apart."""

import uuid

import pytest
from django.utils import timezone

from people.models import Person, Purpose, Visitor
from people.selectors import has_consent
from people.services.consent import withdraw_consent
from people.services.visitors import join_visitor
from tests.tracking.browsers import (
    FIREFOX,
    GOOGLEBOT,
    count_of,
    make_batch,
    make_event,
    make_page,
    send,
    verdicts,
)
from tracking.models import (
    Event,
    EventLedger,
    PageCounter,
    Reading,
    StatisticSpool,
    TouchedView,
)
from tracking.services.filtering import unfilter_events
from tracking.services.folding import fold_everything
from tracking.services.statistics import fold_statistics

pytestmark = pytest.mark.django_db

# consent (P1, P7)


def test_consent_in_the_middle_counts_each_quarter_once(article, visitor):
    """The first half was told without anybody; the view knows all of it and adds the rest."""
    before = [make_event(article, view=None, depth=quarter) for quarter in (0.25, 0.5)]
    assert verdicts(send(make_batch(before))) == [("ok", "")] * 2
    view = str(uuid.uuid4())
    for depth in (0.6, 0.8, 1.0):  # folded in between, as a reader goes on
        event = make_event(article, view=view, depth=depth, counted=0.5)
        assert verdicts(send(make_batch([event], token=visitor[1]))) == [("ok", "")]
        fold_everything()
    assert Reading.objects.get().depth == 1.0
    counts = PageCounter.objects.filter(dimension="depth").values_list("value", "count")
    assert dict(counts) == {"0.25": 1, "0.5": 1, "0.75": 1, "1": 1}


def test_what_was_counted_before_is_a_share_or_the_event_is_malformed(article, visitor):
    events = [make_event(article, counted=counted) for counted in (1.5, "half")]
    assert verdicts(send(make_batch(events, token=visitor[1]))) == [("dropped", "malformed")] * 2


def test_after_a_withdrawal_nothing_is_taken(article, visitor):
    send(make_batch([make_event(article)], token=visitor[1]))
    withdraw_consent(visitor=visitor[0])
    Event.objects.all().delete()
    assert verdicts(send(make_batch([make_event(article), 7], token=visitor[1]))) == [
        ("dropped", "no_consent"),
        ("dropped", "malformed"),
    ]
    assert Event.objects.count() == 0
    assert count_of("no_consent") == 1


def test_a_visitor_marked_as_withdrawn_is_believed_before_any_consent(article, visitor):
    Visitor.objects.update(withdrawn_at=timezone.now())
    assert has_consent(visitor=visitor[0], purpose=Purpose.PROFILING)
    assert verdicts(send(make_batch([make_event(article)], token=visitor[1]))) == [
        ("dropped", "no_consent")
    ]


def test_a_joined_visitor_needs_the_persons_consent(article, visitor):
    person = Person.objects.create()
    join_visitor(visitor=visitor[0], person=person, actor="test")
    assert verdicts(send(make_batch([make_event(article)], token=visitor[1]))) == [("ok", "")]
    withdraw_consent(person=person, purposes=[Purpose.PROFILING])
    Event.objects.all().delete()
    assert verdicts(send(make_batch([make_event(article)], token=visitor[1]))) == [
        ("dropped", "no_consent")
    ]
    assert Event.objects.count() == 0


def test_the_token_of_an_erased_visitor_is_answered_without_consent(article, visitor):
    visitor[0].delete()
    answer = send(make_batch([make_event(article)], token=visitor[1]))
    assert verdicts(answer) == [("dropped", "no_consent")]


@pytest.mark.parametrize("header", ["sec-gpc", "dnt"])
def test_who_wants_no_profile_is_counted_and_nothing_more(article, visitor, header):
    event = make_event(article, kind="open")
    assert verdicts(send(make_batch([event], token=visitor[1]), **{header: "1"})) == [("ok", "")]
    assert Event.objects.count() == TouchedView.objects.count() == 0
    fold_statistics()
    assert PageCounter.objects.get(dimension="open").count == 1


def test_the_anonymous_plane_keeps_no_view_and_no_visitor(article):
    event = make_event(article, kind="open", view="not even a uuid", referrer="search")
    assert verdicts(send(make_batch([event]))) == [("ok", "")]
    assert Event.objects.count() == TouchedView.objects.count() == 0
    assert [str(row.pk) for row in EventLedger.objects.all()] == [event["id"]]
    fields = {field.name for field in EventLedger._meta.fields}
    assert fields == {"id", "day"}
    assert {field.name for field in StatisticSpool._meta.fields} & {"view", "visitor"} == set()
    assert verdicts(send(make_batch([event]))) == [("duplicate", "")]
    assert StatisticSpool.objects.count() == 1


def test_a_draft_is_an_unknown_page():
    answer = send(make_batch([make_event(make_page(live=False), view=None)]))
    assert verdicts(answer) == [("dropped", "unknown_page")]


# bots (E11)


@pytest.mark.parametrize(
    ("agent", "headers", "reason"),
    [
        (GOOGLEBOT, {}, "crawler"),
        (FIREFOX.replace("Firefox", "HeadlessChrome"), {}, "headless"),
        (FIREFOX, {"sec-purpose": "prefetch;prerender"}, "prefetch"),
        (FIREFOX, {"x-moz": "prefetch"}, "prefetch"),
        (FIREFOX + " GoogleImageProxy", {}, "mail_scanner"),
    ],
)
def test_bots_are_answered_alike_stored_apart_and_can_be_taken_back(
    article, visitor, agent, headers, reason
):
    event = make_event(article, kind="open")
    batch = make_batch([event], token=visitor[1])
    assert verdicts(send(batch, agent=agent, **headers)) == [("ok", "")]
    assert verdicts(send(batch, agent=agent, **headers)) == [("duplicate", "")]
    assert Event.objects.get().filtered == reason
    assert TouchedView.objects.count() == 0
    fold_statistics()
    assert list(PageCounter.objects.values_list("dimension", "count")) == [("bot", 1)]
    assert unfilter_events(reason=reason) == 1
    assert unfilter_events(reason=reason) == 0
    fold_statistics()
    assert dict(PageCounter.objects.values_list("dimension", "count"))["bot"] == 0
    assert PageCounter.objects.get(dimension="open").count == 1
    assert PageCounter.objects.get(dimension="active_ms").count == 1000
    assert [str(touched.view) for touched in TouchedView.objects.all()] == [event["view"]]


def test_taking_back_moves_each_event_of_a_bot_to_the_readers(article, visitor):
    events = [make_event(article, kind="open"), make_event(article, kind="share", active_ms=0)]
    send(make_batch(events, token=visitor[1]), agent=GOOGLEBOT)
    fold_statistics()
    assert PageCounter.objects.get().count == 2
    assert unfilter_events(reason="crawler") == 2
    fold_statistics()
    counted = PageCounter.objects.exclude(dimension="active_ms")
    assert dict(counted.values_list("dimension", "count")) == {"bot": 0, "open": 1, "share": 1}


def test_an_anonymous_bot_is_counted_apart(article):
    assert verdicts(send(make_batch([make_event(article)]), agent=GOOGLEBOT)) == [("ok", "")]
    fold_statistics()
    assert list(PageCounter.objects.values_list("dimension", "count")) == [("bot", 1)]
