"""The staff API of people, lists and exports; it asks access, calls one service, shapes the answer."""

from datetime import datetime
from typing import Literal

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from ninja.errors import HttpError

from leads.downloads import file_answer
from leads.models import Condition, Export, LeadList, Membership
from leads.reasons import in_words, words_for
from leads.selectors import freshness_of
from leads.selectors.evaluation import conditions_by_list, conditions_of, problems_of
from leads.selectors.lists import condition_in_words, lists_with_counts
from leads.selectors.members import (
    Freshness,
    freshness_by_list,
    members_with_contactability,
)
from leads.selectors.people import contacts_of, decisions_of, interests_of
from leads.selectors.ranking import ranks_of_list
from leads.services.access import (
    EXPORT,
    SEE_LISTS,
    access_export,
    access_list,
    access_person,
    demand,
    note_members_viewed,
)
from leads.services.exports import ExportRefused, request_export
from people.api_auth import StaffBearer
from people.models import Person, User
from tracking.api import InterestOut, interest_out

router = Router(auth=StaffBearer())


class ContactOut(Schema):
    """One address or number, and whether the person proved that it is theirs."""

    kind: str
    value: str
    verified: bool


class ConsentOut(Schema):
    """What holds for one purpose."""

    given: bool
    at: datetime | None
    method: str


class PersonOut(Schema):
    """A person's card; it says nothing of what they read."""

    id: str
    name: str
    language: str
    branch: str | None
    source: str
    since: datetime
    contacts: list[ContactOut]
    consents: dict[str, ConsentOut]


class PersonInterestsOut(Schema):
    """All interests; without consent to profiling there are none, whatever the person did."""

    id: str
    profiling: bool
    as_of: datetime
    interests: list[InterestOut]


class ListOut(Schema):
    """A list; `waiting` people are still to be looked at, `problems` say why it is not kept up."""

    slug: str
    name: str
    description: str
    match: str
    conditions: list[str]
    members: int
    contactable: int
    evaluated_at: datetime | None
    waiting: int
    problems: list[str]


class MemberOut(Schema):
    """One member, and why; `facts` is the reason as data, `rank` comes when it is asked for."""

    id: str
    name: str
    contactable: bool
    entered_at: datetime
    reason: list[str]
    facts: list[dict]
    rank: float | None = None


class MembersOut(Schema):
    """One page of members, newest first, or by rank."""

    slug: str
    count: int
    evaluated_at: datetime | None
    waiting: int
    problems: list[str]
    members: list[MemberOut]


class MembersQuery(Schema):
    """Which page; `rank` puts those first who will read about the list's topics next."""

    limit: int = Query(50, ge=1, le=500)
    offset: int = Query(0, ge=0)
    rank: bool = False


class ExportIn(Schema):
    """What to export and what for."""

    format: Literal["csv", "xlsx"] = "csv"
    purpose: str = Query(..., min_length=1, max_length=200)


class ExportOut(Schema):
    """One's own export; `file` is its address once it is ready."""

    id: str
    list: str | None
    format: str
    purpose: str
    state: str
    problem: str
    rows: int | None
    sha256: str
    requested_at: datetime
    built_at: datetime | None
    expires_at: datetime | None
    file: str | None


def _user(request: HttpRequest, *permissions: str) -> User:
    """The staff member who asks; 403 without the permissions."""
    user: User = request.auth  # type: ignore[attr-defined]
    try:
        demand(user, *permissions)
    except PermissionDenied:
        raise HttpError(403, "Your role does not allow this.") from None
    return user


@router.get("/people/{external_id}", response=PersonOut, summary="A person's card")
def show_person(request: HttpRequest, external_id: str) -> dict:
    """Contacts and consents of one person; each look is noted."""
    user = _user(request, SEE_LISTS, "people.view_person")
    person = access_person(user=user, external_id=external_id, what="card")
    return {
        "id": person.external_id,
        "name": person.display_name,
        "language": person.language,
        "branch": person.branch.name if person.branch else None,
        "source": person.source,
        "since": person.created_at,
        "contacts": [
            {"kind": point.kind, "value": point.value, "verified": point.verified_at is not None}
            for point in contacts_of(person)
        ],
        "consents": {
            purpose: {
                "given": decision["valid"],
                "at": decision["at"],
                "method": decision["method"],
            }
            for purpose, decision in decisions_of(person).items()
        },
    }


@router.get(
    "/people/{external_id}/interests", response=PersonInterestsOut, summary="A person's interests"
)
def show_interests(request: HttpRequest, external_id: str) -> dict:
    """Interests with the signals behind each, warmest first; each look is noted."""
    user = _user(request, SEE_LISTS, "people.view_person")
    person = access_person(user=user, external_id=external_id, what="interests")
    now = timezone.now()
    return {
        "id": person.external_id,
        "profiling": decisions_of(person)["profiling"]["valid"],
        "as_of": now,
        "interests": [interest_out(receipt) for receipt in interests_of(person, now=now)],
    }


@router.get("/lead-lists", response=list[ListOut], summary="Lead lists")
def show_lists(request: HttpRequest) -> list[dict]:
    """Every list with its rules in words, its counts and how fresh it is."""
    _user(request, SEE_LISTS)
    lists = list(lists_with_counts().order_by("name"))
    conditions, freshness = conditions_by_list(), freshness_by_list(lists, now=timezone.now())
    return [_list(one, conditions.get(one.pk, []), freshness[one.pk]) for one in lists]


def _list(lead_list: LeadList, conditions: list[Condition], freshness: Freshness) -> dict:
    return {
        "slug": lead_list.slug,
        "name": lead_list.name,
        "description": lead_list.description,
        "match": lead_list.match,
        "conditions": [condition_in_words(condition) for condition in conditions],
        "members": lead_list.member_count,
        "contactable": lead_list.contactable_count,
        "evaluated_at": freshness.evaluated_at,
        "waiting": freshness.waiting,
        "problems": [str(problem) for problem in problems_of(conditions)],
    }


@router.get("/lead-lists/{slug}/members", response=MembersOut, summary="A list's members")
def show_members(request: HttpRequest, slug: str, page: Query[MembersQuery]) -> dict:
    """Who is on the list now and why; each look is noted."""
    user = _user(request, SEE_LISTS)
    lead_list = access_list(user=user, slug=slug)
    members = members_with_contactability(lead_list)
    ranks = ranks_of_list(lead_list, at=timezone.now()) if page.rank else {}
    if page.rank:
        found = sorted(members, key=lambda one: (-ranks.get(one.person_id, 0.0), -one.pk))
        count, found = len(found), found[page.offset : page.offset + page.limit]
    else:
        count = members.count()
        found = list(members[page.offset : page.offset + page.limit])
    words = words_for(member.reason for member in found)
    freshness = freshness_of(lead_list, now=words.now)
    note_members_viewed(user=user, lead_list=lead_list, shown=len(found), offset=page.offset)
    return {
        "slug": lead_list.slug,
        "count": count,
        "evaluated_at": freshness.evaluated_at,
        "waiting": freshness.waiting,
        "problems": [str(problem) for problem in problems_of(conditions_of(lead_list))],
        "members": [
            _member(one, words, ranks.get(one.person_id) if page.rank else None) for one in found
        ],
    }


def _member(membership: Membership, words, rank: float | None) -> dict:
    person: Person = membership.person
    return {
        "id": person.external_id,
        "name": person.display_name,
        "contactable": membership.agrees and membership.reachable,  # type: ignore[attr-defined]
        "entered_at": membership.entered_at,
        "reason": [in_words(fact, words) for fact in membership.reason],
        "facts": membership.reason,
        "rank": rank,
    }


@router.post("/lead-lists/{slug}/exports", response={202: ExportOut}, summary="Ask for an export")
def ask_for_export(request: HttpRequest, slug: str, wanted: ExportIn) -> Status:
    """Ask for a file of the contactable members; it is built in the background."""
    user = _user(request, SEE_LISTS, EXPORT)
    lead_list = access_list(user=user, slug=slug)
    try:
        export = request_export(
            user=user, lead_list=lead_list, format=wanted.format, purpose=wanted.purpose
        )
    except ExportRefused as refusal:
        raise HttpError(422, str(refusal)) from None
    return Status(202, _export(export))


@router.get("/exports/{public_id}", response=ExportOut, summary="One's own export")
def show_export(request: HttpRequest, public_id: str) -> dict:
    """How far one's own export is; anybody else's answers 404."""
    return _export(access_export(user=_user(request, EXPORT), public_id=public_id))


@router.get("/exports/{public_id}/file", summary="The file of one's own export")
def send_file(request: HttpRequest, public_id: str) -> FileResponse:
    """The file, consent checked once more; 409 while it is not ready, 410 when it is gone."""
    user = _user(request, EXPORT)
    export = access_export(user=user, public_id=public_id)
    if export.state == "waiting" and export.built_at is None:
        raise HttpError(409, "The file is not ready yet. Ask again in a few seconds.")
    try:
        return file_answer(export=export, user=user)
    except ExportRefused as refusal:
        raise HttpError(410, str(refusal)) from None


def _export(export: Export) -> dict:
    ready = export.state == "ready"
    return {
        "id": export.public_id,
        "list": export.lead_list.slug if export.lead_list else None,
        "format": export.format,
        "purpose": export.purpose,
        "state": export.state,
        "problem": export.problem,
        "rows": export.rows,
        "sha256": export.sha256,
        "requested_at": export.requested_at,
        "built_at": export.built_at,
        "expires_at": export.expires_at,
        "file": f"/api/v1/exports/{export.public_id}/file" if ready else None,
    }
