"""Whom the assignment rules would give people to; it reads only, and everybody under consent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from classroom.models import ClinicianFollow
from leads.models import AssignmentRule, BulkChange, BulkRow, Lead, Membership, Stage
from leads.selectors.consent import may_be_listed
from leads.selectors.timeline import name_of_user
from people.models import Person, User
from tracking.models import InterestTag

WORKS_WITH_PEOPLE = "leads.change_lead"
LOADING = (Stage.NEW, Stage.CONTACTED, Stage.TALKING, Stage.BOOKED)


@dataclass(frozen=True)
class Given:
    """A person, whose they would become, and by which rule."""

    person: Person
    owner: User
    rule: AssignmentRule


def unowned_members(*, person_ids: Iterable[int] | None = None) -> QuerySet[Person]:
    """People on any list who agreed to profiling and have no owner, by id."""
    found = may_be_listed().filter(lead__owner=None, pk__in=Membership.objects.values("person_id"))
    if person_ids is not None:
        found = found.filter(pk__in=list(person_ids))
    return found.order_by("pk")


def assignments(people: Iterable[Person], *, now: datetime) -> list[Given]:
    """Whom the rules give these people to; who fits no rule is left out.

    Load is counted on along the way, so that many who arrive at once are spread. A constant number
    of queries a rule.
    """
    people = list(people)
    rules = list(AssignmentRule.objects.filter(enabled=True).prefetch_related("owners"))
    loads = dict(
        Lead.objects.filter(owner__isnull=False, stage__in=LOADING)
        .values_list("owner")
        .annotate(Count("pk"))
    )
    fitting = [(rule, _fitting(rule, people, now=now), _working(rule)) for rule in rules]
    given = []
    for person in people:
        for rule, ids, owners in fitting:
            if person.pk in ids and owners:
                owner = min(owners, key=lambda user: (loads.get(user.pk, 0), user.pk))
                loads[owner.pk] = loads.get(owner.pk, 0) + 1
                given.append(Given(person, owner, rule))
                break
    return given


def _working(rule: AssignmentRule) -> list[User]:
    return [
        user for user in rule.owners.all() if user.is_active and user.has_perm(WORKS_WITH_PEOPLE)
    ]


def _fitting(rule: AssignmentRule, people: list[Person], *, now: datetime) -> set[int]:
    """Ids of those for whom every condition of the rule holds."""
    ids = {person.pk for person in people}
    if rule.language:
        ids = {one.pk for one in people if one.language.startswith(rule.language)}
    if rule.branch_id:
        ids &= {one.pk for one in people if one.branch_id == rule.branch_id}
    if rule.lead_list_id:
        on_it = Membership.objects.filter(lead_list=rule.lead_list_id, person_id__in=ids)
        ids &= set(on_it.values_list("person_id", flat=True))
    if rule.topic_id and rule.topic:
        tags = InterestTag.objects.filter(
            profile__person_id__in=ids,
            topic=rule.topic.resolved,
            entered_at__lte=now,
            lapses_at__gt=now,
        )
        ids &= set(tags.values_list("profile__person_id", flat=True))
    if rule.clinician_id and rule.clinician:
        follows = ClinicianFollow.objects.filter(
            person_id__in=ids, clinician_key=rule.clinician.translation_key, ended_at=None
        )
        ids &= set(follows.values_list("person_id", flat=True))
    return ids


def newest_changes(at_most: int = 20) -> list[BulkChange]:
    """The newest bulk changes with `people`, how many each is about, `given`, of how many it was done,
    and `owners`, the names of who gets them.
    """
    given = Count("rows", filter=Q(rows__applied=True))
    found = BulkChange.objects.annotate(people=Count("rows"), given=given).select_related("by")
    changes: list[BulkChange] = list(found[:at_most])
    pairs = BulkRow.objects.filter(change__in=changes).exclude(after=None).order_by()
    after = list(pairs.values_list("change_id", "after_id").distinct())
    users = User.objects.in_bulk({owner for _change, owner in after})
    for change in changes:
        owners = [users[owner] for one, owner in after if one == change.pk]
        change.owners = sorted(map(name_of_user, owners))  # type: ignore[attr-defined]
    return changes


def rows_shown(change: BulkChange, *, seen: Q, at_most: int = 50) -> list[BulkRow]:
    """Whom a change is about, by name, as far as the filter lets the one who asks see them."""
    rows = change.rows.filter(seen).select_related("person", "before", "after", "rule")
    return list(rows.order_by("person__display_name", "pk")[:at_most])
