"""The staff API of people and lists; it asks access, calls one service, shapes the answer."""

from datetime import datetime
from typing import Literal

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from leads.api_rules import rules_said
from leads.condition_words import condition_in_words, notes_in_words
from leads.list_rules import ListRules, rules_by_list, rules_of
from leads.models import LeadList, Membership
from leads.reasons import facts_to_tell, in_words, words_for
from leads.selectors import freshness_of
from leads.selectors.evaluation import conditions_of, problems_of
from leads.selectors.lists import lists_with_counts
from leads.selectors.members import (
    Freshness,
    freshness_by_list,
    members_with_contactability,
)
from leads.selectors.people import decisions_of, interests_of
from leads.selectors.ranking import RankParts, by_rank, ranked_topics, ranks_for
from leads.selectors.visibility import visible_to
from leads.services.access import (
    SEE_LISTS,
    access_list,
    access_person,
    demand,
    note_members_viewed,
)
from people.api_auth import StaffBearer
from people.models import Person, User
from people.selectors import contacts_of
from people.staff_scopes import Scope
from tracking.api import InterestOut, interest_out

router = Router()
PEOPLE, LISTS = StaffBearer(Scope.PEOPLE_READ), StaffBearer(Scope.LISTS_READ)


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


class GroupOut(Schema):
    """Conditions that are asked together: all, any or none of them."""

    match: Literal["all", "any", "none"]
    conditions: list[str]


class ListOut(Schema):
    """A list; `match` joins its groups, `conditions` are those of all groups in words, `rules` the same as data that can be sent back. `waiting` people are still to be looked at, `problems` say why it is not kept up, `notes` which topics were merged."""

    slug: str
    name: str
    description: str
    match: str
    conditions: list[str]
    groups: list[GroupOut]
    rules: dict
    members: int
    contactable: int
    evaluated_at: datetime | None
    waiting: int
    problems: list[str]
    notes: list[str]


class RankPartsOut(Schema):
    """What a rank comes of, in full readings, for the topic (slug) that ranks highest; `adds` add up to it."""

    topic: str | None
    heat: float
    activity: float
    co_interest: float
    adds: dict[str, float]


class MemberOut(Schema):
    """One member, and why; `facts` is the reason as data, `rank` with its parts comes when it is asked for."""

    id: str
    name: str
    contactable: bool
    entered_at: datetime
    reason: list[str]
    facts: list[dict]
    rank: float | None = None
    rank_parts: RankPartsOut | None = None


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


def staff_of(request: HttpRequest, *permissions: str) -> User:
    """The staff member who asks; 403 without the permissions."""
    user: User = request.auth  # type: ignore[attr-defined]
    try:
        demand(user, *permissions)
    except PermissionDenied:
        raise HttpError(403, "Your role does not allow this.") from None
    return user


@router.get("/people/{external_id}", auth=PEOPLE, response=PersonOut, summary="A person's card")
def show_person(request: HttpRequest, external_id: str) -> dict:
    """Contacts and consents of one person; each look is noted."""
    user = staff_of(request, SEE_LISTS, "people.view_person")
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
    "/people/{external_id}/interests",
    auth=PEOPLE,
    response=PersonInterestsOut,
    summary="A person's interests",
)
def show_interests(request: HttpRequest, external_id: str) -> dict:
    """Interests with the signals behind each, warmest first; each look is noted."""
    user = staff_of(request, SEE_LISTS, "people.view_person")
    person = access_person(user=user, external_id=external_id, what="interests")
    now = timezone.now()
    return {
        "id": person.external_id,
        "profiling": decisions_of(person)["profiling"]["valid"],
        "as_of": now,
        "interests": [interest_out(receipt) for receipt in interests_of(person, now=now)],
    }


@router.get("/lead-lists", auth=LISTS, response=list[ListOut], summary="Lead lists")
def show_lists(request: HttpRequest) -> list[dict]:
    """Every list with its rules in words, its counts and how fresh it is."""
    staff_of(request, SEE_LISTS)
    lists = list(lists_with_counts().order_by("name"))
    rules, freshness = rules_by_list(lists), freshness_by_list(lists, now=timezone.now())
    return [_list(one, rules[one.pk], freshness[one.pk]) for one in lists]


@router.get("/lead-lists/{slug}", auth=LISTS, response=ListOut, summary="A lead list")
def show_list(request: HttpRequest, slug: str) -> dict:
    """One list with its rules in words, its counts and how fresh it is."""
    access_list(user=staff_of(request, SEE_LISTS), slug=slug)
    return list_out(slug)


def list_out(slug: str) -> dict:
    """A list by its slug as the API shows it."""
    lead_list = lists_with_counts().get(slug=slug)
    freshness = freshness_of(lead_list, now=timezone.now())
    return _list(lead_list, rules_of(lead_list), freshness)


def _list(lead_list: LeadList, rules: ListRules, freshness: Freshness) -> dict:
    conditions = rules.conditions
    return {
        "slug": lead_list.slug,
        "name": lead_list.name,
        "description": lead_list.description,
        "match": lead_list.match,
        "conditions": [condition_in_words(condition) for condition in conditions],
        "groups": [
            {
                "match": group.match,
                "conditions": [condition_in_words(condition) for condition in group.conditions],
            }
            for group in rules.groups
        ],
        "rules": rules_said(rules),
        "members": lead_list.member_count,
        "contactable": lead_list.contactable_count,
        "evaluated_at": freshness.evaluated_at,
        "waiting": freshness.waiting,
        "problems": [str(problem) for problem in problems_of(conditions)],
        "notes": notes_in_words(rules),
    }


@router.get(
    "/lead-lists/{slug}/members", auth=LISTS, response=MembersOut, summary="A list's members"
)
def show_members(request: HttpRequest, slug: str, page: Query[MembersQuery]) -> dict:
    """Who is on the list now and why; each look is noted."""
    user = staff_of(request, SEE_LISTS)
    lead_list = access_list(user=user, slug=slug)
    members = members_with_contactability(lead_list).filter(visible_to(user, path="person__"))
    topics = {topic.pk: topic.slug for topic in ranked_topics(lead_list)} if page.rank else {}
    ranks = ranks_for(topic_ids=topics, at=timezone.now())
    if page.rank:
        order = by_rank(members, ranks)
        rows = members.in_bulk(order[page.offset : page.offset + page.limit])
        count, found = len(order), [rows[pk] for pk in order if pk in rows]
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
            _member(one, words) | (_rank(ranks.of(one.person_id), topics) if page.rank else {})
            for one in found
        ],
    }


def _rank(parts: RankParts, slugs: dict[int, str]) -> dict:
    return {
        "rank": parts.rank,
        "rank_parts": {
            "topic": slugs.get(parts.topic or 0),
            "heat": parts.heat,
            "activity": parts.activity,
            "co_interest": parts.co_interest,
            "adds": parts.adds,
        },
    }


def _member(membership: Membership, words) -> dict:
    person: Person = membership.person
    return {
        "id": person.external_id,
        "name": person.display_name,
        "contactable": membership.agrees and membership.reachable,  # type: ignore[attr-defined]
        "entered_at": membership.entered_at,
        "reason": [in_words(fact, words) for fact in membership.reason],
        "facts": facts_to_tell(membership.reason, words),
    }
