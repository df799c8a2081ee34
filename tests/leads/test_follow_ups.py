"""Follow-ups: an outcome ends them, moves the stage forwards, and may plan the next step."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from leads.models import FollowUp, Stage
from leads.selectors.leads import follow_ups_of, lead_of
from leads.services.follow_ups import finish_follow_up, plan_follow_up, reopen_follow_up
from leads.services.leads import LeadRefused, assign_owner, change_stage
from leads.signals import follow_up_done
from outbox.models import AuditEntry
from people.roles import Role
from tests.factories.leads import prospect, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def consultant():
    return staff(Role.CONSULTANT)


def test_plan_follow_up_belongs_to_the_persons_owner(consultant):
    boss, person = staff(Role.MARKETING), prospect("Lin")
    assign_owner(person=person, owner=consultant, by=boss)
    row = plan_follow_up(person=person, kind="call", due_at=timezone.now(), by=boss, about="Braces")
    assert (row.owner, row.created_by, row.about) == (consultant, boss, "Braces")


def test_finish_follow_up_twice_ends_it_once_and_plans_one_next_step(consultant):
    told = []
    hear = lambda follow_up, by, **kwargs: told.append((follow_up.outcome, by))  # noqa: E731  one line says it
    follow_up_done.connect(hear)
    person, later = prospect("Lin"), timezone.now() + timedelta(days=2)
    row = plan_follow_up(person=person, kind="call", due_at=timezone.now(), by=consultant)
    for outcome in ("reached", "not_wanted"):
        finish_follow_up(
            follow_up=row,
            outcome=outcome,
            by=consultant,
            remark="Thinks it over",
            next_kind="message",
            next_due_at=later,
            next_about="Price list",
        )
    done, ahead = follow_ups_of(person)
    assert (done.outcome, done.remark, done.done_by) == ("reached", "Thinks it over", consultant)
    assert (ahead.kind, ahead.due_at, ahead.about, ahead.previous) == (
        "message", later, "Price list", done,
    )  # fmt: skip
    assert told == [("reached", consultant)]
    assert lead_of(person).stage == Stage.TALKING


def test_an_outcome_never_moves_the_stage_backwards(consultant):
    person = prospect("Lin")
    change_stage(person=person, stage="booked", by=consultant)
    row = plan_follow_up(person=person, kind="call", due_at=timezone.now(), by=consultant)
    finish_follow_up(follow_up=row, outcome="reached", by=consultant)
    assert lead_of(person).stage == Stage.BOOKED
    assert FollowUp.objects.get().done_at is not None


def reached(person, by, **fields):
    row = plan_follow_up(person=person, kind="call", due_at=timezone.now(), by=by)
    return finish_follow_up(follow_up=row, outcome="reached", by=by, **fields)


def test_an_outcome_is_taken_back_with_its_next_step_and_its_stage(consultant):
    person, later = prospect("Lin"), timezone.now() + timedelta(days=2)
    row = reached(person, consultant, remark="Said yes", next_kind="visit", next_due_at=later)
    assert lead_of(person).stage == Stage.TALKING
    reopen_follow_up(follow_up=row, by=consultant)
    (again,) = follow_ups_of(person)
    assert (again.pk, again.done_at, again.outcome, again.remark) == (row.pk, None, "", "")
    assert lead_of(person).stage == Stage.NEW
    assert reopen_follow_up(follow_up=again, by=consultant).done_at is None
    assert AuditEntry.objects.filter(action="follow_up.reopened").count() == 1


def test_taking_back_leaves_a_stage_that_was_changed_since(consultant):
    person = prospect("Lin")
    row = reached(person, consultant)
    change_stage(person=person, stage="booked", by=consultant)
    reopen_follow_up(follow_up=row, by=consultant)
    assert lead_of(person).stage == Stage.BOOKED


def test_nobody_takes_back_a_colleagues_an_old_one_or_one_that_went_on(consultant):
    other, person = staff(Role.CONSULTANT, name="other"), prospect("Lin")
    row = reached(person, consultant, next_kind="call", next_due_at=timezone.now())
    refused = [(other, timedelta()), (consultant, timedelta(days=2))]
    for user, passed in refused:
        with time_machine.travel(timezone.now() + passed), pytest.raises(LeadRefused):
            reopen_follow_up(follow_up=row, by=user)
    finish_follow_up(follow_up=row.next_step, outcome="reached", by=consultant)
    with pytest.raises(LeadRefused):
        reopen_follow_up(follow_up=row, by=consultant)
    row.refresh_from_db()
    assert row.outcome == "reached"


def test_the_persons_page_offers_to_take_back_what_one_ended_last(client, consultant):
    person = prospect("Lin")
    row = reached(person, consultant)
    url = reverse("lead-people:person", args=[person.external_id])
    client.force_login(staff(Role.MARKETING))
    assert client.get(url).context["ended"] is None
    client.force_login(consultant)
    assert client.get(url).context["ended"] == row
    act = reverse("lead-people:act", args=[person.external_id])
    assert client.post(act, {"act": "reopen", "follow_up": row.pk}).status_code == 302
    row.refresh_from_db()
    assert row.done_at is None
