"""Who is on a list as it may be read now: every read joins consent, whatever is stored."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, QuerySet, Subquery

from leads.conditions.windows import new_year
from leads.models import DueLook, LeadList, Membership, TouchedPerson
from leads.selectors.consent import agreed, suppressed, verified_contact
from people.models import ContactPoint, Purpose


def members_of(lead_list: LeadList) -> QuerySet[Membership]:
    """The list's members with valid consent to profiling, newest first."""
    return (
        Membership.objects.filter(
            agreed(Purpose.PROFILING, path="person_id"),
            lead_list=lead_list,
            person__merged_into__isnull=True,
        )
        .select_related("person__branch")
        .order_by("-entered_at", "-pk")
    )


def members_with_contactability(lead_list: LeadList) -> QuerySet[Membership]:
    """The members, each with `agrees` (to messages), `reachable`, `suppressed` and `contact` (verified)."""
    verified = ContactPoint.objects.filter(
        person_id=OuterRef("person_id"), verified_at__isnull=False
    ).order_by("kind", "pk")
    return members_of(lead_list).annotate(
        agrees=agreed(Purpose.MARKETING, path="person_id"),
        reachable=verified_contact(path="person_id"),
        suppressed=suppressed(path="person_id"),
        contact=Subquery(verified.values("value")[:1]),
    )


def shown_name(member: Membership) -> str:
    """The name; without one the contact, if its owner agreed to messages, else the opaque id."""
    person = member.person
    contact = member.contact if member.agrees else ""  # type: ignore[attr-defined]
    return person.display_name or contact or person.external_id


def contactable_members_of(lead_list: LeadList) -> QuerySet[Membership]:
    """The members an export may hold: they agreed to messages and have a verified contact."""
    return members_of(lead_list).filter(
        agreed(Purpose.MARKETING, path="person_id"), verified_contact(path="person_id")
    )


@dataclass(frozen=True)
class Freshness:
    """How fresh a list is: when it was last evaluated (None: not yet), how many people wait.

    `marked` is whether the rules changed and everybody is still to be looked at.
    """

    evaluated_at: datetime | None
    waiting: int
    marked: bool

    @property
    def is_current(self) -> bool:
        """Whether nothing waits."""
        return self.evaluated_at is not None and not self.waiting and not self.marked


def freshness_of(lead_list: LeadList, *, now: datetime) -> Freshness:
    """What still waits for this list: touched persons and those whose time is up."""
    return freshness_by_list([lead_list], now=now)[lead_list.pk]


def freshness_by_list(lead_lists: Iterable[LeadList], *, now: datetime) -> dict[int, Freshness]:
    """The freshness of each list by its id: 3 queries for any number of lists."""
    touched = TouchedPerson.objects.values("person_id").distinct().count()
    due: Counter[int] = Counter()
    for model in (Membership, DueLook):
        overdue = model._default_manager.filter(due_at__lte=now).values_list("lead_list")
        due.update(dict(overdue.annotate(count=Count("pk"))))
    stale = new_year(now)
    return {
        one.pk: Freshness(
            evaluated_at=one.evaluated_at,
            waiting=touched + due[one.pk],
            marked=one.changed_at is not None
            or (one.evaluated_at is not None and one.evaluated_at < stale),
        )
        for one in lead_lists
    }
