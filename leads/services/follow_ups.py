"""Plans follow-ups and ends them: each is one task for one person, with an outcome and a next step."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.models import FollowUp, FollowUpKind, Lead, LeadField, Outcome, Stage
from leads.services.actors import actor_of
from leads.services.leads import LeadRefused, change_stage, held_lead, may_own
from leads.services.touching import touch_people
from leads.signals import follow_up_done
from outbox.services import record_audit
from people.models import Person, User

TAKEN_BACK_WITHIN = timedelta(days=1)
# What an outcome says about the stage, and from which stages it moves there.
STAGE_AFTER = {
    Outcome.REACHED: (Stage.TALKING, {Stage.NEW, Stage.CONTACTED, Stage.NOT_NOW}),
    Outcome.LEFT_WORD: (Stage.CONTACTED, {Stage.NEW}),
    Outcome.BOOKED: (Stage.BOOKED, {*Stage} - {Stage.BOOKED}),
    Outcome.CAME: (Stage.CAME, {*Stage} - {Stage.CAME}),
    Outcome.NOT_WANTED: (Stage.NOT_NOW, {*Stage} - {Stage.CLOSED, Stage.NOT_NOW}),
}


def plan_follow_up(
    *,
    person: Person,
    kind: str,
    due_at: datetime,
    by: User | None,
    about: str = "",
    owner: User | None = None,
    previous: FollowUp | None = None,
) -> FollowUp:
    """Plan a task for a person; its owner is the one named, else the person's, else who plans it.

    Raises LeadRefused for an owner who does not work with people. Audited.
    """
    if owner is not None and not may_own(owner):
        raise LeadRefused(_("This login does not work with people, so nobody can be given to it."))
    with transaction.atomic():
        lead = held_lead(person=person)
        row = FollowUp.objects.create(
            person=lead.person,
            kind=FollowUpKind(kind).value,
            about=about.strip()[:200],
            due_at=due_at,
            owner=owner or lead.owner or by,
            previous=previous,
            created_by=by,
        )
        _note("follow_up.planned", row, by, {"kind": row.kind})
    return row


def finish_follow_up(
    *,
    follow_up: FollowUp,
    outcome: str,
    by: User,
    remark: str = "",
    next_kind: str = "",
    next_due_at: datetime | None = None,
    next_about: str = "",
) -> FollowUp:
    """End a task with its outcome, and plan the next step where a moment for it is given.

    The stage follows the outcome forwards: who was reached is in conversation. A task that is done
    stays as it is, and its next step is not planned twice. Audited and signalled.
    """
    outcome = Outcome(outcome)
    with transaction.atomic():
        held_lead(person=follow_up.person)
        row = (
            FollowUp.objects.select_for_update(of=("self",))
            .select_related("person", "owner")
            .get(pk=follow_up.pk)
        )
        if row.done_at is not None:
            return row
        row.done_at, row.done_by = timezone.now(), by
        row.outcome, row.remark = outcome.value, remark.strip()[:500]
        row.save(update_fields=["done_at", "done_by", "outcome", "remark"])
        _note("follow_up.done", row, by, {"kind": row.kind, "outcome": row.outcome})
        _move_stage(row, outcome, by)
        if next_due_at is not None:
            plan_follow_up(
                person=row.person,
                kind=next_kind or row.kind,
                due_at=next_due_at,
                about=next_about,
                owner=row.owner if row.owner and may_own(row.owner) else None,
                by=by,
                previous=row,
            )
        follow_up_done.send(FollowUp, follow_up=row, by=by)
    return row


def reopen_follow_up(*, follow_up: FollowUp, by: User) -> FollowUp:
    """Take back that a task was ended: it is open again, the step after it goes, the stage goes back.

    An open task stays as it is. Raises LeadRefused for a colleague's, for one of another day, and
    where the step after it is done already. A stage that was changed since stays. Audited.
    """
    with transaction.atomic():
        lead = held_lead(person=follow_up.person)
        row = FollowUp.objects.select_for_update().get(pk=follow_up.pk)
        if row.done_at is None:
            return row
        if row.done_by_id != by.pk or row.done_at < timezone.now() - TAKEN_BACK_WITHIN:
            raise LeadRefused(_("Only who noted it can take it back, and within a day."))
        after = FollowUp.objects.select_for_update().filter(previous=row).first()
        if after is not None and after.done_at is not None:
            raise LeadRefused(_("The step after it is done already, so it stays as it is."))
        if after is not None:
            after.delete()
        _move_stage_back(lead, row, by)
        row.done_at, row.done_by, row.outcome, row.remark = None, None, "", ""
        row.save(update_fields=["done_at", "done_by", "outcome", "remark"])
        _note("follow_up.reopened", row, by, {"kind": row.kind})
    return row


def _move_stage_back(lead: Lead, row: FollowUp, by: User) -> None:
    """Undo what the outcome did to the stage, unless somebody changed it since."""
    stage, _movable = STAGE_AFTER.get(Outcome(row.outcome), (None, set()))
    last = lead.changes.filter(what=LeadField.STAGE, at__gte=row.done_at).last()
    if last is not None and (last.after, last.by) == (stage, actor_of(by)):
        change_stage(person=lead.person, stage=last.before, by=by)


def _move_stage(row: FollowUp, outcome: Outcome, by: User) -> None:
    stage, movable = STAGE_AFTER.get(outcome, (None, set()))
    if stage is not None and held_lead(person=row.person).stage in movable:
        change_stage(person=row.person, stage=stage, by=by)


def _note(action: str, row: FollowUp, by: User | None, detail: dict) -> None:
    record_audit(
        actor=actor_of(by) if by else "system",
        action=action,
        subject=f"person:{row.person.external_id}",
        detail=detail,
    )
    touch_people(person_ids=[row.person_id])
