"""Pauses and resumes the tracking of a person's interests; consent and what is kept stay as they are.

The person's row and those of their browsers are locked first, as a withdrawal does, so that an
event is either stored before the pause or finds it.
"""

from django.db import transaction
from django.utils import timezone

from outbox.services import record_audit
from people.models import Person, ProfilingPause, Purpose, Visitor
from people.selectors import has_consent, paused_since, records_of, resolve_merge
from people.signals import profiling_paused, profiling_resumed


class NothingToPause(Exception):
    """Without consent to profiling nothing is tracked, so there is nothing to pause."""


def pause_profiling(*, person: Person) -> None:
    """Stop keeping and using a person's interests until they go on; raises NothingToPause.

    A second call changes nothing.
    """
    person = resolve_merge(person)
    with transaction.atomic():
        _lock(person)
        if not has_consent(person=person, purpose=Purpose.PROFILING, though_paused=True):
            raise NothingToPause
        if paused_since(person) is not None:
            return
        # Before the row stands: what was read until now still counts.
        profiling_paused.send(Person, person=person)
        ProfilingPause.objects.create(person=person, since=timezone.now())
        _note("profiling.paused", person)


def resume_profiling(*, person: Person) -> None:
    """Go on with a person's interests from now; a second call changes nothing."""
    person = resolve_merge(person)
    with transaction.atomic():
        _lock(person)
        if end_pause(person=person):
            profiling_resumed.send(Person, person=person)
            _note("profiling.resumed", person)


def end_pause(*, person: Person) -> bool:
    """End the pause of a human, of whichever record it is; tell whether there was one."""
    rows = ProfilingPause.objects.filter(person__in=records_of(person), until=None)
    return bool(rows.update(until=timezone.now()))


def _lock(person: Person) -> None:
    records = records_of(person)
    list(records.select_for_update().values_list("pk", flat=True))
    visitors = Visitor.objects.select_for_update().filter(person__in=records).order_by("pk")
    list(visitors.values_list("pk", flat=True))


def _note(action: str, person: Person) -> None:
    subject = f"person:{person.external_id}"
    record_audit(actor=subject, action=action, subject=subject)
