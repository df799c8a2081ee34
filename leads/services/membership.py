"""Keeps membership in step with facts: by change, by time, and by building a list anew.

A person is never looked at alone: chunks of persons are evaluated by a constant number of queries
a list. The row of the list is locked for each chunk, so two workers take turns.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from leads.conditions import Moment, Scope
from leads.models import LeadList, Membership, MembershipLog, TouchedPerson
from leads.selectors.evaluation import (
    Evaluation,
    candidates,
    conditions_of,
    evaluated,
    moment_now,
    problems_of,
)
from leads.services.touching import touch_people
from people.models import Person, Purpose
from people.selectors import has_consent

CHUNK = 1000  # persons a transaction; keeps each under 200 ms on SQLite
TOUCHED_CHUNK = 500
WRITE_BATCH = 500


def refresh_lists() -> int:
    """Bring every list up to date: marked ones anew, then touched persons, then what is due.

    Returns how many memberships began, ended or got another reason. With nothing to do it costs
    three queries; a second call changes nothing.
    """
    changed = 0
    for lead_list in LeadList.objects.filter(changed_at__isnull=False).order_by("pk"):
        changed += rebuild_list(lead_list)
    return changed + refresh_touched() + refresh_due()


def refresh_touched() -> int:
    """Re-evaluate the persons in the spool on every list, and empty it; returns the changes."""
    changed = 0
    while True:
        with transaction.atomic():
            # Locks come in the order of list ids everywhere, before the spool is read.
            lists = list(LeadList.objects.select_for_update().order_by("pk"))
            spool = dict(
                TouchedPerson.objects.order_by("pk").values_list("pk", "person_id")[:TOUCHED_CHUNK]
            )
            if not spool:
                return changed
            moment = moment_now()
            scope = Scope(ids=tuple(sorted(set(spool.values()))))
            for lead_list in lists:
                changed += _bring_up_to_date(lead_list, moment, scope)
            TouchedPerson.objects.filter(pk__in=list(spool)).delete()
            LeadList.objects.filter(changed_at__isnull=True).update(evaluated_at=moment.at)


def refresh_due() -> int:
    """Re-evaluate members whose reason ends by time alone by now; returns the changes."""
    now = timezone.now()
    changed = 0
    for list_id in _lists_with_due_members(now):
        after = 0
        while True:
            with transaction.atomic():
                lead_list = LeadList.objects.select_for_update().filter(pk=list_id).first()
                due = Membership.objects.filter(
                    lead_list_id=list_id, due_at__lte=now, person_id__gt=after
                ).order_by("person_id")
                ids = tuple(due.values_list("person_id", flat=True)[:TOUCHED_CHUNK])
                if lead_list is None or not ids:
                    break
                # Ids only grow, so a membership that is still due cannot hold the loop up.
                after = ids[-1]
                moment = moment_now()
                changed += _bring_up_to_date(lead_list, moment, Scope(ids=ids))
                LeadList.objects.filter(pk=list_id, changed_at__isnull=True).update(
                    evaluated_at=moment.at
                )
    return changed


def _lists_with_due_members(now: datetime) -> list[int]:
    due = Membership.objects.filter(due_at__lte=now)
    return sorted(set(due.values_list("lead_list_id", flat=True)))


def rebuild_list(lead_list: LeadList) -> int:
    """Evaluate everybody for one list anew, in chunks; returns how many memberships changed.

    A list with a problem (a missing topic, no condition) keeps its members as they are and is
    shown with the problem; its state counts as looked at.
    """
    started = timezone.now()
    marked_at = LeadList.objects.values_list("changed_at", flat=True).get(pk=lead_list.pk)
    conditions = conditions_of(lead_list)
    changed = 0
    if not problems_of(conditions):
        moment = moment_now(started)
        matched = candidates(lead_list, conditions, moment).order_by("pk")
        members = Membership.objects.filter(lead_list=lead_list)
        people = set(matched.values_list("pk", flat=True))
        people.update(members.values_list("person_id", flat=True))
        for first, last in _ranges(sorted(people)):
            with transaction.atomic():
                locked = LeadList.objects.select_for_update().filter(pk=lead_list.pk).first()
                if locked is None:
                    return changed
                changed += _bring_up_to_date(locked, moment_now(), Scope(first=first, last=last))
    # A change made meanwhile has marked the list again, and then it stays marked. A worker that
    # dies before this line leaves the mark, so the list is built again.
    LeadList.objects.filter(pk=lead_list.pk, changed_at=marked_at).update(changed_at=None)
    LeadList.objects.filter(pk=lead_list.pk).update(evaluated_at=started)
    return changed


def _ranges(ids: list[int]) -> Iterator[tuple[int, int]]:
    """First and last id of each chunk of sorted ids."""
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        yield chunk[0], chunk[-1]


def _bring_up_to_date(lead_list: LeadList, moment: Moment, scope: Scope) -> int:
    """Write the difference between what holds and what should, for the persons of the scope."""
    conditions = conditions_of(lead_list)
    if problems_of(conditions):
        return 0
    found = evaluated(lead_list, conditions, moment, scope)
    held = {
        membership.person_id: membership
        for membership in Membership.objects.filter(lead_list=lead_list, **scope.on("person_id"))
    }
    entering = [person_id for person_id in found.members if person_id not in held]
    leaving = [person_id for person_id in held if person_id not in found.members]
    changing = []
    for person_id, outcome in found.members.items():
        membership = held.get(person_id)
        if membership is not None and (
            (membership.reason, membership.due_at) != (outcome.reason, outcome.due_at)
        ):
            membership.reason, membership.due_at = outcome.reason, outcome.due_at
            changing.append(membership)
    _enter(lead_list, found, entering, moment)
    _leave(lead_list, found, leaving, moment)
    Membership.objects.bulk_update(changing, ["reason", "due_at"], batch_size=WRITE_BATCH)
    return len(entering) + len(leaving) + len(changing)


def _enter(lead_list: LeadList, found: Evaluation, person_ids: list[int], moment: Moment) -> None:
    rows, log = [], []
    for person_id in person_ids:
        reason, due_at = found.members[person_id]
        rows.append(
            Membership(
                lead_list=lead_list,
                person_id=person_id,
                entered_at=moment.at,
                reason=reason,
                due_at=due_at,
            )
        )
        log.append(
            MembershipLog(
                lead_list=lead_list, person_id=person_id, entered=True, at=moment.at, reason=reason
            )
        )
    Membership.objects.bulk_create(rows, batch_size=WRITE_BATCH)
    MembershipLog.objects.bulk_create(log, batch_size=WRITE_BATCH)


def _leave(lead_list: LeadList, found: Evaluation, person_ids: list[int], moment: Moment) -> None:
    if not person_ids:
        return
    without_consent = [person_id for person_id in person_ids if person_id not in found.unmet]
    MembershipLog.objects.filter(
        lead_list=lead_list, person_id__in=without_consent, person__merged_into__isnull=True
    ).delete()
    log = [
        MembershipLog(
            lead_list=lead_list,
            person_id=person_id,
            entered=False,
            at=moment.at,
            reason=[{"kind": "unmet", "conditions": found.unmet[person_id]}],
        )
        for person_id in person_ids
        if person_id in found.unmet
    ]
    merged = Person.objects.filter(pk__in=without_consent, merged_into__isnull=False)
    log += [
        MembershipLog(
            lead_list=lead_list,
            person=person,
            entered=False,
            at=moment.at,
            reason=[{"kind": "merged"}],
        )
        for person in merged
    ]
    Membership.objects.filter(lead_list=lead_list, person_id__in=person_ids).delete()
    MembershipLog.objects.bulk_create(log, batch_size=WRITE_BATCH)


def forget_people(*, person_ids: Iterable[int]) -> None:
    """Delete memberships and their log at once: profiling consent is gone, so is what it made."""
    ids = list(person_ids)
    Membership.objects.filter(person_id__in=ids).delete()
    MembershipLog.objects.filter(person_id__in=ids).delete()
    TouchedPerson.objects.filter(person_id__in=ids).delete()


def follow_people(*, people: Iterable[Person]) -> None:
    """Look again at people whose records were merged or parted; forget who may not be listed now."""
    people = list(people)
    forget_people(
        person_ids=[
            one.pk for one in people if not has_consent(person=one, purpose=Purpose.PROFILING)
        ]
    )
    touch_people(person_ids=[one.pk for one in people])
