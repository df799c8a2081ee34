"""Keeps membership in step with facts: by change, by time, and by building a list anew.

A person is never looked at alone: chunks of persons are evaluated by a constant number of queries
a list, and where PostgreSQL can put the rules together everybody at once (leads.services.at_once).
The row of the list is locked for each chunk, so two workers take turns.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from leads.conditions import Moment, Scope
from leads.conditions.windows import new_year
from leads.list_rules import ListRules, rules_by_list, rules_of
from leads.models import DueLook, LeadList, Membership, MembershipLog, TouchedPerson
from leads.selectors.evaluation import (
    Evaluation,
    Glance,
    candidates,
    evaluated,
    moment_now,
    problems_of,
    same_outcome,
)
from leads.services.assignment import assign_arrivals
from leads.services.at_once import bring_everybody_up_to_date
from leads.services.coming_and_going import (
    WRITE_BATCH,
    Comers,
    enter,
    leave,
    tell_other_lists,
)
from leads.services.touching import touch_people
from leads.services.webhook_news import tell_withdrawn
from people.models import Person, Purpose
from people.selectors import has_consent

CHUNK = 1000  # persons a transaction; keeps each under 200 ms on SQLite
TOUCHED_CHUNK = 500


def refresh_lists() -> int:
    """Bring every list up to date: marked ones anew, then touched persons, then what is due.

    Lists that were last looked at in another year are built anew as well, as ages are counted in
    years. Who came on a list and has no owner is then given away by the assignment rules. Returns
    how many memberships began, ended or got another reason. With nothing to do it costs a handful
    of queries; a second call changes nothing.
    """
    stale = Q(changed_at__isnull=False) | Q(evaluated_at__lt=new_year(timezone.now()))
    changed = 0
    for lead_list in LeadList.objects.filter(stale).order_by("pk"):
        changed += rebuild_list(lead_list)
    changed += refresh_touched()
    due = refresh_due()
    # Who came or went by time alone may be asked for by other lists.
    changed += due + (refresh_touched() if due else 0)
    assign_arrivals()
    return changed


def _note_evaluated(at: datetime, **where: object) -> None:
    """Say when lists were looked at; one last looked at in another year is still to be built."""
    lists = LeadList.objects.filter(changed_at__isnull=True, evaluated_at__gte=new_year(at))
    lists.filter(**where).update(evaluated_at=at)


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
            glance = Glance(moment, Scope(ids=tuple(sorted(set(spool.values())))))
            changed += _bring_up_to_date(lists, glance)
            TouchedPerson.objects.filter(pk__in=list(spool)).delete()
            _note_evaluated(moment.at)


def refresh_due() -> int:
    """Re-evaluate whom time alone may bring or take by now; returns the changes."""
    now = timezone.now()
    changed = 0
    for list_id in _lists_with_due_people(now):
        after = 0
        while True:
            with transaction.atomic():
                lead_list = LeadList.objects.select_for_update().filter(pk=list_id).first()
                ids = _due_people(list_id, now=now, after=after)
                if lead_list is None or not ids:
                    break
                # Ids only grow, so a person who is still due cannot hold the loop up.
                after = ids[-1]
                moment = moment_now()
                changed += _bring_up_to_date([lead_list], Glance(moment, Scope(ids=ids)))
                _note_evaluated(moment.at, pk=list_id)
    return changed


def _lists_with_due_people(now: datetime) -> list[int]:
    found: set[int] = set()
    for model in (Membership, DueLook):
        due = model._default_manager.filter(due_at__lte=now)
        found.update(due.values_list("lead_list_id", flat=True).distinct())
    return sorted(found)


def _due_people(list_id: int, *, now: datetime, after: int) -> tuple[int, ...]:
    found: set[int] = set()
    for model in (Membership, DueLook):
        due = model._default_manager.filter(
            lead_list_id=list_id, due_at__lte=now, person_id__gt=after
        )
        rows = due.order_by("person_id").values_list("person_id", flat=True)
        found.update(rows[:TOUCHED_CHUNK])
    return tuple(sorted(found)[:TOUCHED_CHUNK])


def rebuild_list(lead_list: LeadList) -> int:
    """Evaluate everybody for one list anew; returns how many memberships changed.

    PostgreSQL does it at once, by a constant number of statements; SQLite, and a condition that only
    Python reads, goes in chunks of people. A list with a problem (a missing topic, no condition)
    keeps its members as they are and is shown with the problem; its state counts as looked at.
    """
    started = timezone.now()
    marked_at = LeadList.objects.values_list("changed_at", flat=True).get(pk=lead_list.pk)
    rules = rules_of(lead_list)
    changed = 0
    if not problems_of(rules.conditions):
        at_once = _rebuild_at_once(lead_list)
        if at_once is None:
            changed = _rebuild_in_chunks(lead_list, rules, moment_now(started))
        else:
            changed = at_once
    # A change made meanwhile has marked the list again, and then it stays marked. A worker that
    # dies before this line leaves the mark, so the list is built again.
    LeadList.objects.filter(pk=lead_list.pk, changed_at=marked_at).update(changed_at=None)
    LeadList.objects.filter(pk=lead_list.pk).update(evaluated_at=started)
    return changed


def _rebuild_at_once(lead_list: LeadList) -> int | None:
    """By set difference in the database; None where that cannot be."""
    with transaction.atomic():
        locked = LeadList.objects.select_for_update().filter(pk=lead_list.pk).first()
        if locked is None:
            return 0
        rules = rules_of(locked)
        if problems_of(rules.conditions):
            return 0
        return bring_everybody_up_to_date(locked, rules, moment_now())


def _rebuild_in_chunks(lead_list: LeadList, rules: ListRules, moment: Moment) -> int:
    """By chunks of people, each in a transaction of its own."""
    matched = candidates(rules, moment, in_time=True).order_by("pk")
    people = set(matched.values_list("pk", flat=True))
    for model in (Membership, DueLook):
        held = model._default_manager.filter(lead_list=lead_list)
        people.update(held.values_list("person_id", flat=True))
    changed = 0
    for first, last in _ranges(sorted(people)):
        with transaction.atomic():
            locked = LeadList.objects.select_for_update().filter(pk=lead_list.pk).first()
            if locked is None:
                return changed
            glance = Glance(moment_now(), Scope(first=first, last=last))
            changed += _bring_up_to_date([locked], glance)
    return changed


def _ranges(ids: list[int]) -> Iterator[tuple[int, int]]:
    """First and last id of each chunk of sorted ids."""
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        yield chunk[0], chunk[-1]


class _Kept(NamedTuple):
    """What is written of some people about one list: who is on it, and when others could enter."""

    members: dict[int, Membership]
    looks: dict[int, datetime]


def _kept(lead_lists: Iterable[LeadList], scope: Scope) -> dict[int, _Kept]:
    """By the id of the list: 2 queries for any number of lists."""
    found = {one.pk: _Kept({}, {}) for one in lead_lists}
    where = {"lead_list__in": found, **scope.on("person_id")}
    for member in Membership.objects.filter(**where):
        found[member.lead_list_id].members[member.person_id] = member
    looks = DueLook.objects.filter(**where).values_list("lead_list_id", "person_id", "due_at")
    for list_id, person_id, due_at in looks:
        found[list_id].looks[person_id] = due_at
    return found


def _bring_up_to_date(lead_lists: list[LeadList], glance: Glance) -> int:
    """Write the difference between what holds and what should, for these people; lists are locked.

    What lists ask is read once, and what comes of it written together, so a list more costs what
    nobody else asks. Those that ask for other lists come one by one when these are written.
    """
    rules = rules_by_list(lead_lists)
    kept = _kept(lead_lists, glance.scope)
    sound = [one for one in lead_lists if not problems_of(rules[one.pk].conditions)]
    first = [one for one in sound if not rules[one.pk].asks_for_lists]
    then = [one for one in sound if rules[one.pk].asks_for_lists]
    changed = 0
    for some in (first, *([one] for one in then)):
        looked = [(one, evaluated(rules[one.pk], glance), kept[one.pk]) for one in some]
        changed += _write_differences(looked, glance.moment)
    return changed


def _write_differences(looked: list[tuple[LeadList, Evaluation, _Kept]], moment: Moment) -> int:
    comers: list[Comers] = []
    changing: list[Membership] = []
    moved: dict[int, list[int]] = {}
    for lead_list, found, kept in looked:
        entering = [person_id for person_id in found.members if person_id not in kept.members]
        leaving = [person_id for person_id in kept.members if person_id not in found.members]
        comers.append(Comers(lead_list, found, entering))
        leave(lead_list, found, leaving, moment)
        changing += _changing(found, kept.members)
        moved[lead_list.pk] = entering + leaving
    enter(comers, moment)
    Membership.objects.bulk_update(changing, ["reason", "due_at"], batch_size=WRITE_BATCH)
    _look_again(looked)
    tell_other_lists(moved)
    return len(changing) + sum(len(people) for people in moved.values())


def _changing(found: Evaluation, members: dict[int, Membership]) -> Iterator[Membership]:
    """Who stays for another reason or another time, with that reason and time."""
    for person_id, outcome in found.members.items():
        member = members.get(person_id)
        if member is not None and not same_outcome((member.reason, member.due_at), outcome):
            member.reason, member.due_at = outcome.reason, outcome.due_at
            yield member


def _look_again(looked: list[tuple[LeadList, Evaluation, _Kept]]) -> None:
    """Write when people who are not on a list could enter it by time alone."""
    rows = []
    for lead_list, found, kept in looked:
        wrong = [one for one, at in kept.looks.items() if found.looks.get(one) != at]
        if wrong:
            DueLook.objects.filter(lead_list=lead_list, person_id__in=wrong).delete()
        rows += [
            DueLook(lead_list=lead_list, person_id=person_id, due_at=at)
            for person_id, at in found.looks.items()
            if kept.looks.get(person_id) != at
        ]
    DueLook.objects.bulk_create(rows, batch_size=WRITE_BATCH)


def forget_people(*, person_ids: Iterable[int]) -> None:
    """Delete memberships and their log at once: profiling consent is gone, so is what it made."""
    ids = list(person_ids)
    Membership.objects.filter(person_id__in=ids).delete()
    MembershipLog.objects.filter(person_id__in=ids).delete()
    DueLook.objects.filter(person_id__in=ids).delete()
    TouchedPerson.objects.filter(person_id__in=ids).delete()


def follow_people(*, people: Iterable[Person]) -> None:
    """Look again at people whose records were merged or parted; forget who may not be listed now."""
    people = list(people)
    unlisted = [one.pk for one in people if not has_consent(person=one, purpose=Purpose.PROFILING)]
    forget_people(person_ids=unlisted)
    tell_withdrawn(person_ids=unlisted)
    touch_people(person_ids=[one.pk for one in people])
