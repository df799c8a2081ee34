"""What is about more than twenty people shows its count and waits; Cancel loses nothing."""

import json
import re

import pytest
from django.urls import reverse

from cms.models import Topic
from leads.at_once import AT_ONCE
from leads.list_rules import rules_of
from leads.models import BulkState, LeadList
from leads.selectors.leads import lead_of
from leads.services.assignment import confirm_change, hand_over
from leads.services.leads import assign_owner
from leads.services.membership import refresh_lists
from outbox.models import AuditEntry
from people.roles import Role
from tests.factories.leads import heat, list_of, prospect, staff, tagged, topic_named, warm

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client):
    user = staff(Role.MARKETING)
    client.force_login(user)
    return user


@pytest.fixture
def implants():
    return topic_named("Implants")


def crowd(topic, number=AT_ONCE + 1, *, degrees=2.0) -> list:
    people = [prospect(f"P{n}") for n in range(number)]
    for person in people:
        warm(person, topic, heat=degrees)
    return people


def rules(topic, least=1.0) -> str:
    held = {"kind": "heat", "topic": topic.pk, "topic_label": topic.name, "value": least}
    return json.dumps({"match": "all", "groups": [{"match": "all", "conditions": [held]}]})


def save(client, text, lead_list=None, **more):
    name = "lead-lists:edit" if lead_list else "lead-lists:add"
    url = reverse(name, args=[lead_list.pk] if lead_list else [])
    fields = {"name": "Warm", "slug": "warm", "description": "typed", "rules": text}
    return client.post(url, fields | more)


def said_yes(html: str) -> str:
    return re.search(r'name="confirm" value="([^"]+)"', html)[1]


def least_of(lead_list) -> float:
    return rules_of(lead_list).conditions[0].value


def test_a_change_that_moves_many_waits_and_cancel_keeps_what_was_typed(client, marketer, implants):
    crowd(implants, degrees=2.0)
    come = crowd(implants, 2, degrees=0.8)
    lead_list = list_of("warm", heat(implants, 1.0))
    refresh_lists()
    tighter = rules(implants, 5.0)
    answer = save(client, tighter, lead_list)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert (answer.context["effect"].enters, answer.context["effect"].leaves) == (0, AT_ONCE + 1)
    assert "Nothing is saved yet" in html
    assert (least_of(lead_list), lead_list.versions.count()) == (1.0, 0)
    back = save(client, tighter, lead_list, cancel="1")
    assert "data-asks" not in back.content.decode()
    assert back.context["form"]["rules"].value() == tighter
    assert back.context["form"]["description"].value() == "typed"
    assert least_of(lead_list) == 1.0
    # The yes is to these rules alone.
    wider = rules(implants, 0.5)
    assert save(client, wider, lead_list).status_code == 302
    refresh_lists()
    assert lead_list.memberships.count() == AT_ONCE + 1 + len(come)
    assert save(client, rules(implants, 6.0), lead_list, confirm=said_yes(html)).status_code == 200
    assert save(client, tighter, lead_list, confirm=said_yes(html)).status_code == 200
    asked = save(client, tighter, lead_list).content.decode()
    assert save(client, tighter, lead_list, confirm=said_yes(asked)).status_code == 302
    assert least_of(lead_list) == 5.0


def test_a_new_list_of_many_waits_and_one_of_twenty_does_not(client, marketer, implants):
    crowd(implants, AT_ONCE)
    assert save(client, rules(implants)).status_code == 302
    LeadList.objects.all().delete()
    warm(prospect("One more"), implants, heat=2.0)
    html = save(client, rules(implants)).content.decode()
    assert not LeadList.objects.exists()
    assert save(client, rules(implants), confirm=said_yes(html)).status_code == 302
    refresh_lists()
    assert LeadList.objects.get().memberships.count() == AT_ONCE + 1


def test_another_name_for_a_list_of_many_is_saved_at_once(client, marketer, implants):
    crowd(implants)
    lead_list = list_of("warm", heat(implants, 1.0))
    refresh_lists()
    shown = client.get(reverse("lead-lists:edit", args=[lead_list.pk])).context["form"]
    assert save(client, shown.initial["rules"], lead_list, name="Warmer").status_code == 302
    lead_list.refresh_from_db()
    assert lead_list.name == "Warmer"


@pytest.mark.parametrize("words", ["", "1:", "x:y", "999:0", ":"])
def test_a_yes_that_is_none_saves_nothing(client, marketer, implants, words):
    crowd(implants)
    assert save(client, rules(implants), confirm=words).status_code == 200
    assert not LeadList.objects.exists()


def test_deleting_a_list_says_how_many_are_on_it_and_which_lists_ask_for_it(
    client, marketer, implants
):
    crowd(implants, 3)
    lead_list = list_of("warm", heat(implants, 1.0))
    asking = list_of("asking", {"kind": "list", "other_list": lead_list})
    refresh_lists()
    url = reverse("lead-lists:delete", args=[lead_list.pk])
    html = client.get(url).content.decode()
    assert "3 people are on this list" in html
    assert reverse("lead-lists:edit", args=[asking.pk]) in html
    assert client.post(url).status_code == 302
    assert list(LeadList.objects.all()) == [asking]


def test_giving_many_away_names_them_and_taking_back_asks_once_more(client, marketer):
    ann, bo = staff(Role.CONSULTANT, name="ann"), staff(Role.CONSULTANT, name="bo")
    people = [prospect(f"P{n}") for n in range(AT_ONCE + 1)]
    for person in people:
        assign_owner(person=person, owner=ann, by=marketer)
    change = hand_over(by=marketer, from_owner=ann, to_owner=bo)
    screen = reverse("who_gets_whom")
    html = client.get(screen).content.decode()
    assert "P7</a>" in html
    noted = AuditEntry.objects.get(action="bulk.viewed")
    assert noted.detail["people"] == sorted(person.external_id for person in people)
    confirm_change(change=change, by=marketer)
    url = reverse("decide_bulk_change", args=[change.pk])
    asked = client.post(url, {"act": "undo"})
    assert asked.url.startswith(f"{screen}?undo={change.pk}")
    assert "21 people would go back" in client.get(asked.url).content.decode()
    assert lead_of(people[0]).owner == bo
    client.post(url, {"act": "undo", "sure": "1"})
    change.refresh_from_db()
    assert (change.state, lead_of(people[0]).owner) == (BulkState.UNDONE, ann)


def test_merging_topics_of_many_people_waits_with_counts_and_so_does_parting(client, implants):
    client.force_login(staff(Role.EDITOR))
    fixtures, other = topic_named("Fixtures"), topic_named("Other")
    for person in crowd(implants):
        tagged(person, implants, days=3)
    list_of("warm", heat(implants, 1.0))
    refresh_lists()
    url = reverse("topics:merge", args=[fixtures.pk])
    html = client.post(url, {"merged_into": implants.pk}).content.decode()
    assert "21 people are on lead lists that ask for these topics" in html
    assert "21 people have an interest tag" in html
    kept = client.post(url, {"merged_into": implants.pk, "cancel": "1"}).content.decode()
    assert f'<option value="{implants.pk}" selected>' in kept
    client.post(url, {"merged_into": implants.pk, "sure": other.pk})
    assert Topic.objects.get(pk=fixtures.pk).merged_into is None
    assert client.post(url, {"merged_into": implants.pk, "sure": implants.pk}).status_code == 302
    assert Topic.objects.get(pk=fixtures.pk).merged_into == implants
    assert client.post(url, {"undo": "1"}).status_code == 200
    assert client.post(url, {"undo": "1", "sure": implants.pk}).status_code == 302
    assert Topic.objects.get(pk=fixtures.pk).merged_into is None
    # What is about nobody is done at once.
    assert client.post(url, {"merged_into": other.pk}).status_code == 302
