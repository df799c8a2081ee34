"""Whom somebody may not see is counted and named for them nowhere: week, past days, rules, merging."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from leads.models import MembershipLog, NotTheSame, Workplace
from leads.selectors.duplicates import count_of_pairs, proposed_pairs
from leads.selectors.rule_effects import rows_of
from leads.selectors.visibility import visible_to
from leads.selectors.week import figures_of
from leads.services.follow_ups import plan_follow_up
from leads.services.leads import assign_owner
from leads.week_panel import overdue_for
from people.models import Branch, Person, User
from people.roles import Role
from people.services.consent import withdraw_consent
from tests.factories.leads import list_of, prospect, staff, tagged, topic_named
from tracking.selectors.rule_changes import RuleComparison, TopicChange

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def here():
    return Branch.objects.create(slug="here", name="Here")


@pytest.fixture
def keeper(client, here):
    """Keeps lists at one branch, and may merge there."""
    user = staff(Role.CONSULTANT, name="keeper")
    names = ("change_leadlist", "change_person", "view_ruleversion", "add_ruleversion")
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    Workplace.objects.create(user=user, branch=here)
    user = User.objects.get(pk=user.pk)
    client.force_login(user)
    return user


@pytest.fixture
def theirs(here):
    """Somebody of the keeper's branch."""
    return owned(
        prospect("Ann Here", birth_year=1980, source="x", branch=here, **reachable("here"))
    )


@pytest.fixture
def hidden():
    """Somebody of another branch, whom a colleague there looks after."""
    there = Branch.objects.create(slug="there", name="There")
    return owned(
        prospect("Ann There", birth_year=1980, source="x", branch=there, **reachable("there"))
    )


def reachable(name: str) -> dict:
    return {"marketing": True, "email": f"{name}@example.org"}


def owned(person: Person) -> Person:
    colleague = User.objects.filter(username="far").first() or staff(Role.CONSULTANT, name="far")
    assign_owner(person=person, owner=colleague, by=None)
    return person


def test_the_week_counts_and_shows_whom_one_may_see(client, keeper, theirs, hidden, clock):
    boss, lead_list = staff(Role.MARKETING), list_of("One")
    for person in (theirs, hidden):
        for entered in (True, False):
            MembershipLog.objects.create(lead_list=lead_list, person=person, entered=entered)
        tagged(person, topic_named(f"T{person.pk}"), days=0.5)
    clock.shift(DAY)
    keys = ("contactable", "entered", "left", "lapsed")
    assert [figures_of(keeper)[key][0] for key in keys] == [1] * 4
    assert [figures_of(boss)[key][0] for key in keys] == [2] * 4
    for key in keys:
        html = client.get(reverse("week_figure", args=[key])).content.decode()
        assert theirs.external_id in html
        assert hidden.external_id not in html
    for person in (theirs, hidden):
        withdraw_consent(person=person)
    clock.shift(timedelta(seconds=1))
    assert figures_of(keeper)["withdrawn"][0] == figures_of(boss)["withdrawn"][0] - 1 > 0
    html = client.get(reverse("week_figure", args=["withdrawn"])).content.decode()
    assert theirs.external_id in html
    assert hidden.external_id not in html


def test_late_follow_ups_stand_by_consultant_for_whom_one_may_see(client, keeper, theirs, hidden):
    far = User.objects.get(username="far")
    boss = staff(Role.MARKETING)
    for person in (theirs, hidden):
        plan_follow_up(person=person, by=far, kind="call", due_at=NOON + DAY)
    plan_follow_up(
        person=theirs, by=keeper, owner=keeper, kind="call", due_at=NOON + DAY, about="Ask"
    )
    with time_machine.travel(NOON + 2 * DAY, tick=False):
        mine = {one.label: (one.this, one.last) for one in overdue_for(keeper)}
        all_of = {one.label: (one.this, one.last) for one in overdue_for(boss)}
        (url,) = {one.url for one in overdue_for(keeper) if one.label == "far"}
        html = client.get(url).content.decode()
        before = client.get(f"{url}&before=1").content.decode()
    assert (mine["far"], all_of["far"]) == (("1", "0"), ("2", "0"))
    assert mine["keeper"] == ("1", "0")
    assert theirs.external_id in html
    assert hidden.external_id not in html
    assert "Nothing is late" in before
    with time_machine.travel(NOON + 9 * DAY, tick=False):
        assert {one.label: one.last for one in overdue_for(boss)}["far"] == "2"


def test_a_past_day_counts_whom_one_may_see(client, keeper, theirs, hidden):
    rule = {"kind": "source", "text": "x"}
    rules = {"match": "all", "groups": [{"match": "all", "conditions": [rule]}]}
    sent = {"rules": json.dumps(rules), "on": "2026-11-19"}
    html = client.post(reverse("lead-lists:count"), sent).json()["html"]
    assert "One person would have matched" in html
    client.force_login(staff(Role.MARKETING))
    html = client.post(reverse("lead-lists:count"), sent).json()["html"]
    assert "2 people would have matched" in html


def test_comparing_rules_names_whom_one_may_see(keeper, theirs, hidden):
    topic = topic_named("Implants")
    for person in (theirs, hidden):
        tagged(person, topic, days=3)
    both = [theirs.profile.pk, hidden.profile.pk]
    comparison = RuleComparison(topics={topic.pk: TopicChange(gained=2, gaining=both)})
    seen = visible_to(keeper, path="person__")
    assert rows_of(comparison, seen=seen).named == [theirs]
    assert set(rows_of(comparison, seen=Q()).named) == {theirs, hidden}
    assert rows_of(comparison, seen=None).named == []


def test_records_one_may_not_see_are_neither_proposed_nor_compared(client, keeper, theirs, hidden):
    Person.objects.filter(pk__in=[theirs.pk, hidden.pk]).update(display_name="Ann Lee")
    boss = User.objects.create_superuser("boss")
    assert (proposed_pairs(seen_by=boss).total, proposed_pairs(seen_by=keeper).total) == (1, 0)
    assert count_of_pairs(seen_by=keeper) == 0
    both = {"person": theirs.external_id, "into": hidden.external_id}
    form = client.get(reverse("compare_people"), both).context["form"]
    assert list(form.errors) == ["into"]
    told = {"one": theirs.external_id, "other": hidden.external_id}
    assert client.post(reverse("duplicate_people"), told).status_code == 404
    row = NotTheSame.objects.create(one=theirs, other=hidden, by=boss, at=timezone.now())
    assert client.post(reverse("duplicate_people"), {"again": row.pk}).status_code == 404
    theirs.merged_into, theirs.merged_at = hidden, timezone.now()
    theirs.save()
    assert client.post(reverse("part_people", args=[theirs.external_id])).status_code == 404
    assert client.get(reverse("compare_people")).context["merged"] == []
