"""Lets staff reach people, lists and exports, and notes each look; every screen goes through here.

What somebody may not know of and what does not exist answer alike: Http404.
"""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from leads.models import BulkChange, Export, LeadList, PeopleImport
from leads.selectors.export_ledger import ORPHANS, holders_of
from leads.selectors.visibility import may_see
from leads.services.actors import actor_of
from outbox.services import record_audit
from people.models import Person, User
from people.selectors import resolve_merge

SEE_LISTS = "leads.view_leadlist"
SEE_PEOPLE = "people.view_person"
WORK_WITH_PEOPLE = "leads.change_lead"
ASSIGN_PEOPLE = "leads.assign_lead"
KEEP_LISTS = "leads.change_leadlist"
MAKE_LISTS = "leads.add_leadlist"
DELETE_LISTS = "leads.delete_leadlist"
EXPORT = "leads.add_export"
IMPORT = "leads.add_peopleimport"
SEE_SUPPRESSED = "leads.view_suppressedcontact"
SEE_RULES = "tracking.view_ruleversion"
CHANGE_RULES = "tracking.add_ruleversion"
SEE_WEBHOOKS = "leads.view_webhookendpoint"
KEEP_WEBHOOKS = "leads.change_webhookendpoint"


def demand(user: User, *permissions: str) -> None:
    """Raise PermissionDenied unless the user has every permission."""
    if not user.has_perms(permissions):
        raise PermissionDenied


def access_person(*, user: User, external_id: str, what: str) -> Person:
    """The person (where a merge leads to one, that one), with an audit entry that says who looked.

    `what` names the part that is shown: card or interests. Whom the user may not see (they are
    somebody else's, at another branch) does not exist for them.
    """
    demand(user, SEE_LISTS, SEE_PEOPLE)
    found = Person.objects.select_related("branch", "merged_into")
    person = found.filter(external_id=external_id).first()
    if person is None:
        raise Http404
    person = resolve_merge(person)
    if not may_see(user=user, person=person):
        raise Http404
    record_audit(
        actor=actor_of(user),
        action="person.viewed",
        subject=f"person:{person.external_id}",
        detail={"part": what},
    )
    return person


def access_person_to_work(*, user: User, external_id: str) -> Person:
    """The person, for somebody who is about to write down or change something; noted by the service."""
    demand(user, SEE_LISTS, SEE_PEOPLE, WORK_WITH_PEOPLE)
    person = Person.objects.filter(external_id=external_id).select_related("merged_into").first()
    person = resolve_merge(person) if person else None
    if person is None or not may_see(user=user, person=person):
        raise Http404
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


def note_duplicates_viewed(*, user: User, people: list[Person]) -> None:
    """Note that somebody looked at records that may be one human, and whose they were."""
    record_audit(
        actor=actor_of(user),
        action="duplicates.viewed",
        detail={"people": sorted({person.external_id for person in people})},
    )


def note_my_leads_viewed(*, user: User, people: list[Person]) -> None:
    """Note that somebody looked at their own people, and who stood there."""
    record_audit(
        actor=actor_of(user),
        action="my_leads.viewed",
        detail={"people": [person.external_id for person in people]},
    )


def note_rules_compared(*, user: User, people: list[Person]) -> None:
    """Note that somebody saw what other rules would do, and whose names stood beside it."""
    record_audit(
        actor=actor_of(user),
        action="rules.compared",
        detail={"people": sorted({person.external_id for person in people})},
    )


def note_week_viewed(*, user: User, figure: str, people: list[Person]) -> None:
    """Note that somebody looked at the people behind a figure of the week."""
    record_audit(
        actor=actor_of(user),
        action="week.viewed",
        detail={"figure": figure, "people": sorted({person.external_id for person in people})},
    )


def note_bulk_viewed(*, user: User, change: BulkChange, people: list[Person]) -> None:
    """Note that somebody saw whom a change is about, and whose names stood there."""
    record_audit(
        actor=actor_of(user),
        action="bulk.viewed",
        subject=f"bulk:{change.pk}",
        detail={"people": sorted({person.external_id for person in people})},
    )


def note_table_viewed(*, user: User, people_import: PeopleImport, shown: int) -> None:
    """Note that somebody looked at lines of a table of people."""
    record_audit(
        actor=actor_of(user),
        action="people.table_viewed",
        subject=f"people_import:{people_import.public_id}",
        detail={"shown": shown},
    )


def note_rules_tried(*, user: User, lead_list: LeadList | None, people: list[Person]) -> None:
    """Note that somebody saw whom unsaved rules would find, and who was named."""
    record_audit(
        actor=actor_of(user),
        action="list.tried",
        subject=f"list:{lead_list.slug}" if lead_list else "list:new",
        detail={"people": sorted({person.external_id for person in people})},
    )


def note_suppressed_viewed(*, user: User, shown: int) -> None:
    """Note that somebody looked at the contacts nobody may write to."""
    record_audit(actor=actor_of(user), action="suppressed.viewed", detail={"shown": shown})


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


def access_recalled(*, user: User, public_id: str) -> Export:
    """An export whose rows the user may have to delete: their own, or for who may one of nobody's."""
    demand(user, EXPORT)
    export = Export.objects.filter(public_id=public_id).first()
    if export is None:
        raise Http404
    is_orphan = export.requested_by_id is None and user.has_perm(ORPHANS)
    if not is_orphan and export.requested_by_id != user.pk and user.pk not in holders_of(export):
        raise Http404
    return export


def note_ledger_viewed(*, user: User, external_id: str) -> None:
    """Note that somebody looked which files hold a person, there or erased."""
    record_audit(
        actor=actor_of(user),
        action="person.viewed",
        subject=f"person:{external_id[:20]}",
        detail={"part": "exports"},
    )
