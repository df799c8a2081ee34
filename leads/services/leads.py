"""Changes stage and owner of a person; each change is logged, audited, and told to who listens.

The person's row is locked first, as a withdrawal does, so that what a rule does under a consent
and the end of that consent take turns.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.models import Lead, LeadChange, LeadField, Stage
from leads.services.actors import SYSTEM, actor_of
from leads.services.touching import touch_people
from leads.signals import lead_stage_changed
from outbox.services import record_audit
from people.models import Person, User
from people.selectors import records_of, resolve_merge

WORKS_WITH_PEOPLE = "leads.change_lead"


class LeadRefused(ValueError):
    """What cannot be done with a person; the message says why, for the one who asked."""


def change_stage(*, person: Person, stage: str, by: User | None, reason: str = "") -> Lead:
    """Set how far a person is; the same stage again changes nothing. Logged, audited, signalled.

    `by` None is the system. `reason` is staff's own words, and never what was tracked.
    """
    stage = Stage(stage).value
    with transaction.atomic():
        lead = held_lead(person=person)
        before = lead.stage
        if before == stage:
            return lead
        lead.stage = stage
        _keep(
            lead, LeadField.STAGE, before, stage, by=actor_of(by) if by else SYSTEM, reason=reason
        )
        lead_stage_changed.send(Lead, lead=lead, before=before, after=stage, by=by)
    return lead


def assign_owner(
    *,
    person: Person,
    owner: User | None,
    by: User | None,
    reason: str = "",
    rule: int | None = None,
) -> Lead:
    """Give a person to a member of staff, or to nobody; the same owner again changes nothing.

    `rule` is the key of the rule that did it, where nobody did it by hand. Raises LeadRefused for
    a login that does not work with people. Logged and audited; open follow-ups of the earlier
    owner go along.
    """
    if owner is not None and not may_own(owner):
        raise LeadRefused(_("This login does not work with people, so nobody can be given to it."))
    actor = f"rule:{rule}" if rule else actor_of(by) if by else SYSTEM
    with transaction.atomic():
        lead = held_lead(person=person)
        before, after = lead.owner_id, owner.pk if owner else None
        if before == after:
            return lead
        lead.owner = owner
        _keep(lead, LeadField.OWNER, str(before or ""), str(after or ""), by=actor, reason=reason)
        if before and owner:
            lead.person.follow_ups.filter(done_at=None, owner_id=before).update(owner=owner)
    return lead


def may_own(user: User) -> bool:
    """Whether people can be given to this login."""
    return user.is_active and user.has_perm(WORKS_WITH_PEOPLE)


def held_lead(*, person: Person) -> Lead:
    """The lead of the person that stands, locked until the transaction ends; made where there is none."""
    person = Person.objects.select_for_update().get(pk=resolve_merge(person).pk)
    lead, _made = Lead.objects.select_related("owner").get_or_create(person=person)
    return lead


def follow_merge(*, person: Person, into: Person) -> None:
    """Let the record that stands go on where the merged one was, if nobody had begun with it."""
    begun = Lead.objects.filter(person=person).first()
    if begun is None or Lead.objects.filter(person=into).exists():
        return
    lead = Lead.objects.create(person=into, stage=begun.stage, owner=begun.owner)
    for change in begun.changes.all():
        LeadChange.objects.create(
            lead=lead,
            what=change.what,
            before=change.before,
            after=change.after,
            at=change.at,
            by=change.by,
            reason=change.reason,
        )


def follow_parting(*, into: Person) -> None:
    """Drop what a merge carried over, where nobody has gone on with it since."""
    lead = Lead.objects.filter(person=into).first()
    if lead is not None and not lead.changes.filter(at__gte=lead.created_at).exists():
        lead.delete()


def forget_what_rules_did(*, person: Person) -> None:
    """Take back owners given by rule: the rule read what the person no longer lets us keep.

    A lead of which nothing else is left goes too; what staff did stays.
    """
    for lead in Lead.objects.filter(person__in=records_of(person)):
        last = lead.changes.filter(what=LeadField.OWNER).last()
        lead.changes.filter(by__startswith="rule:").delete()
        if last is not None and last.by.startswith("rule:"):
            lead.owner = None
            lead.save(update_fields=["owner"])
        if lead.stage == Stage.NEW and lead.owner is None and not lead.changes.exists():
            lead.delete()


def _keep(lead: Lead, what: str, before: str, after: str, *, by: str, reason: str) -> None:
    lead.updated_at = timezone.now()
    lead.save(update_fields=[what, "updated_at"])
    LeadChange.objects.create(
        lead=lead,
        what=what,
        before=before,
        after=after,
        at=lead.updated_at,
        by=by,
        reason=reason.strip()[:200],
    )
    record_audit(
        actor=by,
        action=f"lead.{what}_changed",
        subject=f"person:{lead.person.external_id}",
        detail={"before": before, "after": after},
    )
    touch_people(person_ids=[lead.person_id])
