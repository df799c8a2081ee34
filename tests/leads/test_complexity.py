"""Numbers of queries that do not grow: of a rebuild, the live count and a person's page."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.models import ConditionKind, DueLook, Membership, MembershipLog
from leads.services import membership
from leads.services.membership import rebuild_list, refresh_lists
from leads.services.notes import add_note
from leads.services.rebuild import check_lists
from leads.services.touching import touch_people
from people.models import Person
from people.roles import Role
from tests.factories.leads import (
    attended,
    class_about,
    exported,
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


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def implants():
    return topic_named("Implants")


def queries_of(work, *arguments):
    with CaptureQueriesContext(connection) as captured:
        work(*arguments)
    return len(captured)


def five_conditions(implants):
    return [
        ("all", heat(implants, 0.5), {"kind": ConditionKind.CONSENT}, tag(implants)),
        ("any", {"kind": ConditionKind.LANGUAGE, "text": "en"}, heat(implants, 2.0)),
        ("none", {"kind": ConditionKind.EXPORTED, "days": 30}),
    ]


def make_members(implants, number):
    for _one in range(number):
        person = prospect("x", marketing=True, language="en")
        warm(person, implants, heat=1.0)
        tagged(person, implants, days=5)


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="in chunks of people on SQLite")
def test_a_rebuild_costs_as_many_queries_whatever_the_size(implants, monkeypatch):
    monkeypatch.setattr(membership, "CHUNK", 2)
    lead_list = grouped_list("five", *five_conditions(implants))
    counts = {}
    for number in (1, 3, 9):
        make_members(implants, number)
        filled = queries_of(rebuild_list, lead_list)
        counts[number] = filled, queries_of(rebuild_list, lead_list)
    assert Membership.objects.count() == MembershipLog.objects.count() == 13
    assert counts[1] == counts[3] == counts[9]
    assert check_lists().differences == []


def test_a_chunk_of_a_rebuild_costs_as_many_queries_for_one_as_for_nine(implants):
    lead_list = grouped_list("five", *five_conditions(implants))
    counts = []
    for number in (1, 9):
        make_members(implants, number)
        counts.append((queries_of(rebuild_list, lead_list), queries_of(rebuild_list, lead_list)))
    assert counts[0] == counts[1]


def test_what_is_rebuilt_where_nothing_differs_is_not_written(implants):
    lead_list = grouped_list("five", *five_conditions(implants))
    make_members(implants, 3)
    late = prospect("Eve", marketing=True, language="en")
    warm(late, implants, heat=1.0)
    tagged(late, implants, days=5)
    exported(late)
    assert rebuild_list(lead_list) == 3
    assert DueLook.objects.get().person == late
    before = list(Membership.objects.order_by("pk").values())
    assert rebuild_list(lead_list) == 0
    assert list(Membership.objects.order_by("pk").values()) == before
    assert check_lists().differences == []


def test_counting_five_conditions_costs_as_many_queries_for_one_as_for_nine(client, implants):
    client.force_login(staff(Role.MARKETING))
    rules = [
        {"match": match, "conditions": [_sent(one) for one in conditions]}
        for match, *conditions in five_conditions(implants)
    ]
    told = {"rules": json.dumps({"match": "all", "groups": rules})}

    def count():
        answer = client.post(reverse("lead-lists:count"), told)
        assert answer.status_code == 200 and "For example" in answer.json()["html"]

    make_members(implants, 3)
    count()
    before = queries_of(count)
    make_members(implants, 9)
    assert queries_of(count) == before


def test_lists_that_ask_the_same_cost_as_many_queries_for_two_as_for_eight(implants):
    def one_more(number):
        grouped_list(f"list {number}", *five_conditions(implants))

    def look():
        touch_people(person_ids=[one.pk for one in people])
        return queries_of(refresh_lists)

    make_members(implants, 4)
    people = list(Person.objects.all())
    for number in range(2):
        one_more(number)
    refresh_lists()
    two = look()
    for number in range(2, 8):
        one_more(number)
    refresh_lists()
    assert Membership.objects.count() == 8 * 4
    assert look() == two


def _sent(fields):
    return {name: getattr(value, "pk", value) for name, value in fields.items()}


def test_a_persons_page_costs_as_many_queries_for_one_row_of_each_kind_as_for_four(client):
    user = staff(Role.MARKETING)
    client.force_login(user)
    person = prospect("Ada", marketing=True, email="ada@example.org")
    page = reverse("lead-people:person", args=[person.external_id])

    def one_more(number):
        topic = topic_named(f"Topic {number}")
        piece = yardstick(number + 1, topics={topic.pk: 1.0})
        at = NOON - timedelta(days=number)
        signal(person, at=at, yardstick=piece, key=f"page:{number + 1}")
        warm(person, topic, heat=2.0)
        tagged(person, topic, days=5)
        list_of(f"List {number}", heat(topic, 1.0))
        attended(person, class_about(f"Class {number}", topic), at=at)
        add_note(person=person, text=f"Note {number}", by=user)
        exported(person, at=at)
        refresh_lists()

    def look():
        assert client.get(page).status_code == 200

    one_more(1)
    look()
    before = queries_of(look)
    for number in (2, 3, 4):
        one_more(number)
    assert queries_of(look) == before
