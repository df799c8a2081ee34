"""Gives people governed labels and takes them away; a label with a topic needs profiling consent."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cms.models import Topic
from leads.models import Label, LabelSource, PersonLabel
from leads.services.actors import actor_of
from leads.services.leads import LeadRefused
from leads.services.touching import touch_people
from outbox.services import record_audit
from people.models import Person, Purpose, User
from people.selectors import has_consent, records_of, resolve_merge
from tracking.models import SignalKind
from tracking.services.stated import Statement, state_interests, take_statements_back


def add_label(
    *,
    person: Person,
    label: Label,
    by: User,
    source: str = LabelSource.STAFF,
    device: str = "",
    value: str = "",
) -> PersonLabel:
    """Give a person a label; where its set allows one only, the other one of the set is taken away.

    Returns the row that stands. The same label with the same value again changes nothing. Raises
    LeadRefused for a retired label, and for one with a topic without consent to profiling.
    Audited without naming the label.
    """
    if label.retired_at is not None:
        raise LeadRefused(_("This label is no longer given."))
    with transaction.atomic():
        # Locked before consent is asked: a withdrawal waits, and deletes the row after.
        person = Person.objects.select_for_update(no_key=True).get(pk=resolve_merge(person).pk)
        if label.topic_id and not has_consent(person=person, purpose=Purpose.PROFILING):
            raise LeadRefused(
                _("This label says what somebody is interested in, and they have not agreed.")
            )
        given = _standing(person).filter(label=label)
        held = given.filter(value=value, source=source, device=device).first()
        if held is not None:
            return held
        instead = _standing(person).filter(label__label_set=label.label_set)
        _take(instead if label.label_set.one_only else given, by=by)
        row = PersonLabel.objects.create(
            person=person, label=label, value=value, source=source, device=device, by=actor_of(by)
        )
        if label.topic is not None:
            _state(row, label.topic)
        _note("person.label_added", person, by, {"source": str(source)})
    return row


def remove_label(*, person: Person, label: Label, by: User) -> bool:
    """Take a label away; tell whether the person had it. Logged in its row, and audited."""
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(pk=resolve_merge(person).pk)
        if not _take(_standing(person).filter(label=label), by=by):
            return False
        _note("person.label_removed", person, by, {})
    return True


def forget_interest_labels(*, person: Person) -> int:
    """Delete every label with a topic, removed ones too: profiling consent is gone."""
    rows = PersonLabel.objects.filter(person__in=records_of(person), label__topic__isnull=False)
    take_statements_back(refs=_refs(rows))
    return rows.delete()[0]


def follow_consent_of(*, person: Person) -> None:
    """Delete labels with a topic where a merge left no consent to profiling for them."""
    if not has_consent(person=person, purpose=Purpose.PROFILING, though_paused=True):
        forget_interest_labels(person=person)


def _standing(person: Person) -> QuerySet[PersonLabel]:
    return PersonLabel.objects.filter(person__in=records_of(person), removed_at=None)


def _take(rows: QuerySet[PersonLabel], *, by: User) -> int:
    refs = _refs(rows.filter(label__topic__isnull=False))
    if refs:
        take_statements_back(refs=refs)
    return rows.update(removed_at=timezone.now(), removed_by=actor_of(by))


def _refs(rows: QuerySet[PersonLabel]) -> list[str]:
    return [f"person-label:{pk}" for pk in rows.values_list("pk", flat=True)]


def _state(row: PersonLabel, topic: Topic) -> None:
    """A label with a topic is evidence of interest until it is taken away."""
    kind = SignalKind.DEVICE if row.source == LabelSource.DEVICE else SignalKind.LABEL
    statement = Statement(
        topic=topic,
        ref=f"person-label:{row.pk}",
        kind=kind,
        source=row.device,
        value=row.value,
        at=row.at,
    )
    state_interests(person=row.person, statements=[statement])


def _note(action: str, person: Person, by: User, detail: dict) -> None:
    record_audit(
        actor=actor_of(by),
        action=action,
        subject=f"person:{person.external_id}",
        detail=detail,
    )
    touch_people(person_ids=[person.pk])
