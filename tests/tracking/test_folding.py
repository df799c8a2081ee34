"""From raw events to readings, signals, interests and tags, on the real database."""

import random
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms.models import Topic
from people.models import Person, Purpose, Visitor
from people.services.consent import withdraw_consent
from people.services.visitors import join_visitor, part_visitor
from tests.factories.tracking import (
    agree,
    consenting_person,
    consenting_visitor,
    imported,
    view_of,
    yardstick,
)
from tracking.models import (
    Event,
    ImportedEvent,
    Interest,
    InterestTag,
    PageCounter,
    Profile,
    Reading,
    Signal,
    StatisticSpool,
    TouchedView,
    Veto,
)
from tracking.services import folding, statistics
from tracking.services.folding import fold_everything, seal_due
from tracking.services.imports import refold_people
from tracking.services.rebuild import check_interests, rebuild_interests
from tracking.services.recompute import recompute_class
from tracking.signals import profiles_changed

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def an_hour_later():
    with time_machine.travel(NOON + timedelta(hours=6), tick=False):
        yield


@pytest.fixture
def topic():
    return Topic.objects.create(name="Wisdom teeth", slug="wisdom-teeth")


@pytest.fixture
def pages(topic):
    for page_id in (1, 2, 3):
        yardstick(page_id, topics={topic.pk: 1.0}, expected_s=60.0)


def state():
    """Everything that folding writes, without surrogate keys."""
    return (
        sorted(Reading.objects.values_list("view", "part", "active_s", "depth", "day")),
        sorted(Signal.objects.values_list("profile", "kind", "item_key", "day", "strength", "at")),
        sorted(Interest.objects.values_list("profile", "topic", "mass", "signals")),
        sorted(InterestTag.objects.values_list("profile", "topic", "entered_at", "lapses_at")),
    )


def test_more_views_than_a_chunk_holds_are_all_folded(pages, monkeypatch):
    monkeypatch.setattr(folding, "VIEWS_A_CHUNK", 2)
    monkeypatch.setattr(folding, "VIEWS_AT_MOST", 1)
    visitor = consenting_visitor()
    for page_id in (1, 2, 3):
        view_of(visitor, page_id, at=NOON + timedelta(minutes=page_id))
    assert fold_everything().views == 3
    assert Reading.objects.count() == 3
    assert not TouchedView.objects.exists()


def test_what_comes_in_while_it_folds_is_for_the_next_call(pages, monkeypatch):
    """Else nothing after it has a turn where events never pause."""
    visitor = consenting_visitor()
    turns = []

    def come_in():
        turns.append(len(turns))
        assert len(turns) < 10
        view_of(visitor, len(turns) % 3 + 1, at=NOON + timedelta(minutes=10 * len(turns)))
        StatisticSpool.objects.create(page_id=1, day=NOON.date(), kind="open")

    def meanwhile(work):
        def does(*arguments, **named):
            come_in()
            work(*arguments, **named)

        return does

    come_in()
    with monkeypatch.context() as patch:
        patch.setattr(folding, "fold_views", meanwhile(folding.fold_views))
        patch.setattr(statistics, "add_to_counters", meanwhile(statistics.add_to_counters))
        assert fold_everything().views == 1
    assert TouchedView.objects.count() == len(turns) - 1
    assert StatisticSpool.objects.count() == 1
    assert fold_everything().views == len(turns) - 1
    assert Reading.objects.count() == len(turns)
    assert not TouchedView.objects.exists()
    assert not StatisticSpool.objects.exists()


def test_two_pieces_read_through_become_a_tag_with_its_evidence(topic, pages):
    visitor = consenting_visitor()
    view_of(visitor, 1, at=NOON)
    view_of(visitor, 2, at=NOON + timedelta(minutes=5))
    assert fold_everything().views == 2
    signals = Signal.objects.order_by("item_key")
    assert list(signals.values_list("kind", "item_key", "strength")) == [
        ("reading", "page:1", 1.0),
        ("reading", "page:2", 1.0),
    ]
    tag = InterestTag.objects.get()
    assert (tag.topic, tag.entered_at) == (topic, NOON + timedelta(minutes=6))
    assert timedelta(days=59) < tag.lapses_at - tag.entered_at < timedelta(days=61)
    assert not TouchedView.objects.exists()


def test_folding_again_changes_nothing(pages):
    visitor = consenting_visitor()
    view = view_of(visitor, 1, at=NOON, seconds=33)
    view_of(visitor, 2, at=NOON)
    fold_everything()
    before = state()
    assert fold_everything().views == 0
    TouchedView.objects.create(view=view)
    fold_everything()
    assert state() == before


def test_events_in_any_order_and_any_number_of_folds_give_the_same(pages):
    visitor = consenting_visitor()
    view_of(visitor, 1, at=NOON, seconds=75)
    view_of(visitor, 1, at=NOON + timedelta(hours=1), seconds=30, depth=0.5)
    events = list(Event.objects.all())
    fold_everything()
    whole = state()
    Reading.objects.all().delete()
    Event.objects.all().delete()
    random.Random(7).shuffle(events)
    for event in events:
        Event.objects.bulk_create([event])
        TouchedView.objects.create(view=event.view)
        fold_everything()
    assert state() == whole


def test_an_idle_tab_adds_nothing_and_six_minutes_are_six_minutes(pages, topic):
    yardstick(9, topics={topic.pk: 1.0}, expected_s=600.0)
    visitor = consenting_visitor()
    view_of(visitor, 9, at=NOON, seconds=360)
    fold_everything()
    assert Reading.objects.get().active_s == 360.0


def test_one_signal_a_day_takes_the_days_totals(pages):
    visitor = consenting_visitor()
    view_of(visitor, 1, at=NOON, seconds=15, depth=0.4)
    view_of(visitor, 1, at=NOON + timedelta(hours=2), seconds=30, depth=0.8)
    view_of(visitor, 1, at=NOON + timedelta(days=1), seconds=60, depth=1.0)
    fold_everything()
    strengths = dict(Signal.objects.values_list("day", "strength"))
    assert strengths == {
        NOON.date(): pytest.approx(45 / 60 * 1.8 / 2),
        (NOON + timedelta(days=1)).date(): pytest.approx(1.0),
    }


def test_two_devices_of_one_person_are_one_history(pages):
    person = consenting_person("Emma")
    for _ in range(2):
        view_of(consenting_visitor(person=person), 1, at=NOON, seconds=30, depth=1.0)
    fold_everything()
    assert Profile.objects.get().person == person
    assert Signal.objects.get().strength == pytest.approx(1.0)


def test_shares_and_downloads_are_signals_of_their_own(pages):
    view_of(consenting_visitor(), 1, at=NOON, kinds=("read", "share", "download"))
    fold_everything()
    assert dict(Signal.objects.values_list("kind", "strength")) == {
        "reading": 1.0,
        "share": 0.5,
        "download": 0.5,
    }


def test_without_consent_nothing_is_folded_and_the_raw_events_go(pages):
    visitor = Visitor.objects.create()
    view_of(visitor, 1, at=NOON)
    fold_everything()
    assert not (Profile.objects.exists() or Reading.objects.exists() or Event.objects.exists())


def test_an_event_that_lands_after_the_withdrawal_is_deleted_and_not_folded(pages):
    visitor = consenting_visitor()
    withdraw_consent(visitor=visitor, purposes=[Purpose.PROFILING], method="withdrawal")
    view_of(visitor, 1, at=NOON)
    fold_everything()
    assert not (Profile.objects.exists() or Reading.objects.exists() or Event.objects.exists())


def test_a_joined_browser_counts_only_while_its_person_agrees(pages):
    person = Person.objects.create(display_name="Chen")
    agree(person=person, profiling=False)
    visitor = consenting_visitor(person=person)
    view_of(visitor, 1, at=NOON)
    imported(person, 2, at=NOON)
    fold_everything()
    refold_people(person_ids=[person.pk])
    assert not (Profile.objects.exists() or Signal.objects.exists())


def test_filtered_events_never_count(pages):
    view = view_of(consenting_visitor(), 1, at=NOON)
    Event.objects.filter(view=view).update(filtered="bot")
    fold_everything()
    assert not (Reading.objects.exists() or Signal.objects.exists())


def test_withdrawal_deletes_at_once_and_keeps_the_anonymous_counts(pages):
    visitor = consenting_visitor()
    view_of(visitor, 1, at=NOON)
    fold_everything()
    view_of(visitor, 2, at=NOON)
    withdraw_consent(visitor=visitor, purposes=[Purpose.PROFILING], method="withdrawal")
    assert not (Profile.objects.exists() or Signal.objects.exists() or Event.objects.exists())
    assert not (Reading.objects.exists() or Interest.objects.exists())
    depths = PageCounter.objects.filter(dimension="depth", page_id__in=(1, 2))
    assert sum(depths.values_list("count", flat=True)) == 8


def test_withdrawal_of_a_person_takes_imported_rows_too(pages):
    person = consenting_person("Li")
    imported(person, 1, at=NOON)
    refold_people(person_ids=[person.pk])
    assert Signal.objects.count() == 1
    withdraw_consent(person=person, purposes=[Purpose.PROFILING], method="withdrawal")
    assert not (Signal.objects.exists() or ImportedEvent.objects.exists())


def test_a_refusal_in_a_joined_browser_takes_its_part_out_of_the_persons_history(pages):
    person, visitor = consenting_person("Wang"), consenting_visitor()
    imported(person, 2, at=NOON)
    refold_people(person_ids=[person.pk])
    view_of(visitor, 1, at=NOON)
    fold_everything()
    join_visitor(visitor=visitor, person=person, actor="test")
    assert Interest.objects.get().signals == 2
    agree(visitor=visitor, profiling=False)
    assert not (Event.objects.exists() or Reading.objects.exists())
    assert Signal.objects.get().page_id == 2
    assert Interest.objects.get().signals == 1


def test_joining_moves_the_history_only_under_consent(pages):
    person = consenting_person("Wang")
    visitor = consenting_visitor()
    view_of(visitor, 1, at=NOON)
    fold_everything()
    join_visitor(visitor=visitor, person=person, actor="test")
    assert Profile.objects.get().person == person
    assert Signal.objects.get().profile.person == person
    assert check_interests().differences == []


def test_parting_gives_the_history_back_to_the_browser(pages):
    person = consenting_person("Wang")
    visitor = consenting_visitor()
    imported(person, 2, at=NOON)
    view_of(visitor, 1, at=NOON)
    fold_everything()
    refold_people(person_ids=[person.pk])
    join_visitor(visitor=visitor, person=person, actor="test")
    assert Signal.objects.filter(profile__person=person).count() == 2
    part_visitor(visitor=visitor, actor="test")
    assert Signal.objects.get(profile__person=person).page_id == 2
    assert Signal.objects.get(profile__visitor=visitor).page_id == 1
    assert check_interests().differences == []


def test_a_view_seals_after_eight_days_and_goes_on_as_a_new_part(pages):
    visitor = consenting_visitor()
    view = view_of(visitor, 1, at=NOON)
    fold_everything(now=NOON)
    before = state()
    assert seal_due(now=NOON + timedelta(days=7, hours=23)) == 0
    assert seal_due(now=NOON + timedelta(days=8, minutes=2)) == 1
    assert not Event.objects.exists()
    assert state() == before
    view_of(visitor, 1, at=NOON + timedelta(days=9), seconds=15, view=view)
    fold_everything(now=NOON + timedelta(days=9))
    assert list(Reading.objects.order_by("part").values_list("part", "active_s")) == [
        (0, 60.0),
        (1, 15.0),
    ]
    assert check_interests().differences == []


def test_a_view_that_was_sealed_twice_goes_on_as_a_third_part(pages):
    visitor, view = consenting_visitor(), uuid.uuid4()
    for part, seconds in enumerate((60, 15, 30)):
        at = NOON + timedelta(days=9 * part)
        view_of(visitor, 1, at=at, seconds=seconds, view=view)
        fold_everything(now=at)
        assert seal_due(now=at + timedelta(days=8, minutes=2)) == 1
    assert list(Reading.objects.order_by("part").values_list("part", "active_s")) == [
        (0, 60.0),
        (1, 15.0),
        (2, 30.0),
    ]


def test_a_quarter_of_a_page_is_passed_once_a_view(pages):
    visitor, view = consenting_visitor(), uuid.uuid4()
    for depth in (0.5, 0.5, 0.4, 0.75):
        view_of(visitor, 1, at=NOON, depth=depth, view=view)
        fold_everything()
    passed = PageCounter.objects.filter(dimension="depth").values_list("value", "count")
    assert sorted(passed) == [("0.25", 1), ("0.5", 1), ("0.75", 1)]


def test_a_signal_that_changes_its_topics_leaves_no_interest_in_the_old_ones(topic):
    other = Topic.objects.create(name="Gums", slug="gums")
    yardstick(1, topics={topic.pk: 1.0}, at=NOON - timedelta(days=1))
    yardstick(1, topics={other.pk: 1.0}, at=NOON)
    visitor = consenting_visitor()
    view_of(visitor, 1, at=NOON + timedelta(hours=1))
    fold_everything()
    assert Interest.objects.get().topic == other
    # What arrives late began the day, so the day's signal is held against the older yardstick.
    view_of(visitor, 1, at=NOON - timedelta(hours=1))
    fold_everything()
    assert Interest.objects.get().topic == topic
    assert check_interests().differences == []


def test_a_reading_uses_the_yardstick_in_force_when_it_was_opened(topic):
    yardstick(1, topics={topic.pk: 1.0}, expected_s=60.0, at=NOON)
    yardstick(1, topics={topic.pk: 1.0}, expected_s=600.0, at=NOON + timedelta(hours=1))
    visitor = consenting_visitor()
    for hours in (-5, 0.5, 2):
        view_of(visitor, 1, at=NOON + timedelta(hours=hours), seconds=60)
    fold_everything()
    expected = Reading.objects.order_by("opened_at").values_list("yardstick__expected_s", flat=True)
    assert list(expected) == [60.0, 60.0, 600.0]


def test_imported_rows_count_without_seconds_and_classes_count_once(pages, topic):
    person = consenting_person("Zhang")
    imported(person, 1, at=NOON, count=2)
    imported(person, 1, at=NOON, count=1)
    imported(person, 3, at=NOON, kind="attend", count=1)
    imported(person, 3, at=NOON + timedelta(days=1), kind="attend", count=1)
    imported(person, 2, at=NOON, kind="like")
    refold_people(person_ids=[person.pk])
    found = {
        (kind, key): s
        for kind, key, s in Signal.objects.values_list("kind", "item_key", "strength")
    }
    assert found == {
        ("reading", "page:1"): 0.875,
        ("attendance", "class:3"): 2.25,
        ("like", "page:2"): 0.5,
    }


def test_rows_that_were_taken_back_take_their_signals_and_interests_with_them(pages):
    person = consenting_person("Zhang")
    kept = imported(person, 1, at=NOON)
    imported(person, 2, at=NOON)
    refold_people(person_ids=[person.pk])
    ImportedEvent.objects.exclude(pk=kept.pk).delete()
    refold_people(person_ids=[person.pk])
    assert list(Signal.objects.values_list("item_key", flat=True)) == ["page:1"]
    assert Interest.objects.get().signals == 1
    kept.delete()
    refold_people(person_ids=[person.pk])
    assert not (Signal.objects.exists() or Interest.objects.exists())


def test_check_finds_what_rebuild_puts_right(pages):
    visitor = consenting_visitor()
    view_of(visitor, 1, at=NOON)
    view_of(visitor, 2, at=NOON)
    fold_everything()
    assert check_interests().differences == []
    Interest.objects.update(mass=7.0)
    InterestTag.objects.all().delete()
    assert len(check_interests().differences) == 2
    rebuild_interests()
    assert check_interests().differences == []


def test_check_folds_raw_events_again_and_does_not_trust_readings(pages):
    view_of(consenting_visitor(), 1, at=NOON)
    fold_everything()
    Reading.objects.update(active_s=5.0)
    Signal.objects.update(strength=0.01)
    Interest.objects.update(mass=1.0)
    assert len(check_interests().differences) == 1
    rebuild_interests()
    assert Reading.objects.get().active_s == 60.0


def test_a_veto_survives_a_rebuild(pages, topic):
    visitor = consenting_visitor()
    view_of(visitor, 1, at=NOON)
    view_of(visitor, 2, at=NOON)
    fold_everything()
    Veto.objects.create(
        profile=Profile.objects.get(), topic=topic, reason="deleted", at=NOON + timedelta(hours=1)
    )
    rebuild_interests()
    assert not (InterestTag.objects.exists() or Interest.objects.exists())
    assert check_interests().differences == []


def test_folding_many_views_takes_as_many_queries_as_folding_two(pages):
    def queries(views: int) -> int:
        for visitor in [consenting_visitor() for _ in range(views)]:
            view_of(visitor, 1, at=NOON)
        with CaptureQueriesContext(connection) as captured:
            fold_everything()
        return len(captured)

    assert queries(40) == queries(2)


def test_somebody_elses_view_id_does_not_mix_histories(pages):
    view = uuid.uuid4()
    for _ in range(2):
        view_of(consenting_visitor(), 1, at=NOON, view=view)
    fold_everything()
    assert Reading.objects.count() == 2
    assert set(Reading.objects.values_list("active_s", flat=True)) == {60.0}


def test_consent_given_again_starts_from_nothing(pages):
    person = consenting_person("Chen")
    imported(person, 1, at=NOON)
    refold_people(person_ids=[person.pk])
    withdraw_consent(person=person, purposes=[Purpose.PROFILING], method="withdrawal")
    agree(person=person)
    assert Profile.objects.get().person == person
    assert not Signal.objects.exists()


def test_what_was_recorded_of_a_class_is_told_even_where_no_signal_comes_of_it():
    """Lists ask for attendance itself: somebody may enter one without any interest."""
    person = Person.objects.create(display_name="Li")
    heard = []

    def hear(person_ids, **kwargs):
        heard.append(list(person_ids))

    profiles_changed.connect(hear)
    try:
        recompute_class(live_class_id=1, person_ids=[person.pk])
    finally:
        profiles_changed.disconnect(hear)
    assert heard == [[person.pk]]
    assert not Signal.objects.exists()
