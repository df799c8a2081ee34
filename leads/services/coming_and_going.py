"""Writes who comes on a list and who goes, with the log of it, and tells whoever wants to know.

It decides nothing: the caller holds the list's lock and says who.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from leads.conditions import Moment
from leads.models import Condition, LeadList, Membership, MembershipLog
from leads.selectors.evaluation import Evaluation
from leads.services.assignment import note_arrivals
from leads.services.touching import touch_people
from leads.services.webhook_news import tell_entered, tell_left
from people.models import Person

WRITE_BATCH = 500


class Comers(NamedTuple):
    """Members of an evaluation who were not on the list."""

    lead_list: LeadList
    found: Evaluation
    person_ids: list[int]


def enter(comers: Iterable[Comers], moment: Moment) -> None:
    """Put them on their lists: as many queries for one list as for fifty."""
    rows, log = [], []
    came: dict[int, list[int]] = {}
    for lead_list, found, person_ids in comers:
        for person_id in person_ids:
            reason, due_at = found.members[person_id]
            about = {"lead_list": lead_list, "person_id": person_id, "reason": reason}
            rows.append(Membership(**about, entered_at=moment.at, due_at=due_at))
            log.append(MembershipLog(**about, entered=True, at=moment.at))
        if person_ids:
            came[lead_list.pk] = person_ids
    Membership.objects.bulk_create(rows, batch_size=WRITE_BATCH)
    MembershipLog.objects.bulk_create(log, batch_size=WRITE_BATCH)
    tell_came(came, moment.at)


def tell_came(came: Mapping[int, Sequence[int]], at: datetime) -> None:
    """Tell endpoints and the assignment rules who is on which list since then.

    It takes person ids by the id of their list, and writes no membership.
    """
    tell_entered(came=came, at=at)
    note_arrivals(person_ids=sorted({one for person_ids in came.values() for one in person_ids}))


def tell_other_lists(moved: Mapping[int, Sequence[int]]) -> None:
    """Look again at whoever came or went, by list id, where another list asks for that one."""
    moved = {list_id: person_ids for list_id, person_ids in moved.items() if person_ids}
    if not moved:
        return
    asking = Condition.objects.filter(other_list__in=moved)
    asked = asking.order_by().values_list("other_list_id", flat=True).distinct()
    touch_people(person_ids=sorted({one for list_id in asked for one in moved[list_id]}))


def leave(lead_list: LeadList, found: Evaluation, person_ids: list[int], moment: Moment) -> None:
    """Take these off the list; of who may not be listed now, the log goes as well."""
    if not person_ids:
        return
    without_consent = [person_id for person_id in person_ids if person_id not in found.allowed]
    MembershipLog.objects.filter(
        lead_list=lead_list, person_id__in=without_consent, person__merged_into__isnull=True
    ).delete()
    log = [
        MembershipLog(
            lead_list=lead_list,
            person_id=person_id,
            entered=False,
            at=moment.at,
            reason=[{"kind": "unmet", "conditions": found.unmet_of(person_id)}],
        )
        for person_id in person_ids
        if person_id in found.allowed
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
    tell_left(list_id=lead_list.pk, person_ids=person_ids, at=moment.at)
