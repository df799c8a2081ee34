"""Giving people away: by rule as they arrive, many at once with a yes, and taking it back."""

import pytest
from django.urls import reverse

from leads.models import AssignmentRule, BulkChange, BulkRow, BulkState, Lead, LeadChange
from leads.selectors.leads import lead_of
from leads.services.assignment import AT_ONCE, confirm_change, hand_over, undo_change
from leads.services.leads import assign_owner
from leads.services.membership import refresh_lists
from people.models import Consent
from people.roles import Role
from people.services.consent import withdraw_consent
from people.services.pausing import pause_profiling
from tests.factories.leads import heat, list_of, prospect, staff, tagged, topic_named, warm

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return staff(Role.MARKETING)


@pytest.fixture
def ann():
    return staff(Role.CONSULTANT, name="ann")


@pytest.fixture
def bo():
    return staff(Role.CONSULTANT, name="bo")


def rule(*owners, **fields) -> AssignmentRule:
    made = AssignmentRule.objects.create(name="Rule", **fields)
    made.owners.set(owners)
    return made


def owners_of(*people) -> list:
    return [getattr(lead_of(one).owner, "username", None) for one in people]


def test_who_arrives_goes_to_the_first_rule_that_fits_and_the_least_loaded(ann, bo):
    implants = topic_named("Implants")
    rule(ann, bo, language="zh", sort_order=1)
    rule(bo, topic=implants, sort_order=2)
    people = [prospect(name, language=language) for name, language in (
        ("one", "zh-hans"), ("two", "zh-hans"), ("tagged", "en"), ("no rule", "en"), ("Ann's", "zh")
    )]  # fmt: skip
    assign_owner(person=people[4], owner=ann, by=ann)
    for person in people:
        warm(person, implants, heat=2.0)
    tagged(people[2], implants, days=5)
    list_of("Warm", heat(implants, 0.5))
    refresh_lists()
    # Ann has one already, so Bo comes first, and then they are even.
    assert owners_of(*people) == ["bo", "ann", "bo", None, "ann"]
    assert LeadChange.objects.filter(by__startswith="rule:").count() == 3
    withdraw_consent(person=people[0])
    assert owners_of(people[0]) == [None]


def test_who_lost_an_owner_by_hand_is_left_alone_by_the_next_refresh(ann):
    implants = topic_named("Implants")
    rule(ann)
    person = prospect("Lin")
    warm(person, implants, heat=2.0)
    list_of("Warm", heat(implants, 0.5))
    refresh_lists()
    assign_owner(person=person, owner=None, by=ann)
    warm(person, implants, heat=3.0)
    refresh_lists()
    assert owners_of(person) == [None]


def test_up_to_twenty_go_at_once_and_can_be_taken_back(boss, ann, bo):
    people = [prospect(str(number)) for number in range(3)]
    for person in people:
        assign_owner(person=person, owner=ann, by=boss)
    change = hand_over(by=boss, from_owner=ann, to_owner=bo)
    assert (change.state, owners_of(*people)) == (BulkState.DONE, ["bo"] * 3)
    assign_owner(person=people[0], owner=boss, by=boss)
    assert undo_change(change=change, by=boss) == 2
    assert undo_change(change=change, by=boss) == 0
    assert owners_of(*people) == ["marketing", "ann", "ann"]


def test_somebodys_people_go_by_the_rules_where_they_agreed_and_are_still_theirs(boss, ann, bo):
    people = {name: prospect(name) for name in ("Lin", "paused", "refusing")}
    for person in people.values():
        assign_owner(person=person, owner=ann, by=boss)
    pause_profiling(person=people["paused"])
    withdraw_consent(person=people["refusing"])
    rule(bo)
    change = hand_over(by=boss, from_owner=ann, to_owner=None)
    assert (change.state, owners_of(*people.values())) == (BulkState.DONE, ["bo", "ann", "ann"])
    assert [(row.person, row.applied) for row in change.rows.all()] == [(people["Lin"], True)]
    assert undo_change(change=change, by=boss) == 1
    assert owners_of(people["Lin"]) == ["ann"]


def test_what_waits_asks_anew_who_agrees_and_whose_they_are(boss, ann, bo, monkeypatch):
    monkeypatch.setattr("leads.services.assignment.AT_ONCE", 0)
    people = [prospect(str(number)) for number in range(3)]
    for person in people:
        assign_owner(person=person, owner=ann, by=boss)
    rule(bo)
    change = hand_over(by=boss, from_owner=ann, to_owner=None)
    assign_owner(person=people[1], owner=boss, by=boss)
    Consent.objects.filter(person=people[2]).update(given=False)  # and no signal was heard yet
    confirm_change(change=change, by=boss)
    assert owners_of(*people) == ["bo", "marketing", "ann"]


def test_more_than_twenty_wait_with_their_count_and_cancel(client, boss, ann, bo):
    people = [prospect(str(number)) for number in range(AT_ONCE + 1)]
    for person in people:
        assign_owner(person=person, owner=ann, by=boss)
    client.force_login(boss)
    page = reverse("who_gets_whom")
    data = {"from_owner": ann.pk, "to_owner": bo.pk}
    assert (
        "21 people would get another owner" in client.post(page, data, follow=True).content.decode()
    )
    assert set(owners_of(*people)) == {"ann"}
    waiting = BulkChange.objects.get()
    decide = reverse("decide_bulk_change", args=[waiting.pk])
    client.post(decide, {"act": "cancel"})
    client.post(decide, {"act": "confirm"})
    assert set(owners_of(*people)) == {"ann"}
    client.post(page, data)
    client.post(
        reverse("decide_bulk_change", args=[BulkChange.objects.first().pk]), {"act": "confirm"}
    )
    assert set(owners_of(*people)) == {"bo"}
    said = client.get(page).content.decode()
    assert "Take it back" in said and "21 people to bo" in said


def test_a_proposal_by_rule_forgets_who_withdrew_and_asks_again_when_confirmed(boss, ann):
    implants = topic_named("Implants")
    people = [prospect(str(number)) for number in range(AT_ONCE + 1)]
    for person in people:
        warm(person, implants, heat=2.0)
    list_of("Warm", heat(implants, 0.5))
    refresh_lists()
    rule(ann)
    change = hand_over(by=boss, from_owner=None, to_owner=None)
    assert (change.state, change.rows.count()) == (BulkState.WAITING, AT_ONCE + 1)
    withdraw_consent(person=people[0])
    assert not BulkRow.objects.filter(person=people[0]).exists()
    assert not Lead.objects.exists()


def test_a_consultant_gives_nobody_away_in_bulk(client, ann):
    client.force_login(ann)
    assert client.get(reverse("who_gets_whom")).status_code != 200
