"""Page statistics: each event once on either plane, and no small group shown as a figure."""

import threading
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories.tracking import consenting_visitor, view_of
from tests.tracking.browsers import IPHONE, make_batch, make_event, make_page, make_visitor, send
from tracking.models import (
    Event,
    EventLedger,
    IngestCounter,
    PageCounter,
    Reading,
    StatisticSpool,
    TouchedView,
)
from tracking.selectors.statistics import page_statistics
from tracking.services import retention
from tracking.services.folding import fold_everything
from tracking.services.ingest import count_ingest
from tracking.services.retention import retain
from tracking.services.statistics import count_depth_passed, fold_statistics

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


def counters() -> dict[tuple[str, str], int]:
    return {
        (row.dimension, row.value): row.count
        for row in PageCounter.objects.exclude(count=0).order_by("dimension", "value")
    }


def test_an_anonymous_visit_becomes_one_dimensional_counts():
    article = make_page()
    events = [
        make_event(article, kind="open", referrer="search", campaign="Autumn 2026 / care"),
        make_event(article, depth=0.25, active_ms=10_000),
        make_event(article, depth=0.5, active_ms=5_000),
        make_event(article, active_ms=2_000),
        make_event(article, kind="panel", panel="p-7", active_ms=0),
        make_event(article, kind="share", active_ms=0),
        make_event(article, kind="download", active_ms=0),
        make_event(article, kind="play", played=[[0, 9]], active_ms=0),
    ]
    headers = {"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}
    assert send(make_batch(events), agent=IPHONE, **headers).status_code == 200
    assert fold_statistics() == 8
    assert fold_statistics() == 0
    assert StatisticSpool.objects.count() == 0
    assert counters() == {
        ("active_ms", ""): 18_000,
        ("campaign", "Autumn-2026-care"): 1,
        ("depth", "0.25"): 1,
        ("depth", "0.5"): 1,
        ("device", "phone"): 1,
        ("download", ""): 1,
        ("language", "zh"): 1,
        ("open", ""): 1,
        ("panel", "p-7"): 1,
        ("play", ""): 1,
        ("referrer", "search"): 1,
        ("share", ""): 1,
    }


def test_both_planes_count_alike_but_for_depth_which_readings_know():
    article = make_page()
    _, token = make_visitor()
    for batch_token in (token, None):
        events = [
            make_event(article, kind="open", active_ms=500),
            make_event(article, depth=0.6),
            make_event(article),
        ]
        send(make_batch(events, token=batch_token))
    fold_statistics()
    assert counters() == {
        ("active_ms", ""): 5_000,
        ("depth", "0.5"): 1,
        ("device", "desktop"): 2,
        ("open", ""): 2,
    }
    count_depth_passed([(article.pk, TODAY, 0.25), (article.pk, TODAY, 1.0)])
    assert counters()["depth", "1"] == 1


def test_events_that_differ_in_active_time_alone_share_a_row():
    article = make_page()
    send(make_batch([make_event(article, active_ms=n) for n in range(50)]))
    assert [row.active_ms for row in StatisticSpool.objects.all()] == [sum(range(50))]


def test_two_openings_in_one_batch_pass_a_quarter_twice():
    article = make_page()
    events = [make_event(article, depth=depth, active_ms=1000) for depth in (0.25, 0.5, 0.25, 0.5)]
    batch = make_batch(events)
    for _ in range(3):
        send(batch)
    send(make_batch(events[:1]))
    fold_statistics()
    assert counters() == {
        ("active_ms", ""): 4_000, ("depth", "0.25"): 2, ("depth", "0.5"): 2,
    }  # fmt: skip


def test_a_chunk_ends_where_it_is_told_to():
    article = make_page()
    send(make_batch([make_event(article, kind="open") for _ in range(7)]))
    assert fold_statistics(chunk=3) == 7
    assert counters()["open", ""] == 7


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_folding_twice_at_once_counts_once():
    article = make_page()
    for _ in range(3):
        send(make_batch([make_event(article, kind="share", active_ms=0) for _ in range(100)]))

    def fold() -> None:
        try:
            fold_statistics(chunk=20)
        finally:
            connection.close()

    threads = [threading.Thread(target=fold) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counters() == {("share", ""): 300}
    assert StatisticSpool.objects.count() == 0


# what is shown


def count(page_id: int, dimension: str, value: str, number: int, *, day: date = TODAY) -> None:
    PageCounter.objects.create(
        page_id=page_id, day=day, dimension=dimension, value=value, count=number
    )


def shown(statistics, dimension: str) -> dict[str, int | None]:
    return {value: figure.count for value, figure in statistics.dimensions[dimension].items()}


def test_days_are_added_up_from_the_first_on():
    for days, number in ((0, 7), (1, 8), (9, 100)):
        count(1, "open", "", number, day=TODAY - timedelta(days=days))
        count(1, "active_ms", "", number * 31_500, day=TODAY - timedelta(days=days))
    count(2, "open", "", 50)
    statistics = page_statistics(1, TODAY - timedelta(days=1))
    assert (statistics.opens.count, statistics.active_s) == (15, 15 * 30)


def test_fewer_than_five_are_never_a_figure():
    count(1, "open", "", 4)
    count(1, "active_ms", "", 9_000)
    count(1, "campaign", "autumn", 4)
    count(1, "campaign", "winter", 5)
    statistics = page_statistics(1, TODAY)
    assert str(statistics.opens) == "fewer than five"
    assert statistics.active_s is None
    assert shown(statistics, "campaign") == {"autumn": None, "winter": 5}


def test_a_single_hidden_part_cannot_be_told_from_the_others():
    count(1, "open", "", 30)
    for device, number in (("phone", 20), ("desktop", 8), ("tablet", 2)):
        count(1, "device", device, number)
    assert shown(page_statistics(1, TODAY), "device") == {
        "phone": 20, "desktop": None, "tablet": None,
    }  # fmt: skip


def test_small_parts_are_hidden_until_they_are_no_small_group_together():
    count(1, "open", "", 30)
    for device, number in (("phone", 20), ("desktop", 7), ("tablet", 2), ("watch", 1)):
        count(1, "device", device, number)
    statistics = page_statistics(1, TODAY)
    assert shown(statistics, "device") == {
        "phone": 20, "desktop": None, "tablet": None, "watch": None,
    }  # fmt: skip
    words = {value: str(figure) for value, figure in statistics.of("device").items()}
    assert (words["desktop"], words["tablet"]) == ("not shown", "fewer than five")


def test_what_was_not_told_is_a_part_like_the_others():
    count(1, "open", "", 30)
    count(1, "referrer", "search", 21)
    count(1, "referrer", "social", 6)
    statistics = page_statistics(1, TODAY)
    assert shown(statistics, "referrer") == {"": None, "search": 20, "social": None}
    assert statistics.of("device") == {}


def test_a_day_with_few_openings_cannot_be_told_from_the_sum():
    for days, number in ((0, 9), (1, 3), (2, 6), (3, 8)):
        count(1, "open", "", number, day=TODAY - timedelta(days=days))
    statistics = page_statistics(1, TODAY - timedelta(days=29))
    assert (statistics.opens.count, statistics.step) == (25, 1)
    assert [one.count for one in statistics.days.values()] == [10, None, None, 10]


def test_where_most_days_are_hidden_six_are_told_together():
    since = TODAY - timedelta(days=29)
    for days, number in ((0, 3), (2, 4), (5, 2), (6, 1), (11, 4), (29, 9)):
        count(1, "open", "", number, day=TODAY - timedelta(days=days))
    statistics = page_statistics(1, since)
    assert statistics.step == 6
    assert {(day - since).days: one.count for day, one in statistics.days.items()} == {
        0: 10, 18: 5, 24: 10,
    }  # fmt: skip


def test_a_counter_that_was_given_back_is_no_row():
    count(1, "open", "", 9)
    count(1, "bot", "", 0)
    assert page_statistics(1, TODAY).dimensions == {}


def test_a_page_nobody_opened_has_a_zero():
    assert page_statistics(1, TODAY).opens.count == 0


# what is kept


def test_a_dry_run_counts_what_a_run_deletes():
    now = timezone.now()
    article = make_page()
    _, token = make_visitor()
    send(make_batch([make_event(article), make_event(article)], token=token))
    send(make_batch([make_event(article)], token=token), agent="Googlebot/2.1")
    old, kept = EventLedger.objects.order_by("pk")[:2]
    EventLedger.objects.filter(pk=old.pk).update(day=now.date() - timedelta(days=9))
    EventLedger.objects.filter(pk=kept.pk).update(day=now.date() - timedelta(days=8))
    Event.objects.exclude(filtered="").update(received_at=now - timedelta(days=31))
    expected = {
        "used_ids": 1, "filtered_events": 1, "sealed_events": 0, "ingest_counters": 0,
        "room_pictures": 0,
        "room_voices": 0,
        "room_voice_words": 0,
        "room_words": 0,
        "room_chapters": 0,
        "room_guests": 0,
    }  # fmt: skip
    assert retain(dry_run=True) == expected
    assert EventLedger.objects.count() == Event.objects.count() == 3
    assert retain() == expected
    assert EventLedger.objects.count() == Event.objects.count() == 2
    assert set(retain().values()) == {0}


def test_more_than_a_chunk_goes_chunk_by_chunk_and_looking_takes_no_lock(monkeypatch):
    monkeypatch.setattr(retention, "ROWS_AT_LEAST", 1)
    monkeypatch.setattr(retention, "ROWS_AT_MOST", 2)
    old, today = TODAY - timedelta(days=30), TODAY
    EventLedger.objects.bulk_create(
        EventLedger(id=uuid.uuid4(), day=old if number < 5 else today) for number in range(7)
    )
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    with CaptureQueriesContext(connection) as captured:
        assert retain(now=now)["used_ids"] == 5
    begun = [one["sql"] for one in captured if one["sql"].startswith("SAVEPOINT")]
    assert len(begun) == 3  # two, two and one; the looks that find nothing begin no transaction
    assert set(EventLedger.objects.values_list("day", flat=True)) == {today}


def test_raw_events_go_once_a_sealed_reading_holds_them_and_nothing_waits():
    """Beside that: what came after the seal, and what another browser sent under the same view."""
    noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    visitor, other = consenting_visitor(), consenting_visitor()
    view = view_of(visitor, 1, at=noon)
    fold_everything(now=noon)
    Reading.objects.update(sealed_at=noon + timedelta(days=8))
    for who, days in ((visitor, 9), (other, 1)):
        view_of(who, 1, at=noon + timedelta(days=days), view=view)
    held = Event.objects.filter(visitor=visitor, received_at__lt=noon + timedelta(days=8)).count()
    assert retain(dry_run=True)["sealed_events"] == 0  # the view waits to be folded
    TouchedView.objects.all().delete()
    kept = set(Event.objects.exclude(visitor=visitor).values_list("pk", flat=True))
    kept |= set(
        Event.objects.filter(received_at__gt=noon + timedelta(days=8)).values_list("pk", flat=True)
    )
    assert retain()["sealed_events"] == held > 0
    assert set(Event.objects.values_list("pk", flat=True)) == kept


def test_counters_of_ingest_add_up():
    from collections import Counter

    for _ in range(3):
        count_ingest(Counter(conflict=2, too_old=1, clamped=0), day=TODAY)
    assert dict(IngestCounter.objects.values_list("name", "count")) == {"conflict": 6, "too_old": 3}
