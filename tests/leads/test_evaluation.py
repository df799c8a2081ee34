"""Each kind of condition: whom it matches, why, and when time alone ends it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from leads.conditions import RULES, Scope
from leads.list_rules import rules_of
from leads.models import Condition, ConditionKind, Match
from leads.selectors.evaluation import (
    Glance,
    candidates,
    evaluated,
    moment_now,
    problems_of,
)
from tests.factories.classroom import live_class
from tests.factories.leads import (
    attended,
    class_about,
    heat,
    list_of,
    prospect,
    recent,
    signal,
    tag,
    tagged,
    topic_named,
    warm,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def implants():
    return topic_named("Implants")


def found(lead_list, *people):
    """Evaluated members, which the one statement of a rebuild must name as well."""
    moment, rules = moment_now(), rules_of(lead_list)
    scope = Scope(ids=tuple(person.pk for person in people))
    members = evaluated(rules, Glance(moment, scope)).members
    matched = candidates(rules, moment).values_list("pk", flat=True)
    assert set(matched) == set(members)
    return members


def test_heat_matches_from_its_value_on_and_ends_when_it_has_cooled(implants, noon):
    warm_one, cool_one = prospect("Warm"), prospect("Cool")
    warm(warm_one, implants, heat=4.0)
    warm(cool_one, implants, heat=0.9)
    lead_list = list_of("warm", heat(implants, 1.0))
    members = found(lead_list, warm_one, cool_one)
    assert list(members) == [warm_one.pk]
    due_at = members[warm_one.pk].due_at
    assert abs(due_at - (NOON + timedelta(days=60))) < timedelta(seconds=3)
    noon.move_to(due_at - timedelta(seconds=3))
    assert list(found(lead_list, warm_one, cool_one)) == [warm_one.pk]
    noon.move_to(due_at)
    assert not found(lead_list, warm_one, cool_one)


def test_a_tag_matches_up_to_the_moment_it_lapses(implants, noon):
    person = prospect("Tagged")
    tagged(person, implants, days=3)
    lead_list = list_of("tagged", tag(implants))
    assert found(lead_list, person)[person.pk].due_at == NOON + timedelta(days=3)
    noon.move_to(NOON + timedelta(days=3) - timedelta(microseconds=1))
    assert list(found(lead_list, person)) == [person.pk]
    noon.move_to(NOON + timedelta(days=3))
    assert not found(lead_list, person)


def test_recency_counts_any_signal_or_one_topic_alone(implants, noon):
    whitening = topic_named("Whitening")
    about, other = prospect("About"), prospect("Other")
    warm(about, implants, heat=1.0, at=NOON - timedelta(days=2))
    signal(about, at=NOON - timedelta(days=2))
    signal(other, at=NOON - timedelta(days=2))
    anything = list_of("anything", recent(7))
    one_topic = list_of("one topic", recent(7, implants))
    wrong_topic = list_of("wrong topic", recent(7, whitening))
    assert set(found(anything, about, other)) == {about.pk, other.pk}
    assert set(found(one_topic, about, other)) == {about.pk}
    assert not found(wrong_topic, about, other)
    due_at = found(one_topic, about)[about.pk].due_at
    noon.move_to(due_at)
    assert not found(one_topic, about)
    assert not found(anything, about, other)


def test_attended_reads_share_class_topic_and_days(implants):
    class_on, class_off = class_about("On implants", implants), class_about("On sleep")
    half, whole, elsewhere, long_ago = (prospect(name) for name in "abcd")
    attended(half, class_on, share=0.5)
    attended(whole, class_on, share=1.0)
    attended(elsewhere, class_off, share=1.0)
    attended(long_ago, class_on, share=1.0, at=NOON - timedelta(days=40))
    people = (half, whole, elsewhere, long_ago)

    def ids(**fields):
        lead_list = list_of(str(fields), {"kind": ConditionKind.ATTENDED, **fields})
        return set(found(lead_list, *people))

    assert ids() == {person.pk for person in people}
    assert ids(topic=implants) == {half.pk, whole.pk, long_ago.pk}
    assert ids(topic=implants, value=0.8) == {whole.pk, long_ago.pk}
    assert ids(live_class=class_off) == {elsewhere.pk}
    assert ids(topic=implants, days=30) == {half.pk, whole.pk}


def test_attended_takes_a_class_in_any_of_its_languages():
    page, came = live_class(), prospect("Came")
    attended(came, page)
    twin = live_class("zh-hans", translation_key=page.translation_key)
    lead_list = list_of("twin", {"kind": ConditionKind.ATTENDED, "live_class": twin})
    assert set(found(lead_list, came, prospect("Other"))) == {came.pk}


def test_consent_and_source_match_what_is_on_record():
    agreed = prospect("Agreed", marketing=True, source="Newsletter")
    silent = prospect("Silent", source="newsletter ")
    messages = list_of("messages", {"kind": ConditionKind.CONSENT})
    source = list_of("source", {"kind": ConditionKind.SOURCE, "text": " newsletter"})
    assert set(found(messages, agreed, silent)) == {agreed.pk}
    assert set(found(source, agreed, silent)) == {agreed.pk}
    assert found(messages, agreed)[agreed.pk].due_at is None


def test_all_asks_for_every_condition_and_any_for_one(implants):
    both, one = prospect("Both", marketing=True), prospect("One")
    for person in (both, one):
        warm(person, implants, heat=2.0)
    rules = (heat(implants, 1.0), {"kind": ConditionKind.CONSENT})
    assert set(found(list_of("all", *rules), both, one)) == {both.pk}
    assert set(found(list_of("any", *rules, match=Match.ANY), both, one)) == {both.pk, one.pk}


def test_who_did_not_consent_to_profiling_meets_nothing(implants):
    refused = prospect("Refused", profiling=False, marketing=True, source="newsletter")
    attended(refused, class_about("On implants", implants))
    rules = (
        {"kind": ConditionKind.ATTENDED},
        {"kind": ConditionKind.CONSENT},
        {"kind": ConditionKind.SOURCE, "text": "newsletter"},
    )
    assert not found(list_of("any", *rules, match=Match.ANY), refused)


def test_a_merged_topic_is_read_as_the_one_that_stands_for_it(implants):
    old = topic_named("Tooth implants", merged_into=implants)
    person = prospect("Warm")
    warm(person, implants, heat=2.0)
    attended(person, class_about("Old class", old))
    assert list(found(list_of("old name", heat(old, 1.0)), person)) == [person.pk]
    by_class = {"kind": ConditionKind.ATTENDED, "topic": implants}
    assert list(found(list_of("class", by_class), person)) == [person.pk]


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"kind": "heat", "value": 1.0}, "topic"),
        ({"kind": "tag"}, "topic"),
        ({"kind": "recency"}, "days"),
        ({"kind": "attended", "value": 50.0}, "value"),
        ({"kind": "source", "text": " "}, "text"),
    ],
)
def test_a_condition_that_cannot_be_evaluated_names_the_field(fields, at_fault):
    condition = Condition(**fields)
    with pytest.raises(ValidationError) as refusal:
        condition.clean()
    assert list(refusal.value.message_dict) == [at_fault]
    assert problems_of([condition]) == [RULES[condition.kind].problem(condition).message]


def test_heat_needs_a_value_and_a_sensitive_topic_cannot_be_asked_for():
    sensitive = topic_named("Halitosis", sensitive=True)
    assert problems_of([Condition(kind="heat", topic=sensitive)]) != []
    (problem,) = problems_of([Condition(kind="heat", topic=sensitive, value=1.0)])
    assert "never shown beside a name" in str(problem)


def test_a_list_without_conditions_has_a_problem_and_is_not_everybody():
    assert len(problems_of([])) == 1


def test_cleaning_drops_what_the_kind_does_not_read(implants):
    condition = Condition(kind="tag", topic=implants, value=3.0, days=4, text="x")
    condition.clean()
    assert (condition.value, condition.days, condition.text) == (None, None, "")
