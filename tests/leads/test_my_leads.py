"""The queue of a consultant: what is due first, then rank, then later; and who is not in it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.selectors.queue import queue_of
from leads.services.follow_ups import plan_follow_up
from leads.services.leads import assign_owner, change_stage
from leads.services.membership import refresh_lists
from leads.services.notes import set_wish
from outbox.models import AuditEntry
from people.roles import Role
from people.services.consent import withdraw_consent
from tests.factories.leads import heat, list_of, prospect, signal, staff, topic_named, warm
from tests.factories.tracking import yardstick

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def consultant(client):
    user = staff(Role.CONSULTANT)
    client.force_login(user)
    return user


def own(name, user, *, due_in: timedelta | None = None, **fields):
    person = prospect(name, **fields)
    assign_owner(person=person, owner=user, by=user)
    if due_in is not None:
        plan_follow_up(person=person, kind="call", due_at=NOON + due_in, by=user)
    return person


def names(user) -> list[str]:
    return [row.person.display_name for row in queue_of(user, now=NOON)]


def test_due_tasks_come_first_then_rank_then_what_is_ahead(consultant):
    implants = topic_named("Implants")
    page = yardstick(1, topics={implants.pk: 1.0})
    own("ahead", consultant, due_in=timedelta(days=3))
    cool, keen = own("cool", consultant), own("keen", consultant)
    for person, strength in ((cool, 0.4), (keen, 2.0)):
        signal(person, yardstick=page, strength=strength)
        warm(person, implants, heat=2.0)
    own("later today", consultant, due_in=timedelta(hours=3))
    own("late", consultant, due_in=timedelta(days=-2))
    list_of("Warm", heat(implants, 0.5))
    refresh_lists()
    assert names(consultant) == ["late", "later today", "keen", "cool", "ahead"]
    assert "Heat for Implants" in queue_of(consultant, now=NOON)[2].reason
    withdraw_consent(person=keen)
    assert names(consultant) == ["late", "later today", "cool", "keen", "ahead"]
    assert queue_of(consultant, now=NOON)[3].reason == ""


def test_the_resting_and_other_peoples_are_left_out_unless_a_task_is_mine(consultant):
    other = staff(Role.CONSULTANT, name="other")
    change_stage(person=own("resting", consultant), stage="not_now", by=consultant)
    own("other's", other)
    shared = prospect("no owner, my task")
    plan_follow_up(person=shared, kind="visit", due_at=NOON, by=consultant, owner=consultant)
    hidden = own("other's, my task", other)
    plan_follow_up(person=hidden, kind="visit", due_at=NOON, by=other, owner=consultant)
    assert names(consultant) == ["no owner, my task"]


def test_the_number_of_queries_does_not_grow(consultant):
    counts = []
    for number in range(3):
        own(f"person {number}", consultant, due_in=timedelta(hours=number))
        with CaptureQueriesContext(connection) as queries:
            queue_of(consultant, now=NOON)
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_the_screen_says_who_is_next_why_and_what_not_to_say(client, consultant):
    person = own("Lin", consultant, due_in=timedelta(hours=-1))
    set_wish(person=person, by=consultant, channel="wechat", do_not_call=True)
    page = client.get(reverse("my_leads")).content.decode()
    assert "Lin" in page and "By WeChat" in page and "Do not call" in page
    assert "Say nothing that was tracked" in page
    assert f"{reverse('lead-people:person', args=[person.external_id])}#next" in page
    looked = AuditEntry.objects.get(action="my_leads.viewed")
    assert looked.detail == {"people": [person.external_id]}


def test_an_empty_queue_says_what_to_do(client, consultant):
    assert "Nobody is yours yet" in client.get(reverse("my_leads")).content.decode()


def test_editors_have_no_queue(client):
    client.force_login(staff(Role.EDITOR))
    assert client.get(reverse("my_leads")).status_code != 200
