"""The builder of lists: what it takes, counts, keeps, compares and puts back, and for whom."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cms.models import TopicAlias
from leads.builder_data import told_rules, topics_like
from leads.list_rules import rules_in_data, rules_of
from leads.models import LeadList, ListVersion, Membership
from leads.services.membership import refresh_lists
from outbox.models import AuditEntry
from people.models import Branch
from people.roles import Role
from tests.factories.leads import (
    grouped_list,
    heat,
    list_of,
    prospect,
    signal,
    staff,
    tag,
    tagged,
    topic_named,
    warm,
)
from tests.factories.tracking import yardstick

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def implants():
    return topic_named("Implants", name_zh="种植")


@pytest.fixture
def marketer(client):
    user = staff(Role.MARKETING)
    client.force_login(user)
    return user


def sent(*groups, match="all"):
    return json.dumps(
        {
            "match": match,
            "groups": [{"match": joined, "conditions": held} for joined, *held in groups],
        }
    )


def count(client, rules, **fields):
    answer = client.post(reverse("lead-lists:count"), {"rules": rules, **fields})
    assert answer.status_code == 200
    return answer.json()


def save(client, rules, lead_list=None):
    name = "lead-lists:edit" if lead_list else "lead-lists:add"
    url = reverse(name, args=[lead_list.pk] if lead_list else [])
    return client.post(url, {"name": "Warm", "slug": "warm", "description": "", "rules": rules})


def test_topics_are_read_by_id_name_and_alias_and_offered_by_a_part(implants):
    TopicAlias.objects.create(topic=implants, name="Fixtures")
    topic_named("Old implants", merged_into=implants)
    topic_named("Secret implants", sensitive=True)
    for asked in ({"topic": implants.pk}, {"topic_label": "IMPLANTS"}, {"topic_label": "Fixtures"}):
        told = told_rules(sent(("all", {"kind": "tag", **asked})))
        assert told.notes == []
        assert told.rules.conditions[0].topic == implants
    assert topics_like("impl") == [implants]
    (problem,) = told_rules(sent(("all", {"kind": "tag", "topic_label": "Nothing"}))).problems
    assert (problem.group, problem.condition, problem.field) == (0, 0, "topic")


def test_a_merged_topic_is_said_and_a_removed_one_is_a_problem(implants):
    old = topic_named("Old", merged_into=implants)
    told = told_rules(sent(("all", {"kind": "tag", "topic": old.pk})))
    assert ([note.is_problem for note in told.notes], told.problems) == ([False], [])
    gone = told_rules(sent(("all", {"kind": "read", "topic": 987654})))
    assert [note.field for note in gone.problems] == ["topic"]


@pytest.mark.parametrize(
    "text",
    ["[", "[]", "7", '{"match": "some"}', '{"groups": [7]}', '{"groups": [{"match": "all"}]}', ""],
)
def test_what_is_no_rule_is_a_problem_and_never_an_error(text):
    assert told_rules(text).problems


@pytest.mark.parametrize("value", ["x", "-1", "nan", "1e400", [], {}, "9" * 30])
def test_a_number_that_is_none_is_said_at_its_place(value, implants):
    told = told_rules(sent(("all", {"kind": "heat", "topic": implants.pk, "value": value})))
    assert [note.field for note in told.problems] == ["value"]


def test_a_list_cannot_ask_for_itself_through_another():
    first = list_of("first", {"kind": "consent"})
    second = list_of("second", {"kind": "list", "other_list": first})
    asks = sent(("all", {"kind": "list", "other_list": second.pk}))
    assert told_rules(asks, of=first).problems
    assert not told_rules(asks, of=list_of("third", {"kind": "consent"})).problems


def test_the_count_names_three_people_with_reasons_and_notes_who_was_named(
    client, marketer, implants
):
    people = [prospect(f"P{n} <b>", marketing=n == 0, email=f"p{n}@example.org") for n in range(4)]
    for person in people:
        warm(person, implants, heat=2.0)
    hidden = prospect("Hidden", profiling=False)
    warm(hidden, implants, heat=2.0)
    found = count(client, sent(("all", {"kind": "heat", "topic_label": "Implants", "value": 1})))
    assert "<strong>4</strong>" in found["html"]
    assert "<strong>1</strong>" in found["html"]
    assert "Hidden" not in found["html"]
    assert "P3 &lt;b&gt;" in found["html"]
    assert "Heat for Implants is 2.0" in found["html"]
    entry = AuditEntry.objects.get(action="list.tried")
    assert entry.detail == {"people": sorted(one.external_id for one in people[1:])}


def test_the_count_against_a_saved_list_says_who_comes_and_goes(client, marketer, implants):
    stays, goes, comes = prospect("Stays"), prospect("Goes"), prospect("Comes")
    for person, degrees in ((stays, 3.0), (goes, 1.2)):
        warm(person, implants, heat=degrees)
    tagged(comes, implants, days=3)
    lead_list = list_of("warm", heat(implants, 1.0))
    refresh_lists()
    rules = sent(
        ("all", {"kind": "heat", "topic": implants.pk, "value": 2}),
        ("all", {"kind": "tag", "topic": implants.pk}),
        match="any",
    )
    html = count(client, rules, list=lead_list.pk)["html"]
    assert "1 would come, 1 would go" in html
    assert "Comes" in html
    assert "Goes" in html


def test_a_problem_is_counted_for_nobody_and_stands_at_its_place(client, marketer, implants):
    found = count(client, sent(("all", {"kind": "heat", "topic": implants.pk})))
    assert found["notes"][0]["field"] == "value"
    assert "people match" not in found["html"]
    assert not AuditEntry.objects.filter(action="list.tried").exists()


def test_a_past_day_is_answered_from_the_logs_and_says_what_is_not(client, marketer, implants):
    page = yardstick(1, topics={implants.pk: 1.0})
    early, late = prospect("Early", source="x"), prospect("Late", source="x")
    signal(early, at=NOON - 10 * DAY, yardstick=page, strength=2.0)
    signal(late, at=NOON - DAY, yardstick=page, strength=2.0)
    for person in (early, late):
        warm(person, implants, heat=1.5)
    rules = sent(
        ("all", {"kind": "heat", "topic": implants.pk, "value": 1}, {"kind": "source", "text": "x"})
    )
    html = count(client, rules, on="2026-11-15")["html"]
    assert "One person would have matched" in html
    assert "1 did not then; 0 matched then" in " ".join(html.split())
    assert "came from x" in html
    recent = sent(("none", {"kind": "recency", "days": 3, "topic": implants.pk}))
    assert "2 people would have matched" in count(client, recent, on="2026-11-15")["html"]


def test_counting_costs_as_many_queries_for_one_person_as_for_three(client, marketer, implants):
    rules = sent(("all", {"kind": "heat", "topic": implants.pk, "value": 1}))

    def queries(number):
        for _one in range(number):
            warm(prospect("x"), implants, heat=2.0)
        with CaptureQueriesContext(connection) as captured:
            count(client, rules)
        return len(captured)

    queries(1)
    assert queries(1) == queries(3)


def test_saving_makes_groups_and_a_version_and_the_form_shows_them_again(
    client, marketer, implants
):
    here = Branch.objects.create(slug="here", name="Here")
    rules = sent(
        ("any", {"kind": "heat", "topic_label": "Implants", "below": "1", "value": "1.5"}),
        ("none", {"kind": "branch", "branch": here.pk}, {"kind": "exported", "days": 30}),
    )
    assert save(client, rules).status_code == 302
    lead_list = LeadList.objects.get()
    data = rules_in_data(rules_of(lead_list))
    assert data["groups"][0] == {
        "match": "any",
        "conditions": [{"kind": "heat", "topic": implants.pk, "below": True, "value": 1.5}],
    }
    version = ListVersion.objects.get()
    assert (version.number, version.rules, version.made_by) == (1, data, marketer)
    page = client.get(reverse("lead-lists:edit", args=[lead_list.pk])).content.decode()
    assert "&quot;topic_label&quot;: &quot;Implants&quot;" in page
    assert save(client, json.dumps(data), lead_list).status_code == 302
    assert ListVersion.objects.count() == 1


def test_a_mistake_keeps_what_was_written(client, marketer, implants):
    rules = sent(("all", {"kind": "heat", "topic_label": "Implans", "value": "1.5"}))
    answer = save(client, rules)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Group 1, condition 1: No topic is called “Implans”" in page
    assert "Implans&quot;" in page
    assert not LeadList.objects.exists()


def test_a_version_put_back_says_what_it_does_and_can_be_undone(client, marketer, implants):
    warm_one, tagged_one = prospect("Warm"), prospect("Tagged")
    warm(warm_one, implants, heat=2.0)
    tagged(tagged_one, implants, days=3)
    lead_list = list_of("warm", heat(implants, 1.0))
    refresh_lists()
    save(client, sent(("all", {"kind": "tag", "topic": implants.pk})), lead_list)
    refresh_lists()
    assert [one.person for one in Membership.objects.all()] == [tagged_one]
    assert list(ListVersion.objects.values_list("number", "made_by")) == [
        (1, None),
        (2, marketer.pk),
    ]
    url = reverse("lead-lists:put_back", args=[lead_list.pk, 1])
    assert "1 would come, 1 would go" in client.get(url).content.decode()
    assert client.post(url).status_code == 302
    refresh_lists()
    assert [one.person for one in Membership.objects.all()] == [warm_one]
    assert ListVersion.objects.get(number=3).put_back == 1
    versions = client.get(reverse("lead-lists:versions", args=[lead_list.pk])).content.decode()
    assert "version 1 put back" in versions


def test_a_version_that_names_what_is_gone_cannot_be_put_back(client, marketer):
    here = Branch.objects.create(slug="here", name="Here")
    lead_list = grouped_list("gone", ("all", {"kind": "branch", "branch": here}))
    save(client, sent(("all", {"kind": "consent"})), lead_list)
    here.delete()
    url = reverse("lead-lists:put_back", args=[lead_list.pk, 1])
    assert "cannot be put back" in client.get(url).content.decode()
    client.post(url)
    assert [one.kind for one in rules_of(lead_list).conditions] == ["consent"]
    assert client.get(reverse("lead-lists:put_back", args=[lead_list.pk, 9])).status_code == 404


def test_who_may_not_keep_lists_can_neither_count_nor_look_at_versions(client, implants):
    lead_list = list_of("tagged", tag(implants))
    client.force_login(staff(Role.CONSULTANT))
    for url in (
        reverse("lead-lists:topics"),
        reverse("lead-lists:versions", args=[lead_list.pk]),
        reverse("lead-lists:put_back", args=[lead_list.pk, 1]),
    ):
        assert client.get(url).status_code == 302
    assert client.post(reverse("lead-lists:count"), {"rules": "{}"}).status_code == 302
