"""Lets staff reach people, lists and exports, and notes each look; every screen goes through here.

What somebody may not know of and what does not exist answer alike: Http404.
"""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from leads.models import Export, LeadList
from outbox.services import record_audit
from people.models import Person, User
from people.selectors import resolve_merge

SEE_LISTS = "leads.view_leadlist"
SEE_PEOPLE = "people.view_person"
KEEP_LISTS = "leads.change_leadlist"
EXPORT = "leads.add_export"
SEE_RULES = "tracking.view_ruleversion"
CHANGE_RULES = "tracking.add_ruleversion"


def actor_of(user: User) -> str:
    """The user as the audit log names them."""
    return f"user:{user.pk}"


def demand(user: User, *permissions: str) -> None:
    """Raise PermissionDenied unless the user has every permission."""
    if not user.has_perms(permissions):
        raise PermissionDenied


def access_person(*, user: User, external_id: str, what: str) -> Person:
    """The person (where a merge leads to one, that one), with an audit entry that says who looked.

    `what` names the part that is shown: card or interests.
    """
    demand(user, SEE_LISTS, SEE_PEOPLE)
    found = Person.objects.select_related("branch", "merged_into")
    person = found.filter(external_id=external_id).first()
    if person is None:
        raise Http404
    person = resolve_merge(person)
    record_audit(
        actor=actor_of(user),
        action="person.viewed",
        subject=f"person:{person.external_id}",
        detail={"part": what},
    )
    return person


def note_records_compared(*, user: User, people: list[Person]) -> None:
    """Note that somebody looked at two records side by side."""
    for person in people:
        record_audit(
            actor=actor_of(user),
            action="person.viewed",
            subject=f"person:{person.external_id}",
            detail={"part": "compared"},
        )


def note_rules_compared(*, user: User, people: list[Person]) -> None:
    """Note that somebody saw what other rules would do, and whose names stood beside it."""
    record_audit(
        actor=actor_of(user),
        action="rules.compared",
        detail={"people": sorted({person.external_id for person in people})},
    )


def access_list(*, user: User, slug: str = "", pk: int | None = None) -> LeadList:
    """The list, without its members."""
    demand(user, SEE_LISTS)
    lookup = {"slug": slug} if pk is None else {"pk": pk}
    lead_list = LeadList.objects.filter(**lookup).first()
    if lead_list is None:
        raise Http404
    return lead_list


def note_members_viewed(*, user: User, lead_list: LeadList, shown: int, offset: int) -> None:
    """Note that somebody looked at a part of a list's members."""
    record_audit(
        actor=actor_of(user),
        action="list.viewed",
        subject=f"list:{lead_list.slug}",
        detail={"shown": shown, "offset": offset},
    )


def access_export(*, user: User, public_id: str) -> Export:
    """The user's own export; anybody else's does not exist for them."""
    demand(user, EXPORT)
    mine = Export.objects.select_related("lead_list").filter(requested_by=user)
    export = mine.filter(public_id=public_id).first()
    if export is None:
        raise Http404
    return export
