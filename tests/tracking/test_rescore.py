"""Rescoring by columns: what a replay of every pair stores, nothing more, and nothing twice."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms.models import Topic
from tests.factories.tracking import consenting_person, imported, yardstick
from tracking.models import Declaration, Interest, InterestTag, Profile, RuleVersion, Signal, Veto
from tracking.services.imports import refold_people
from tracking.services.pairs import refresh_pairs
from tracking.services.rebuild import rebuild_interests
from tracking.services.rescore import rescore_profiles

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 2, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture(autouse=True)
def an_hour_later():
    with time_machine.travel(NOON + timedelta(hours=6), tick=False):
        yield


@pytest.fixture
def readers():
    """Three people: two who read a lot, one who vetoed and declared; a merged topic and a parent."""
    above = Topic.objects.create(name="Mouth", slug="mouth")
    gums = Topic.objects.create(name="Gums", slug="gums", parent=above)
    old = Topic.objects.create(name="Gum", slug="gum", merged_into=gums)
    teeth = Topic.objects.create(name="Teeth", slug="teeth")
    RuleVersion.objects.update(parent_share=0.5)
    yardstick(1, topics={gums.pk: 1.0, teeth.pk: 0.5})
    yardstick(2, topics={old.pk: 1.0})
    yardstick(3, topics={teeth.pk: 1.0})
    people = [consenting_person(name) for name in ("Ann", "Bo", "Cy")]
    for place, person in enumerate(people):
        for days in range(0, 90, 7):
            at = NOON - timedelta(days=days, microseconds=days)
            imported(person, 1 + (days + place) % 3, at=at, count=2)
        imported(person, 3, at=NOON.replace(microsecond=0), kind="attend")
    refold_people(person_ids=[person.pk for person in people])
    third = Profile.objects.get(person=people[2])
    Declaration.objects.create(profile=third, topic=teeth, at=NOON - timedelta(days=3))
    Veto.objects.create(
        profile=third, topic=teeth, reason="not_interested", at=NOON - timedelta(days=10)
    )
    Veto.objects.create(profile=third, topic=gums, reason="deleted", at=NOON - timedelta(days=30))
    rebuild_interests()
    return list(Profile.objects.order_by("pk").values_list("pk", flat=True))


def stored() -> tuple[dict, set]:
    masses = {
        (profile, topic): (pytest.approx(mass, rel=1e-12), signals, last_at)
        for profile, topic, mass, signals, last_at in Interest.objects.values_list(
            "profile", "topic", "mass", "signals", "last_at"
        )
    }
    return masses, set(
        InterestTag.objects.values_list("profile", "topic", "entered_at", "lapses_at")
    )


def test_it_stores_what_a_replay_stores(readers):
    rescored = stored()
    Interest.objects.all().delete()
    InterestTag.objects.all().delete()
    refresh_pairs(touched=dict.fromkeys(readers))
    replayed = stored()
    assert rescored == replayed
    assert len(replayed[0]) >= 8
    assert len(replayed[1]) >= 5
    Interest.objects.all().delete()
    InterestTag.objects.all().delete()
    rescore_profiles(profile_ids=readers)
    assert stored() == replayed


def test_it_puts_right_what_differs_and_takes_away_what_nothing_bears_out(readers):
    due = stored()
    first = Interest.objects.order_by("pk")[0]
    Interest.objects.filter(pk=first.pk).update(mass=first.mass * (1 + 1e-8))
    gone, miscounted = Interest.objects.exclude(pk=first.pk).order_by("-pk")[:2]
    gone.delete()
    Interest.objects.filter(pk=miscounted.pk).update(signals=miscounted.signals + 1)
    stray = Topic.objects.create(name="Nothing", slug="nothing")
    Interest.objects.create(profile_id=readers[0], topic=stray, mass=1.0, last_at=NOON)
    InterestTag.objects.order_by("pk")[0].delete()
    assert stored() != due
    rescore_profiles(profile_ids=readers)
    assert stored() == due


def test_a_repeat_writes_nothing(readers):
    with CaptureQueriesContext(connection) as queries:
        rescore_profiles(profile_ids=readers)
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}


def test_more_profiles_take_no_more_queries(readers):
    def queries(profiles: list[int]) -> int:
        with CaptureQueriesContext(connection) as captured:
            rescore_profiles(profile_ids=profiles)
        return len(captured)

    assert queries(readers) == queries(readers[2:])


def test_without_any_signal_there_is_no_interest(readers):
    Signal.objects.filter(profile=readers[0]).delete()
    rescore_profiles(profile_ids=readers[:1])
    assert not Interest.objects.filter(profile=readers[0]).exists()
    assert not InterestTag.objects.filter(profile=readers[0]).exists()
    assert Interest.objects.filter(profile=readers[1]).exists()
