"""What two records of one human read and did adds up in one, and parts again; a rebuild agrees."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from classroom.services.attendance import recompute_attendance
from classroom.services.questions import ask_question
from people.models import Purpose, Visitor
from people.roles import Role
from people.services.consent import withdraw_consent
from people.services.erasure import erase_person
from people.services.merging import merge_people, undo_merge
from people.services.visitors import join_visitor, part_visitor
from tests.classroom.services.test_attendance import beats
from tests.factories import content
from tests.factories.classroom import live_class
from tests.factories.people import make_staff
from tests.factories.tracking import (
    agree,
    consenting_person,
    consenting_visitor,
    view_of,
    yardstick,
)
from tests.factories.tracking import imported as imported_row
from tracking.models import Event, ImportedEvent, Interest, InterestTag, Profile, Reading, Signal
from tracking.selectors.ranking import signal_table
from tracking.services.folding import fold_everything
from tracking.services.profiles import profile_for
from tracking.services.rebuild import check_interests, rebuild_interests
from tracking.services.recompute import recompute_profiles
from tracking.services.wishes import veto_interest

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def admin():
    return make_staff(Role.ADMINISTRATOR)


@pytest.fixture
def topic():
    return content.topic("Gums")


@pytest.fixture
def pages(topic):
    found = [content.article(title=title, topics=[topic]) for title in ("Bleeding", "Flossing")]
    for page in found:
        yardstick(page.pk, topics={topic.pk: 1.0}, expected_s=60.0)
    return found


def reader(page, *, name: str):
    """Somebody who agreed and read one piece to its end, in a browser of theirs."""
    person = consenting_person(name)
    visitor = consenting_visitor()
    assert join_visitor(visitor=visitor, person=person, actor="test")
    view_of(visitor, page.pk, at=NOW - timedelta(days=1), seconds=60.0)
    fold_everything()
    return person


@pytest.fixture
def two(pages):
    return [reader(page, name=name) for page, name in zip(pages, ("Old", "Kept"), strict=True)]


def stored() -> list[tuple]:
    """Everything that a rebuild makes, by person and value."""
    signals = Signal.objects.order_by("profile__person", "kind", "item_key", "day")
    tags = InterestTag.objects.order_by("profile__person", "topic", "entered_at")
    interests = Interest.objects.order_by("profile__person", "topic")
    return [
        *signals.values_list("profile__person", "kind", "item_key", "day", "at", "strength"),
        *interests.values_list("profile__person", "topic", "mass"),
        *tags.values_list("profile__person", "topic", "entered_at", "lapses_at"),
    ]


def assert_rebuilds_to_the_same() -> None:
    assert check_interests().differences == []
    call_command("rebuild_interests", "--check", stdout=StringIO(), stderr=StringIO())
    before = stored()
    rebuild_interests()
    assert stored() == before


def test_two_readings_of_two_records_make_one_tag_and_part_again(admin, two, topic):
    old, kept = two
    before = stored()
    assert not InterestTag.objects.exists()
    merge_people(person=old, into=kept, by=admin)
    assert {signal.profile.person for signal in Signal.objects.all()} == {kept}
    assert Signal.objects.count() == 2
    assert InterestTag.objects.get().profile.person == kept
    assert Interest.objects.get().topic == topic
    assert_rebuilds_to_the_same()
    undo_merge(person=old, by=admin)
    assert stored() == before
    assert_rebuilds_to_the_same()


def test_a_browser_parted_from_the_other_record_takes_its_reading_along(admin, two):
    old, kept = two
    merge_people(person=old, into=kept, by=admin)
    visitor = Visitor.objects.get(person=old)
    part_visitor(visitor=visitor, actor="test")
    assert Signal.objects.filter(profile__person=kept).count() == 1
    assert Signal.objects.filter(profile__visitor=visitor).count() == 1
    assert_rebuilds_to_the_same()


def test_what_a_browser_of_the_other_record_reads_later_counts(admin, two, pages, topic):
    old, kept = two
    third = content.article(title="Brushing", topics=[topic])
    yardstick(third.pk, topics={topic.pk: 1.0}, expected_s=60.0)
    merge_people(person=old, into=kept, by=admin)
    view_of(old.visitors.get(), third.pk, at=NOW - timedelta(hours=1), seconds=60.0)
    fold_everything()
    assert Signal.objects.filter(profile__person=kept).count() == 3
    assert_rebuilds_to_the_same()
    undo_merge(person=old, by=admin)
    assert Signal.objects.filter(profile__person=old).count() == 2
    assert Signal.objects.filter(profile__person=kept).count() == 1
    assert_rebuilds_to_the_same()


def test_service_facts_and_imports_of_the_other_record_count(admin, two, pages, topic):
    old, kept = two
    page = live_class(starts_at=NOW - timedelta(days=2))
    yardstick(page.pk, topics={topic.pk: 1.0})
    imported_row(old, pages[0].pk, at=NOW - timedelta(days=9), seconds=30.0)
    recompute_profiles(profile_ids=[old.profile.pk])
    beats(page, old, 0, 3600)
    recompute_attendance(live_class=page)
    merge_people(person=old, into=kept, by=admin)
    ask_question(person=old, text="Does it hurt?", language="en", page=pages[1])
    kinds = sorted(Signal.objects.filter(profile__person=kept).values_list("kind", flat=True))
    assert kinds == ["attendance", "question", "reading", "reading", "reading"]
    assert_rebuilds_to_the_same()


def test_a_veto_of_the_other_record_is_theirs(admin, two, topic):
    old, kept = two
    veto_interest(profile=old.profile, topic=topic, reason="not_interested")
    merge_people(person=old, into=kept, by=admin)
    assert Interest.objects.filter(mass__gt=0).count() == 0
    assert not InterestTag.objects.exists()
    assert_rebuilds_to_the_same()
    undo_merge(person=old, by=admin)
    assert Interest.objects.filter(profile__person=kept, mass__gt=0).exists()


def test_ranks_name_the_one_who_stands(admin, two):
    old, kept = two
    assert set(signal_table(until=timezone.now()).people) == {old.pk, kept.pk}
    merge_people(person=old, into=kept, by=admin)
    assert set(signal_table(until=timezone.now()).people) == {kept.pk}


def test_a_refusal_of_the_one_deletes_the_profiles_of_both(admin, two):
    old, kept = two
    withdraw_consent(person=old)
    assert Profile.objects.filter(person=kept).exists()
    merge_people(person=old, into=kept, by=admin)
    for model in (Profile, Reading, Signal, Interest, InterestTag, Event, ImportedEvent):
        assert not model.objects.exists(), model
    assert profile_for(person=kept) is None
    undo_merge(person=old, by=admin)
    assert profile_for(person=kept) is not None
    assert profile_for(person=old) is None
    assert_rebuilds_to_the_same()


def test_withdrawing_after_the_merge_deletes_what_both_records_have(admin, two):
    old, kept = two
    merge_people(person=old, into=kept, by=admin)
    withdraw_consent(person=kept)
    for model in (Profile, Reading, Signal, Interest, InterestTag, Event):
        assert not model.objects.exists(), model
    agree(person=kept)
    assert_rebuilds_to_the_same()


def test_a_browser_of_the_other_record_withdraws_for_all(admin, two):
    old, kept = two
    merge_people(person=old, into=kept, by=admin)
    visitor = Visitor.objects.get(person=old)
    withdraw_consent(visitor=visitor, purposes=[Purpose.PROFILING])
    assert not Profile.objects.exists()


@pytest.mark.parametrize("of_the_redirect", [False, True])
def test_erasing_the_human_leaves_no_profile_row(admin, two, of_the_redirect, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    old, kept = two
    merge_people(person=old, into=kept, by=admin)
    erase_person(person=type(old).objects.get(pk=(old if of_the_redirect else kept).pk), actor="t")
    for model in (Profile, Reading, Signal, Interest, InterestTag, Event):
        assert not model.objects.exists(), model
