"""Gives people to owners, many at once or as they arrive on a list; each change can be taken back."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from leads.at_once import AT_ONCE
from leads.models import Arrival, AssignmentRule, BulkChange, BulkRow, BulkState, LeadList
from leads.selectors.assignment import assignments, unowned_members
from leads.selectors.consent import may_be_listed
from leads.selectors.visibility import visible_to
from leads.services.actors import actor_of
from leads.services.leads import assign_owner, held_lead, may_own
from outbox.services import record_audit
from people.models import Branch, Person, User

CHUNK = 100


def note_arrivals(*, person_ids: Iterable[int]) -> None:
    """Spool people who came on a list, where any rule is in force; doubles do no harm."""
    rows = [Arrival(person_id=person_id) for person_id in person_ids]
    if rows and AssignmentRule.objects.filter(enabled=True).exists():
        Arrival.objects.bulk_create(rows, batch_size=500)


def assign_arrivals() -> int:
    """Ask the rules about who arrived and has no owner; returns how many were given to somebody.

    Consent is asked again, under each person's lock.
    """
    count = 0
    while spool := dict(Arrival.objects.order_by("pk").values_list("pk", "person_id")[:CHUNK]):
        with transaction.atomic():
            people = unowned_members(person_ids=set(spool.values()))
            for given in assignments(people, now=timezone.now()):
                count += _give(given.person, given.owner, before=None, rule=given.rule, by=None)
            Arrival.objects.filter(pk__in=list(spool)).delete()
    return count


def hand_over(
    *,
    by: User,
    from_owner: User | None,
    to_owner: User | None,
    lead_list: LeadList | None = None,
    branch: Branch | None = None,
) -> BulkChange | None:
    """Give everybody of an owner (None: nobody's) to another, or where `to_owner` is None by the rules.

    Up to twenty people are given at once; more wait for confirm_change. None where it is about
    nobody. Whom the user may not see is left out.
    """
    people = _people_of(from_owner, by_rule=to_owner is None).filter(visible_to(by))
    if lead_list is not None:
        people = people.filter(memberships__lead_list=lead_list)
    if branch is not None:
        people = people.filter(branch=branch)
    people = people.order_by("pk")
    rows: list[tuple[Person, User, AssignmentRule | None]]
    if to_owner is None:
        found = assignments(people, now=timezone.now())
        rows = [(one.person, one.owner, one.rule) for one in found if one.owner != from_owner]
    else:
        rows = [(person, to_owner, None) for person in people if to_owner != from_owner]
    if not rows:
        return None
    with transaction.atomic():
        change = BulkChange.objects.create(by=by)
        BulkRow.objects.bulk_create(
            BulkRow(change=change, person=person, before=from_owner, after=owner, rule=rule)
            for person, owner, rule in rows
        )
        _note("bulk.proposed", change, by)
    return change if len(rows) > AT_ONCE else confirm_change(change=change, by=by)


def confirm_change(*, change: BulkChange, by: User) -> BulkChange:
    """Do what waits; whose owner changed meanwhile stays with them. Twice changes nothing."""
    with transaction.atomic():
        change = BulkChange.objects.select_for_update().get(pk=change.pk)
        if change.state != BulkState.WAITING:
            return change
        for row in _rows(change):
            lead = held_lead(person=row.person)
            if lead.owner_id == row.before_id and row.after and may_own(row.after):
                row.applied = bool(
                    _give(row.person, row.after, before=row.before, rule=row.rule, by=by)
                )
                row.save(update_fields=["applied"])
        return _decide(change, BulkState.DONE, by)


def cancel_change(*, change: BulkChange, by: User) -> BulkChange:
    """Leave what waits undone; twice changes nothing."""
    with transaction.atomic():
        change = BulkChange.objects.select_for_update().get(pk=change.pk)
        if change.state != BulkState.WAITING:
            return change
        return _decide(change, BulkState.CANCELLED, by)


def undo_change(*, change: BulkChange, by: User) -> int:
    """Take a change back; who was given on since stays there. Returns how many went back."""
    with transaction.atomic():
        change = BulkChange.objects.select_for_update().get(pk=change.pk)
        if change.state != BulkState.DONE:
            return 0
        count = 0
        for row in _rows(change).filter(applied=True):
            lead = held_lead(person=row.person)
            back_to = row.before if row.before and may_own(row.before) else None
            if lead.owner_id == row.after_id:
                assign_owner(person=row.person, owner=back_to, by=by)
                count += 1
        _decide(change, BulkState.UNDONE, by)
    return count


def forget_rows(*, person: Person) -> None:
    """Delete what rules proposed for somebody: they read what may no longer be kept."""
    BulkRow.objects.filter(person=person, rule__isnull=False).delete()
    Arrival.objects.filter(person=person).delete()


def _give(
    person: Person,
    owner: User,
    *,
    before: User | None,
    rule: AssignmentRule | None,
    by: User | None,
) -> int:
    lead = held_lead(person=person)
    if rule is not None and not _people_of(before, by_rule=True).filter(pk=person.pk).exists():
        if lead.owner_id is None and not lead.changes.exists():
            lead.delete()
        return 0
    assign_owner(person=person, owner=owner, by=by, rule=rule.pk if rule else None)
    return 1


def _people_of(owner: User | None, *, by_rule: bool) -> QuerySet[Person]:
    """Whose owner that is; as rules read what was tracked, they are asked only about who agreed."""
    if owner is None:
        return unowned_members()
    people = may_be_listed() if by_rule else Person.objects.filter(merged_into=None)
    return people.filter(lead__owner=owner)


def _rows(change: BulkChange) -> QuerySet[BulkRow]:
    return change.rows.select_related("person", "before", "after", "rule").order_by("person_id")


def _decide(change: BulkChange, state: str, by: User) -> BulkChange:
    change.state, change.decided_at = state, timezone.now()
    change.save(update_fields=["state", "decided_at"])
    _note(f"bulk.{state}", change, by)
    return change


def _note(action: str, change: BulkChange, by: User) -> None:
    record_audit(
        actor=actor_of(by),
        action=action,
        subject=f"bulk:{change.pk}",
        detail={"people": change.rows.count()},
    )
