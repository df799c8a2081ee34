"""The leads screens of the admin: who sees them, what they say, and what they never show."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.models import Condition, Export, LeadList
from leads.services.membership import refresh_lists
from outbox.models import AuditEntry
from outbox.services import run_due_effects
from people.roles import Role
from people.services.consent import withdraw_consent
from tests.factories.leads import heat, list_of, prospect, signal, staff, tagged, topic_named, warm
from tests.factories.tracking import yardstick

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def implants():
    return topic_named("Implants")


@pytest.fixture
def ada(implants):
    person = prospect("Ada <b>Lovelace</b>", marketing=True, email="ada@example.org")
    page = yardstick(1, topics={implants.pk: 1.0})
    signal(person, at=NOON - timedelta(days=30), yardstick=page, strength=2.0)
    warm(person, implants, heat=1.0)
    tagged(person, implants, days=5)
    return person


@pytest.fixture
def lead_list(implants, ada):
    lead_list = list_of("Warm", heat(implants, 0.5))
    refresh_lists()
    return lead_list


@pytest.fixture
def marketer(client):
    user = staff(Role.MARKETING)
    client.force_login(user)
    return user


def text_of(client, name, *args):
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_lists_show_counts_that_lead_to_their_rows(client, marketer, lead_list):
    page = text_of(client, "lead-lists:index")
    assert "Warm" in page
    assert page.count(reverse("lead-lists:members", args=[lead_list.pk])) >= 2


def test_members_come_with_reason_contactability_and_freshness(client, marketer, lead_list, ada):
    eve = prospect("Eve")
    warm(eve, Condition.objects.get().topic, heat=3.0)
    refresh_lists()
    page = text_of(client, "lead-lists:members", lead_list.pk)
    assert "Heat for Implants is 1.0 (from 0.5)" in page
    assert "Not contactable: has not agreed to messages" in page
    assert "Up to date." in page
    assert "heat for Implants is at least 0.5" in page
    assert "<b>Lovelace</b>" not in page
    assert AuditEntry.objects.filter(action="list.viewed", subject="list:warm").exists()


def test_a_single_group_is_said_once(client, marketer, implants):
    both = list_of("Both", heat(implants, 0.5), heat(implants, 0.1))
    page = " ".join(text_of(client, "lead-lists:members", both.pk).split())
    assert "meets all of these: heat for Implants is at least 0.5; heat for Implants" in page


def test_an_empty_list_says_what_to_do_first(client, marketer, implants):
    empty = list_of("Empty", heat(implants, 9.0))
    assert "being built for the first time" in text_of(client, "lead-lists:members", empty.pk)
    refresh_lists()
    page = text_of(client, "lead-lists:members", empty.pk)
    assert "Nobody is on this list yet" in page
    assert "First thing to do" in page


def test_a_list_with_a_problem_shows_it_and_keeps_its_members(client, marketer, lead_list):
    Condition.objects.update(topic=None)
    page = text_of(client, "lead-lists:members", lead_list.pk)
    assert "The topic of this condition is missing" in page
    assert "Lovelace" in page


def test_the_person_page_is_a_receipt_that_adds_up_and_each_look_is_noted(client, marketer, ada):
    page = text_of(client, "lead-people:person", ada.external_id)
    assert "ada@example.org" in page
    assert "Interest tag since" in page
    assert "2.00" in page and "1.00" in page
    looks = AuditEntry.objects.filter(action="person.viewed")
    assert looks.get().subject == f"person:{ada.external_id}"
    withdraw_consent(person=ada, method="withdrawal")
    page = text_of(client, "lead-people:person", ada.external_id)
    assert "Implants" not in page
    assert "has not agreed that interests are kept" in page


def form(conditions):
    rules = {"match": "all", "groups": [{"match": "all", "conditions": conditions}]}
    return {
        "name": "New list",
        "slug": "new-list",
        "description": "",
        "rules": json.dumps(rules),
    }


def test_a_list_is_made_with_its_conditions_and_built(client, marketer, implants, ada):
    conditions = [{"kind": "heat", "topic": implants.pk, "value": "0.5"}]
    answer = client.post(reverse("lead-lists:add"), form(conditions))
    made = LeadList.objects.get(slug="new-list")
    assert answer.url == reverse("lead-lists:members", args=[made.pk])
    assert made.changed_at is not None
    refresh_lists()
    assert made.memberships.get().person == ada


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ({"kind": "heat", "value": "1"}, "The topic of this condition is missing"),
        ({"kind": "recency"}, "Say in how many last days"),
        ({"kind": "attended", "value": "50"}, "The share of the class is a number from 0 to 1"),
        ({"kind": "source"}, "Say which source"),
    ],
)
def test_a_condition_that_lacks_something_says_so_at_its_field(client, marketer, condition, says):
    answer = client.post(reverse("lead-lists:add"), form([condition]))
    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert not LeadList.objects.exists()


def test_editing_the_rules_builds_the_list_anew(client, marketer, lead_list, implants):
    data = form([{"kind": "heat", "topic": implants.pk, "value": "5"}])
    answer = client.post(reverse("lead-lists:edit", args=[lead_list.pk]), data)
    assert answer.status_code == 302
    assert "The rules have changed" in text_of(client, "lead-lists:members", lead_list.pk)
    refresh_lists()
    assert not lead_list.memberships.exists()


ASKED = {"purpose": "Open day", "format": "csv", "columns": ["name", "email"]}


def test_an_export_is_asked_for_with_its_purpose_and_fetched(client, marketer, lead_list, ada):
    address = reverse("lead-lists:export", args=[lead_list.pk])
    assert "one person who agreed to messages" in client.get(address).content.decode()
    assert client.post(address, {**ASKED, "purpose": ""}).status_code == 200
    assert not Export.objects.exists()
    answer = client.post(address, ASKED)
    export = Export.objects.get()
    assert answer.url == reverse("lead-exports:export", args=[export.public_id])
    assert "The file is being made" in text_of(client, "lead-exports:export", export.public_id)
    run_due_effects()
    page = text_of(client, "lead-exports:export", export.public_id)
    assert "Download the file" in page
    assert "http-equiv" not in page
    file = client.get(reverse("lead-exports:file", args=[export.public_id]))
    assert b"ada@example.org" in b"".join(file.streaming_content)
    assert "Open day" in text_of(client, "lead-exports:index")


def test_anybody_elses_export_does_not_exist(client, marketer, lead_list):
    client.post(reverse("lead-lists:export", args=[lead_list.pk]), ASKED)
    run_due_effects()
    client.force_login(staff(Role.ADMINISTRATOR))
    public_id = Export.objects.get().public_id
    for name in ("lead-exports:export", "lead-exports:file"):
        assert client.get(reverse(name, args=[public_id])).status_code == 404
    assert "Open day" not in text_of(client, "lead-exports:index")


def test_an_expired_file_leads_back_to_its_receipt(client, marketer, lead_list, noon):
    client.post(reverse("lead-lists:export", args=[lead_list.pk]), ASKED)
    run_due_effects()
    noon.shift(timedelta(days=8))
    client.force_login(marketer)
    public_id = Export.objects.get().public_id
    answer = client.get(reverse("lead-exports:file", args=[public_id]))
    assert answer.url == reverse("lead-exports:export", args=[public_id])
    assert "Download the file" not in text_of(client, "lead-exports:export", public_id)


SCREENS = ["lists", "members", "person", "add", "edit", "export", "exports"]
MAY = {
    Role.MARKETING: set(SCREENS),
    Role.ADMINISTRATOR: set(SCREENS),
    Role.CONSULTANT: {"lists", "members", "person"},
    Role.CLINICIAN: set(),
    Role.EDITOR: set(),
    Role.REVIEWER: set(),
}


@pytest.mark.parametrize("role", MAY)
def test_each_role_sees_its_screens_and_no_other(client, lead_list, ada, role):
    client.force_login(staff(role))
    addresses = {
        "lists": reverse("lead-lists:index"),
        "members": reverse("lead-lists:members", args=[lead_list.pk]),
        "person": reverse("lead-people:person", args=[ada.external_id]),
        "add": reverse("lead-lists:add"),
        "edit": reverse("lead-lists:edit", args=[lead_list.pk]),
        "export": reverse("lead-lists:export", args=[lead_list.pk]),
        "exports": reverse("lead-exports:index"),
    }
    seen = {name for name, url in addresses.items() if client.get(url).status_code == 200}
    assert seen == MAY[role]
    menu = client.get(reverse("wagtailadmin_home")).content.decode()
    assert (reverse("lead-lists:index") in menu) == bool(MAY[role])


def test_nobody_sees_a_screen_without_signing_in(client, lead_list, ada):
    for url in (
        reverse("lead-lists:members", args=[lead_list.pk]),
        reverse("lead-people:person", args=[ada.external_id]),
    ):
        answer = client.get(url)
        assert answer.status_code == 302
        assert "login" in answer.url


def test_members_cost_as_many_queries_for_one_as_for_three(client, marketer, lead_list, implants):
    def queries(name, *args):
        with CaptureQueriesContext(connection) as captured:
            text_of(client, name, *args)
        return len(captured)

    pages = [("lead-lists:members", lead_list.pk), ("lead-lists:index",)]
    for page in pages:
        queries(*page)  # what is cached from the first look on
    before = [queries(*page) for page in pages]
    for name in ("Ben", "Eve"):
        warm(prospect(name), implants, heat=3.0)
        list_of(name, heat(implants, 1.0))
    refresh_lists()
    assert [queries(*page) for page in pages] == before
