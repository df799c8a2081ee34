"""A consultant's own people in the order of the day: what is due, then who will read next, then later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from leads.models import Condition, ContactWish, FollowUp, Lead, Membership, Stage
from leads.reasons import reason_in_words, words_for
from leads.selectors.consent import agreed
from leads.selectors.ranking import ranks_by_person
from leads.selectors.visibility import visible_to
from people.models import Person, Purpose, User

RESTING = (Stage.CLOSED, Stage.NOT_NOW)


@dataclass(frozen=True)
class Waiting:
    """One person of the queue: the task ahead (None: none planned), why they are a lead, their rank.

    `is_due` is whether the task is for today or late; `reason` is empty without consent to profiling.
    """

    person: Person
    stage: str
    task: FollowUp | None
    is_due: bool
    is_late: bool
    wish: ContactWish | None
    reason: str
    rank: float


def queue_of(user: User, *, now: datetime) -> list[Waiting]:
    """The user's people, first who is next; a constant number of queries.

    Due tasks come first by their time, then people without a task by rank, then tasks ahead.
    """
    leads = Lead.objects.filter(owner=user, person__merged_into=None)
    people = {lead.person_id: lead.person for lead in leads.select_related("person")}
    stages = {lead.person_id: lead for lead in leads}
    tasks = _tasks_of(user)
    people |= {pk: task.person for pk, task in tasks.items() if pk not in people}
    stages |= {
        lead.person_id: lead
        for lead in Lead.objects.filter(person_id__in=[pk for pk in tasks if pk not in stages])
    }
    wishes = {row.person_id: row for row in ContactWish.objects.filter(person_id__in=people)}
    reasons, ranks = _reasons_and_ranks(people, now=now)
    end_of_day = timezone.localtime(now).replace(hour=23, minute=59, second=59)
    rows = []
    for pk, person in people.items():
        lead, task = stages.get(pk), tasks.get(pk)
        if lead is not None and lead.stage in RESTING and task is None:
            continue
        rows.append(
            Waiting(
                person=person,
                stage=lead.get_stage_display() if lead else str(Stage.NEW.label),
                task=task,
                is_due=task is not None and task.due_at <= end_of_day,
                is_late=task is not None and task.due_at < now,
                wish=wishes.get(pk),
                reason=reasons.get(pk, ""),
                rank=ranks.get(pk, 0.0),
            )
        )
    return sorted(rows, key=_place)


def _place(row: Waiting) -> tuple[int, float, str]:
    if row.is_due and row.task:
        return 0, row.task.due_at.timestamp(), row.person.external_id
    if row.task is None:
        return 1, -row.rank, row.person.external_id
    return 2, row.task.due_at.timestamp(), row.person.external_id


def _tasks_of(user: User) -> dict[int, FollowUp]:
    """The next open task of each person that stands, by person id."""
    rows = FollowUp.objects.filter(visible_to(user, path="person__"), owner=user, done_at=None)
    found: dict[int, FollowUp] = {}
    for row in rows.select_related("person__merged_into").order_by("due_at", "pk"):
        row.person = row.person.merged_into or row.person
        found.setdefault(row.person.pk, row)
    return found


def _reasons_and_ranks(
    people: Iterable[int], *, now: datetime
) -> tuple[dict[int, str], dict[int, float]]:
    """Why each is on their newest list, and their greatest rank among their lists' topics."""
    rows = Membership.objects.filter(
        agreed(Purpose.PROFILING, path="person_id"), person_id__in=list(people)
    )
    memberships = list(rows.order_by("entered_at", "pk"))
    words = words_for((row.reason for row in memberships), now=now)
    reasons = {row.person_id: reason_in_words(row.reason, words) for row in memberships}
    conditions = Condition.objects.filter(
        lead_list_id__in={row.lead_list_id for row in memberships}, topic__isnull=False
    ).select_related("topic__merged_into")
    topics = {one.topic.resolved for one in conditions if one.topic}
    ids = [topic.pk for topic in topics if not topic.sensitive]
    listed = {row.person_id for row in memberships}
    ranks = ranks_by_person(topic_ids=ids, at=now) if ids else {}
    return reasons, {pk: rank for pk, rank in ranks.items() if pk in listed}
