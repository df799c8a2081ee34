"""The rank formula against a small reference, and what it may not see."""

import csv
import io
import math
import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import time_machine
from django.core.management import CommandError, call_command

from leads.ranking import ranked
from leads.selectors.ranking import ranked_people, ranks_by_person
from outbox.models import AuditEntry
from tests.factories.leads import profile_of, prospect, signal, topic_named
from tests.factories.tracking import (
    consenting_person,
    consenting_visitor,
    imported,
    yardstick,
)
from tracking.models import ImportedEvent, Profile, RuleVersion, Signal, Veto, VetoReason
from tracking.services.imports import refold_people

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = 86_400.0


def reference(signals, *, topic, moment, half_life_d=30.0):
    """The design's formula word for word; signals are (person, at, strength, {topic: weight})."""
    signals = [one for one in signals if one[1] <= moment]
    people = sorted({one[0] for one in signals})
    topics = sorted({k for one in signals for k in one[3]})

    def heat(person, k, half_life):
        return sum(
            s * w.get(k, 0.0) * 2 ** (-(moment - t) / (half_life * DAY))
            for p, t, s, w in signals
            if p == person
        )

    column = {k: [heat(p, k, 30.0) for p in people] for k in topics}

    def cosine(j, k):
        a, b = column[j], column.get(k, [0.0] * len(people))
        length = math.sqrt(sum(x * x for x in a)) * math.sqrt(sum(x * x for x in b))
        return sum(x * y for x, y in zip(a, b, strict=True)) / length if length else 0.0

    result = {}
    for person in people:
        own = heat(person, topic, 30.0)
        activity = sum(
            s * 2 ** (-(moment - t) / (7 * DAY)) for p, t, s, _ in signals if p == person
        )
        co = sum(cosine(j, topic) * heat(person, j, half_life_d) for j in topics if j != topic)
        rank = math.log(1 + own) + 0.3 * math.log(1 + activity) + 0.2 * math.log(1 + co)
        result[person] = (rank, own, activity, co)
    return result


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("half_life_d", [30.0, 90.0])
def test_ranking_equals_the_reference(seed, half_life_d):
    dice = random.Random(seed)
    signals = [
        (
            dice.randrange(6),
            dice.uniform(0, 100) * DAY,
            dice.choice([0.5, 1.0, 3.0]),
            {k: dice.random() for k in dice.sample(range(10, 15), dice.choice([0, 1, 3]))},
        )
        for _ in range(60)
    ]
    moment = 80 * DAY
    bearing = [(i, k, w) for i, one in enumerate(signals) for k, w in one[3].items()]
    found = ranked(
        people=6,
        person=np.array([one[0] for one in signals]),
        at_s=np.array([one[1] for one in signals]),
        strength=np.array([one[2] for one in signals]),
        bearing_signal=np.array([i for i, _, _ in bearing]),
        bearing_topic=np.array([k for _, k, _ in bearing]),
        bearing_weight=np.array([w for _, _, w in bearing]),
        topic=12,
        moment_s=moment,
        half_life_s=half_life_d * DAY,
    )
    for person, expected in reference(
        signals, topic=12, moment=moment, half_life_d=half_life_d
    ).items():
        got = [
            column[person] for column in (found.rank, found.heat, found.activity, found.co_interest)
        ]
        assert got == pytest.approx(expected, rel=1e-9)


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(db, noon):
    """Three people, two topics that share readers, and a page without topics."""
    implants, sleep = topic_named("Implants"), topic_named("Sleep")
    pages = {
        "implants": yardstick(1, topics={implants.pk: 1.0}),
        "both": yardstick(2, topics={implants.pk: 0.5, sleep.pk: 1.0}),
        "none": yardstick(3, topics={}),
    }
    people = {name: prospect(name, imported_key=f"key:{name}") for name in ("ada", "ben", "eve")}
    log = [
        ("ada", 40, 1.0, "implants"),
        ("ada", 3, 0.8, "both"),
        ("ben", 10, 1.0, "both"),
        ("ben", 1, 1.0, "none"),
        ("eve", 2, 0.5, "none"),
    ]
    for name, days, strength, page in log:
        signal(
            people[name],
            at=NOON - timedelta(days=days),
            strength=strength,
            yardstick=pages[page],
            key=f"page:{page}",
        )
    return implants, sleep, people, pages, log


def test_what_is_stored_ranks_as_the_reference_says(world):
    implants, _, _, pages, log = world
    weights = {name: {int(k): w for k, w in page.topics.items()} for name, page in pages.items()}
    signals = [
        (f"key:{name}", (NOON - timedelta(days=days)).timestamp(), strength, weights[page])
        for name, days, strength, page in log
    ]
    expected = reference(signals, topic=implants.pk, moment=NOON.timestamp())
    found = ranked_people(topic=implants, at=NOON)
    assert {row.person for row in found} == set(expected)
    for row in found:
        assert row[1:] == pytest.approx(expected[row.person], rel=1e-6)
    assert [row.rank for row in found] == sorted((row.rank for row in found), reverse=True)


def test_a_signal_dated_later_changes_nothing(world):
    implants, _, people, pages, _ = world
    at = NOON - timedelta(days=5)
    before = ranked_people(topic=implants, at=at)
    assert {row.person for row in before} == {"key:ada", "key:ben"}
    for person in people.values():
        signal(
            person,
            at=at + timedelta(seconds=1),
            strength=3.0,
            yardstick=pages["both"],
            key="page:later",
        )
    assert ranked_people(topic=implants, at=at) == before


@pytest.mark.parametrize("microsecond", [0, 1, 123, 999_999])
def test_who_has_a_first_signal_at_the_moment_itself_is_not_ranked(world, microsecond):
    implants, _, _, pages, _ = world
    for minutes in range(40):
        at = datetime(2024, 1, 1, 10, minutes, minutes, microsecond, tzinfo=UTC)
        one = prospect(f"one {minutes}", imported_key=f"one:{minutes}")
        signal(one, at=at, strength=1.0, yardstick=pages["implants"], key="page:implants")
        ranked_now = {row.person for row in ranked_people(topic=implants, at=at)}
        assert f"one:{minutes}" not in ranked_now
        later = ranked_people(topic=implants, at=at + timedelta(microseconds=1))
        assert {row.person: row.heat for row in later}[f"one:{minutes}"] == pytest.approx(1.0)


def test_a_visitor_not_joined_and_who_refused_are_in_no_rank(world):
    implants, _, _, pages, _ = world
    before = ranked_people(topic=implants, at=NOON)
    lone = Profile.objects.get_or_create(visitor=consenting_visitor())[0]
    refused = prospect("canary", profiling=False, marketing=True, imported_key="key:canary")
    for profile in (lone, profile_of(refused)):
        Signal.objects.create(
            profile=profile, kind="reading", item_key="page:1", day=NOON.date(),
            at=NOON - timedelta(days=1), strength=1.0, yardstick=pages["both"],
        )  # fmt: skip
    assert ranked_people(topic=implants, at=NOON) == before


def test_a_veto_takes_earlier_signals_out_and_a_declaration_ends_the_silence(world):
    implants, _, people, pages, _ = world
    ada = people["ada"]
    Veto.objects.create(
        profile=profile_of(ada),
        topic=implants,
        reason=VetoReason.NOT_INTERESTED,
        at=NOON - timedelta(days=2),
    )
    signal(ada, at=NOON - timedelta(days=1), yardstick=pages["implants"], key="page:silent")
    heats = {row.person: row.heat for row in ranked_people(topic=implants, at=NOON)}
    assert heats["key:ada"] == 0.0
    assert heats["key:ben"] > 0.0
    signal(ada, at=NOON, topic=implants, kind="declared", strength=4.0)
    heats = {row.person: row.heat for row in ranked_people(topic=implants, at=NOON)}
    assert heats["key:ada"] == pytest.approx(4.0)


def test_a_list_over_topics_ranks_by_the_greatest(world):
    implants, sleep, people, _, _ = world
    both = ranks_by_person(topic_ids=[implants.pk, sleep.pk], at=NOON)
    single = [ranks_by_person(topic_ids=[topic.pk], at=NOON) for topic in (implants, sleep)]
    for person in people.values():
        assert both[person.pk] == max(one[person.pk] for one in single)


def test_heat_has_a_half_life_of_30_days_whatever_the_rule(world):
    implants = world[0]
    before = {row.person: row.heat for row in ranked_people(topic=implants, at=NOON)}
    RuleVersion.objects.create(number=2, half_life_days=90.0)
    after = {row.person: row.heat for row in ranked_people(topic=implants, at=NOON)}
    assert after == before


def test_a_topic_nobody_read_about_still_lists_everyone(world):
    empty = topic_named("Empty")
    found = ranked_people(topic=empty, at=NOON)
    assert len(found) == 3
    assert {row.heat for row in found} == {0.0}
    assert ranked_people(topic=empty, at=NOON - timedelta(days=400)) == []


def test_the_command_prints_csv_and_is_audited(world, capsys):
    call_command("rank_leads", "--topic", "implants", "--as-of", "2026-11-19", "--limit", "2")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert list(rows[0]) == ["person", "rank", "heat", "activity", "co_interest"]
    expected = ranked_people(topic=world[0], at=datetime(2026, 11, 19, tzinfo=UTC), limit=2)
    assert [row["person"] for row in rows] == [row.person for row in expected]
    assert float(rows[0]["rank"]) == pytest.approx(expected[0].rank)
    entry = AuditEntry.objects.get(action="leads.ranked")
    assert (entry.actor, entry.subject) == ("command:rank_leads", "topic:implants")
    assert entry.detail == {"as_of": "2026-11-19T00:00:00+00:00", "limit": 2, "people": 2}


@pytest.mark.parametrize(
    ("topic", "as_of", "says"),
    [
        ("nothing", "2026-11-19", "no topic"),
        ("implants", "19.11.2026", "not a date"),
        ("implants", "2026-02-30", "not a date"),
        ("implants", "0001-01-01T00:00:00+10:00", "not a date"),
        ("implants", "9999-12-31T23:59:59-10:00", "not a date"),
    ],
)
def test_an_unknown_topic_and_a_bad_date_get_one_line(world, topic, as_of, says):
    with pytest.raises(CommandError, match=says) as refusal:
        call_command("rank_leads", "--topic", topic, "--as-of", as_of)
    assert "\n" not in str(refusal.value)
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [1, 5, 24, 25, 49, 24 * 9])
def test_what_came_later_takes_nothing_from_an_earlier_ranking(hours):
    """A class attended again, or a page read again that day, moves a signal; not its past."""
    topic = topic_named("implants")
    for page in (1, 2):
        yardstick(page, topics={topic.pk: 1.0}, expected_s=60.0)
    people = [consenting_person(f"P{n}", imported_key=f"p{n}") for n in range(3)]
    start = NOON - timedelta(days=40)
    for number, person in enumerate(people):
        for day in (0, 1, 2, 9, 20):
            at = start + timedelta(days=day, hours=number)
            imported(person, 1, at=at, kind="attend")
            imported(person, 2, at=at, seconds=20.0 + number)
            imported(person, 2, at=at + timedelta(hours=1), count=2)
    ids = [person.pk for person in people]
    refold_people(person_ids=ids)
    moment = start + timedelta(hours=hours)
    with_later = ranked_people(topic=topic, at=moment)
    ImportedEvent.objects.filter(at__gt=moment).delete()
    refold_people(person_ids=ids)
    cut = ranked_people(topic=topic, at=moment)
    assert [one.person for one in with_later] == [one.person for one in cut] != []
    for one, other in zip(with_later, cut, strict=True):
        assert one[1:] == pytest.approx(other[1:], rel=1e-12)
