"""Pauses and resumes the tracking of a person's interests; consent and what is kept stay as they are.

The person's row and those of their browsers are locked first, as a withdrawal does, so that an
event is either stored before the pause or finds it.
"""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from outbox.services import record_audit
from people.models import Person, ProfilingPause, Purpose, Visitor
from people.selectors import has_consent, paused_since, records_of, resolve_merge
from people.services.pauses_list import append_pause
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
        pause = ProfilingPause.objects.create(person=person, since=timezone.now())
        _note("profiling.paused", person)
        # Before the commit, as a pause listed and not made is the lesser harm.
        append_pause(ref=str(person.external_id), since=pause.since)


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
    ended = list(rows.values_list("pk", "person__external_id", "since"))
    if not ended:
        return False
    now = timezone.now()
    rows.filter(pk__in=[pk for pk, _, _ in ended]).update(until=now)
    for _, ref, since in ended:
        # After the commit, as an end listed and not made would track somebody who paused.
        transaction.on_commit(partial(append_pause, ref=str(ref), since=since, until=now))
    return True


def repeat_pause(*, person: Person, since: datetime, until: datetime | None) -> bool:
    """Make or end a pause that the database has forgotten; tell whether there was one to repeat.

    One that lasts needs consent, as any pause, and gives way to another that lasts. It is called
    where a backup was restored; a second call changes nothing.
    """
    with transaction.atomic():
        _lock(person)
        held = ProfilingPause.objects.filter(person=person, since=since).first()
        if held is not None and (until is None or held.until is not None):
            return False
        if until is None and (
            paused_since(person) is not None
            or not has_consent(person=person, purpose=Purpose.PROFILING, though_paused=True)
        ):
            return False
        if until is None:
            profiling_paused.send(Person, person=resolve_merge(person))
        ProfilingPause.objects.update_or_create(
            person=person, since=since, defaults={"until": until}
        )
        if until is not None:
            profiling_resumed.send(Person, person=resolve_merge(person))
        _note("profiling.resumed" if until else "profiling.paused", person)
    return True


def _lock(person: Person) -> None:
    records = records_of(person)
    list(records.select_for_update(no_key=True).values_list("pk", flat=True))
    visitors = Visitor.objects.select_for_update(no_key=True).filter(person__in=records)
    list(visitors.order_by("pk").values_list("pk", flat=True))


def _note(action: str, person: Person) -> None:
    subject = f"person:{person.external_id}"
    record_audit(actor=subject, action=action, subject=subject)
