"""What goes together is learned as rank reckons it, of five people or more, and only of who agreed."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.selectors.ranking import ranked_people
from people.models import Person
from people.services.pausing import pause_profiling
from tests.factories.leads import prospect, signal, topic_named
from tests.factories.tracking import agree
from tracking.models import CoInterest
from tracking.selectors.co_interest import learned_on, related_topics, topics_with_company
from tracking.services.co_interest import refresh_co_interest
from tracking.tasks import refresh_co_interest as task

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def topics():
    return [topic_named(name) for name in ("Implants", "Sleep", "Gums")]


def readers(number: int, *about, first: int = 0) -> list[Person]:
    """So many people, each warm for these topics in a measure of their own."""
    people = [
        prospect(f"reader {first + n}", imported_key=f"key:{first + n}") for n in range(number)
    ]
    for n, person in enumerate(people):
        for place, topic in enumerate(about):
            at = NOON - timedelta(days=3 * n + 7 * place)
            signal(person, at=at, strength=1.0 + (n * (place + 1)) % 3, topic=topic)
    return people


def learned() -> list[tuple]:
    return list(CoInterest.objects.order_by("pk").values_list())


def test_the_cosine_is_that_of_rank(topics):
    implants, sleep, _ = topics
    readers(6, implants, sleep)
    asks = prospect("asks", imported_key="key:asks")
    signal(asks, at=NOON - timedelta(days=30), strength=2.0, topic=sleep)
    refresh_co_interest(now=NOON)
    pair = CoInterest.objects.get()
    assert (pair.topic_id, pair.other_id, pair.people) == (implants.pk, sleep.pk, 6)
    # Warm for the other topic alone, by one full reading: what rank adds is the cosine.
    [row] = [row for row in ranked_people(topic=implants, at=NOON) if row.person == "key:asks"]
    assert 0.1 < pair.cosine < 0.99
    assert row.co_interest == pytest.approx(pair.cosine, rel=1e-9)


def test_fewer_than_five_are_not_kept_nor_who_does_not_agree(topics):
    implants, sleep, gums = topics
    people = readers(5, implants, sleep)
    readers(4, implants, gums, first=5)
    assert refresh_co_interest(now=NOON) == 1
    assert CoInterest.objects.get().people == 5
    agree(person=people[0], profiling=False)
    assert refresh_co_interest(now=NOON) == 1
    assert not CoInterest.objects.exists()


def test_a_pause_counts_as_not_agreed(topics):
    people = readers(5, *topics[:2])
    pause_profiling(person=people[0])
    assert refresh_co_interest(now=NOON) == 0


def test_sensitive_and_merged_topics_are_left_out_at_once(topics):
    implants, sleep, gums = topics
    readers(5, implants, sleep, gums)
    refresh_co_interest(now=NOON)
    assert CoInterest.objects.count() == 3
    gums.sensitive = True
    gums.save()
    assert list(topics_with_company()) == [implants, sleep]
    assert [one.topic for one in related_topics([implants.pk])[implants.pk]] == [sleep]
    sleep.merged_into = implants
    sleep.save()
    assert not topics_with_company().exists()
    assert refresh_co_interest(now=NOON) == 3
    assert not CoInterest.objects.exists()


def test_a_second_run_changes_nothing_and_a_later_day_only_the_day(topics):
    readers(6, *topics)
    assert refresh_co_interest(now=NOON) == 3
    first = learned()
    assert refresh_co_interest(now=NOON) == 0
    assert learned() == first
    later = NOON + timedelta(days=10)
    assert refresh_co_interest(now=later) == 0
    assert [row[:-1] for row in learned()] == [row[:-1] for row in first]
    assert learned_on() == later.date()


def test_what_changed_is_replaced_under_the_same_row(topics):
    implants, sleep, _ = topics
    people = readers(6, implants, sleep)
    refresh_co_interest(now=NOON)
    before = CoInterest.objects.get()
    signal(people[0], at=NOON - timedelta(hours=1), kind="declared", strength=9.0, topic=sleep)
    assert refresh_co_interest(now=NOON) == 1
    after = CoInterest.objects.get()
    assert after.pk == before.pk
    assert after.cosine != pytest.approx(before.cosine, abs=0.01)


def test_the_task_may_run_twice(topics):
    readers(5, *topics[:2])
    task()
    first = learned()
    task()
    assert learned() == first
    assert len(first) == 1


def test_without_signals_nothing_is_learned(topics):
    assert refresh_co_interest(now=NOON) == 0
    assert learned_on() is None


def test_related_topics_are_the_closest_first_with_people_to_the_nearest_five(
    topics, django_assert_num_queries
):
    implants, sleep, gums = topics
    for one, other, cosine, people in ((implants, sleep, 0.4, 8), (implants, gums, 0.9, 6)):
        CoInterest.objects.create(
            topic=one, other=other, cosine=cosine, people=people, learned_on=NOON.date()
        )
    with django_assert_num_queries(1):
        found = related_topics([implants.pk, gums.pk])
    assert [(one.topic, one.people) for one in found[implants.pk]] == [(gums, 5), (sleep, 10)]
    assert [one.topic for one in found[gums.pk]] == [implants]
