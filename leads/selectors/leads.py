"""Where the work with people stands: leads, labels, notes, wishes, follow-ups; merges are followed."""

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from leads.models import (
    ContactWish,
    FollowUp,
    Label,
    Lead,
    LeadChange,
    PersonLabel,
    PersonNote,
)
from people.models import Person, Purpose
from people.selectors import has_consent, records_of, resolve_merge


def lead_of(person: Person) -> Lead:
    """Stage and owner; an unsaved row, new and nobody's, where nobody has begun."""
    person = resolve_merge(person)
    held = Lead.objects.filter(person=person).select_related("owner").first()
    return held or Lead(person=person)


def changes_of(person: Person) -> QuerySet[LeadChange]:
    """Every change of stage and owner, oldest first."""
    return LeadChange.objects.filter(lead__person=resolve_merge(person)).order_by("at", "pk")


def labels_of(person: Person) -> list[PersonLabel]:
    """The labels that stand, by set; those with a topic only under consent to profiling."""
    rows = PersonLabel.objects.filter(person__in=records_of(person), removed_at=None)
    if not has_consent(person=person, purpose=Purpose.PROFILING):
        rows = rows.filter(label__topic=None)
    found = rows.select_related("label__label_set", "label__topic")
    return list(found.order_by("label__label_set__kind", "label__label_set__name", "label__name"))


def labelled_person_ids(label: Label) -> QuerySet:
    """Ids of the people who carry a label now, for use inside a query; merges are followed.

    Whoever lists by a label with a topic asks consent besides, as for any interest.
    """
    rows = PersonLabel.objects.filter(label=label, removed_at=None)
    return rows.values_list(Coalesce("person__merged_into_id", F("person_id")), flat=True)


def notes_on(person: Person) -> QuerySet[PersonNote]:
    """The notes, newest first."""
    rows = PersonNote.objects.filter(person__in=records_of(person))
    return rows.select_related("by").order_by("-at", "-pk")


def wish_of(person: Person) -> ContactWish | None:
    """How they want to be spoken to; of merged records, what was said last.

    A "do not call" of either record holds until something is said after the merge.
    """
    rows = ContactWish.objects.filter(person__in=records_of(person)).select_related("person")
    newest = rows.order_by("-updated_at").first()
    if newest is not None:
        newest.do_not_call = newest.do_not_call or any(
            row.do_not_call and row.person.merged_at and newest.updated_at <= row.person.merged_at
            for row in rows
        )
    return newest


def follow_ups_of(person: Person) -> QuerySet[FollowUp]:
    """Every follow-up, open and done, by its due time."""
    rows = FollowUp.objects.filter(person__in=records_of(person))
    return rows.select_related("owner", "done_by").order_by("due_at", "pk")
