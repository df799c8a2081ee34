"""Stage and owner of a person: what is logged and told, and what merges and withdrawals do to it."""

import pytest

from leads.models import Lead, LeadChange, Stage, TouchedPerson
from leads.selectors.leads import lead_of
from leads.services.leads import LeadRefused, assign_owner, change_stage
from leads.signals import lead_stage_changed
from outbox.models import AuditEntry
from people.roles import Role
from people.services.consent import withdraw_consent
from people.services.merging import merge_people, undo_merge
from tests.factories.leads import prospect, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def consultant():
    return staff(Role.CONSULTANT)


@pytest.fixture
def heard():
    told = []

    def hear(lead, before, after, by, **kwargs):
        told.append((lead.person_id, before, after, by))

    lead_stage_changed.connect(hear)
    yield told
    lead_stage_changed.disconnect(hear)


def test_nobody_has_begun_reads_as_new_and_nobodys():
    lead = lead_of(prospect("Lin"))
    assert (lead.pk, lead.stage, lead.owner) == (None, Stage.NEW, None)


def test_change_stage_is_logged_audited_told_once_and_looked_at_again(consultant, heard):
    person = prospect("Lin")
    TouchedPerson.objects.all().delete()
    for _again in range(2):
        change_stage(person=person, stage="talking", by=consultant, reason="She called back")
    assert lead_of(person).stage == Stage.TALKING
    change = LeadChange.objects.get()
    assert (change.what, change.before, change.after, change.by, change.reason) == (
        "stage", "new", "talking", f"user:{consultant.pk}", "She called back",
    )  # fmt: skip
    assert heard == [(person.pk, "new", "talking", consultant)]
    entry = AuditEntry.objects.get(action="lead.stage_changed")
    assert entry.detail == {"before": "new", "after": "talking"}
    assert TouchedPerson.objects.filter(person=person).count() == 1


def test_change_stage_refuses_a_word_that_is_no_stage(consultant):
    with pytest.raises(ValueError, match="warm"):
        change_stage(person=prospect("Lin"), stage="warm", by=consultant)
    assert not Lead.objects.exists()


def test_assign_owner_hands_over_open_follow_ups(consultant):
    other = staff(Role.CONSULTANT, name="other")
    person = prospect("Lin")
    assign_owner(person=person, owner=consultant, by=consultant)
    task = person.follow_ups.create(kind="call", due_at=person.created_at, owner=consultant)
    assign_owner(person=person, owner=other, by=consultant)
    task.refresh_from_db()
    assert (lead_of(person).owner, task.owner) == (other, other)
    assert list(LeadChange.objects.values_list("before", "after")) == [
        ("", str(consultant.pk)),
        (str(consultant.pk), str(other.pk)),
    ]


def test_assign_owner_refuses_a_login_that_does_not_work_with_people(consultant):
    with pytest.raises(LeadRefused):
        assign_owner(person=prospect("Lin"), owner=staff(Role.EDITOR), by=consultant)


def test_withdrawal_takes_back_what_a_rule_did_and_keeps_what_staff_did(consultant):
    by_rule, by_hand = prospect("Lin"), prospect("Mo")
    assign_owner(person=by_rule, owner=consultant, by=None, rule=7)
    assign_owner(person=by_hand, owner=consultant, by=consultant, reason="Asked for her")
    for person in (by_rule, by_hand):
        withdraw_consent(person=person)
    assert not Lead.objects.filter(person=by_rule).exists()
    assert lead_of(by_hand).owner == consultant
    assert list(LeadChange.objects.values_list("reason", flat=True)) == ["Asked for her"]


def test_a_merge_carries_on_where_somebody_had_begun_and_parting_takes_that_back(consultant):
    boss = staff(Role.ADMINISTRATOR)
    person, into = prospect("Lin"), prospect("Lin L.")
    change_stage(person=person, stage="booked", by=consultant)
    merge_people(person=person, into=into, by=boss)
    assert lead_of(into).stage == lead_of(person).stage == Stage.BOOKED
    undo_merge(person=person, by=boss)
    for one in (person, into):
        one.refresh_from_db()
    assert (lead_of(person).stage, lead_of(into).stage) == (Stage.BOOKED, Stage.NEW)
