"""When an event happened: the phone's clock is corrected by ours, and the limits of lateness hold."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.tracking.browsers import make_batch, make_event, make_visitor, send, verdicts
from tracking.models import Event

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def sent(article, visitor, *, at, sent_at, view=None, now=NOW):
    event = make_event(article, at=at.isoformat(), view=view or str(uuid.uuid4()))
    with time_machine.travel(now, tick=False):
        answer = send(make_batch([event], token=visitor[1], sent_at=sent_at.isoformat()))
    return verdicts(answer)[0], Event.objects.filter(pk=event["id"]).first()


@pytest.mark.parametrize("wrong_by", [timedelta(days=-3652), timedelta(days=3652)])
def test_a_clock_wrong_by_ten_years_is_corrected(article, visitor, wrong_by):
    ago = timedelta(minutes=3)
    verdict, event = sent(article, visitor, at=NOW + wrong_by - ago, sent_at=NOW + wrong_by)
    assert verdict == ("ok", "")
    assert event.at == NOW - ago
    assert event.offset_ms == -wrong_by // timedelta(milliseconds=1)


def test_a_clock_within_a_minute_is_taken_at_its_word(article, visitor):
    _, event = sent(
        article, visitor, at=NOW - timedelta(seconds=90), sent_at=NOW - timedelta(seconds=59)
    )
    assert (event.at, event.offset_ms) == (NOW - timedelta(seconds=90), 0)
    _, event = sent(
        article, visitor, at=NOW - timedelta(seconds=90), sent_at=NOW - timedelta(seconds=60)
    )
    assert (event.at, event.offset_ms) == (NOW - timedelta(seconds=30), 60_000)


def test_daylight_saving_shifts_nothing(article, visitor):
    zone = datetime.fromisoformat("2026-11-21T13:58:00+02:00")
    _, event = sent(
        article, visitor, at=zone, sent_at=datetime.fromisoformat("2026-11-21T13:00:00+01:00")
    )
    assert event.at == NOW - timedelta(minutes=2)


def test_a_view_keeps_the_offset_of_its_first_event(article, visitor):
    view, hour = str(uuid.uuid4()), timedelta(hours=1)
    _, first = sent(article, visitor, at=NOW - hour, sent_at=NOW - hour, view=view)
    slow = timedelta(seconds=20)
    _, second = sent(
        article,
        visitor,
        at=NOW - hour + slow,
        sent_at=NOW - hour + slow,
        view=view,
        now=NOW + 3 * slow,
    )
    assert (first.offset_ms, second.offset_ms) == (3_600_000, 3_600_000)
    assert second.at - first.at == slow


def test_a_view_of_somebody_else_lends_no_offset(article, visitor):
    view, hour = str(uuid.uuid4()), timedelta(hours=1)
    sent(article, visitor, at=NOW - hour, sent_at=NOW - hour, view=view)
    _, event = sent(article, make_visitor(), at=NOW - 2 * hour, sent_at=NOW - 2 * hour, view=view)
    assert event.offset_ms == 7_200_000


def test_older_than_seven_days_is_too_old(article, visitor):
    week = timedelta(days=7)
    assert sent(article, visitor, at=NOW - week, sent_at=NOW)[0] == ("ok", "")
    late = week + timedelta(seconds=1)
    assert sent(article, visitor, at=NOW - late, sent_at=NOW) == (("dropped", "too_old"), None)
    old_clock = NOW - timedelta(days=400)
    assert sent(article, visitor, at=old_clock - late, sent_at=old_clock)[0] == (
        "dropped",
        "too_old",
    )
    assert sent(article, visitor, at=old_clock, sent_at=old_clock)[0] == ("ok", "")


def test_nothing_happens_after_its_arrival(article, visitor):
    ahead = timedelta(minutes=5)
    _, event = sent(article, visitor, at=NOW + timedelta(milliseconds=1), sent_at=NOW)
    assert (event.at, event.offset_ms) == (NOW, 0)
    assert sent(article, visitor, at=NOW + ahead, sent_at=NOW)[1].at == NOW
    _, event = sent(article, visitor, at=NOW + ahead + timedelta(seconds=1), sent_at=NOW)
    assert event.at == NOW
    _, event = sent(article, visitor, at=datetime(9999, 12, 31, tzinfo=UTC), sent_at=NOW - ahead)
    assert event.at == NOW


def test_a_clock_half_a_minute_fast_costs_a_view_no_seconds(article, visitor):
    view, second = str(uuid.uuid4()), timedelta(seconds=1)
    fast = NOW + 30 * second

    def read(*, at, active_s, view=view):
        return make_event(article, view=view, at=at.isoformat(), active_ms=1000 * active_s)

    parts = [(0, 0), (10, 10), (20, 10)]
    events = [read(at=fast + (after - 20) * second, active_s=active) for after, active in parts]
    nonsense = read(at=datetime(9999, 12, 31, tzinfo=UTC), active_s=0)
    other = read(at=NOW - second, active_s=1, view=str(uuid.uuid4()))
    batch = make_batch(
        [*events, nonsense, other], token=visitor[1], sent_at=(fast + second).isoformat()
    )
    with time_machine.travel(NOW, tick=False):
        assert verdicts(send(batch)) == [("ok", "")] * 5
    moments = dict(Event.objects.values_list("id", "at"))
    of = [moments[uuid.UUID(event["id"])] for event in (*events, nonsense, other)]
    assert of == [NOW - 20 * second, NOW - 10 * second, NOW, NOW, NOW - second]
