"""Records the basis of an import as consent to profiling, in bulk, never over anyone's own word."""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from django.db import transaction
from django.utils import timezone

from people.models import Consent, ConsentEvent, ConsentMethod, Person, Purpose
from people.selectors import consenting_person_ids, humans_of
from people.signals import consent_withdrawn

CHUNK = 500


def record_import_basis(*, people: Iterable[int], basis: str, file_hash: str = "") -> int:
    """Record profiling consent by import for those who never decided; return how many.

    A consent, refusal or withdrawal that stands is left alone, so a second call changes nothing;
    what a human refused as one record is refused for all that staff merged with it. No signal is
    sent: the importer does the folding itself. Works in chunks of one short transaction each.
    """
    if not basis.strip():
        raise ValueError("Name the basis on which these people may be profiled.")
    return sum(_record_chunk(chunk, basis, file_hash) for chunk in _chunks(people))


def undo_import_basis(*, file_hash: str, people: Iterable[int] | None = None) -> list[int]:
    """Take back what one file's basis gave, where it still holds; return the person ids.

    `people` limits it to these person ids. The current row goes with it, as the person themselves
    decided nothing. Nobody is told of a withdrawal where the human agreed as another record: what
    hangs on their consent is kept.
    """
    held = Consent.objects.filter(
        purpose=Purpose.PROFILING,
        given=True,
        event__method=ConsentMethod.IMPORT,
        event__file_hash=file_hash,
        person__isnull=False,
    )
    if people is not None:
        held = held.filter(person__in=list(people))
    undone: list[int] = []
    for chunk in _chunks(list(held.values_list("person_id", flat=True))):
        with transaction.atomic():
            locked = list(Person.objects.select_for_update().filter(pk__in=chunk).order_by("pk"))
            rows = held.filter(person__in=locked)
            still = set(rows.values_list("person_id", flat=True))
            parted = [person for person in locked if person.pk in still]
            ConsentEvent.objects.bulk_create(
                ConsentEvent(
                    subject=f"person:{person.external_id}",
                    purpose=Purpose.PROFILING,
                    given=False,
                    method=ConsentMethod.BATCH_UNDONE,
                    file_hash=file_hash,
                )
                for person in parted
            )
            rows.delete()
            agreed = _agreed_as_another(still)
            for person in parted:
                undone.append(person.pk)
                if person.pk not in agreed:
                    consent_withdrawn.send(
                        Consent, person=person, visitor=None, purposes=[Purpose.PROFILING.value]
                    )
    return undone


def _agreed_as_another(records: set[int]) -> set[int]:
    """Those of the records whose human consents, though the record itself does no longer."""
    stands = {record: human for record, (human, _) in humans_of(records).items()}
    holders = consenting_person_ids(Purpose.PROFILING, though_paused=True)
    agreed = set(
        holders.filter(person_id__in=set(stands.values())).values_list("person_id", flat=True)
    )
    return {record for record, human in stands.items() if human in agreed}


def replace_import_basis(
    *, people: Iterable[int], old_file_hash: str, basis: str, file_hash: str
) -> int:
    """Rest people's consent on another import, where it rests on that of one file; return how many.

    The consent goes on without a gap, so no signal is sent, and it is as old as it was: a refusal
    as another record of the same human still counts for more. A second call changes nothing.
    """
    replaced = 0
    for chunk in _chunks(people):
        with transaction.atomic():
            list(Person.objects.select_for_update().filter(pk__in=chunk).order_by("pk"))
            rows = Consent.objects.filter(
                person__in=chunk,
                purpose=Purpose.PROFILING,
                given=True,
                event__method=ConsentMethod.IMPORT,
                event__file_hash=old_file_hash,
            ).select_related("person")
            for row in rows:
                if row.person is None:
                    continue
                row.event = ConsentEvent.objects.create(
                    subject=f"person:{row.person.external_id}",
                    purpose=Purpose.PROFILING,
                    given=True,
                    method=ConsentMethod.IMPORT,
                    basis=basis.strip()[:500],
                    text_hash=hashlib.sha256(basis.strip()[:500].encode()).hexdigest(),
                    file_hash=file_hash,
                )
                row.save(update_fields=["event"])
                replaced += 1
    return replaced


def _record_chunk(chunk: list[int], basis: str, file_hash: str) -> int:
    basis = basis.strip()[:500]
    now = timezone.now()
    with transaction.atomic():
        # Locked as record_consent locks, so a refusal at the same moment comes before or after.
        people = dict(
            Person.objects.select_for_update()
            .filter(pk__in=chunk)
            .order_by("pk")
            .values_list("pk", "external_id")
        )
        for person_id in _decided(people):
            del people[person_id]
        events = ConsentEvent.objects.bulk_create(
            ConsentEvent(
                subject=f"person:{external_id}",
                purpose=Purpose.PROFILING,
                given=True,
                at=now,
                method=ConsentMethod.IMPORT,
                basis=basis,
                text_hash=hashlib.sha256(basis.encode()).hexdigest(),
                file_hash=file_hash,
            )
            for external_id in people.values()
        )
        Consent.objects.bulk_create(
            Consent(person_id=person_id, purpose=Purpose.PROFILING, given=True, at=now, event=event)
            for person_id, event in zip(people, events, strict=True)
        )
    return len(people)


def _decided(person_ids: Collection[int]) -> set[int]:
    """Those who decided as this record, or refused as another record of the same human."""
    humans = humans_of(person_ids)
    every = {record for _, records in humans.values() for record in records}
    rows = Consent.objects.filter(person__in=every, purpose=Purpose.PROFILING)
    given = dict(rows.values_list("person_id", "given"))
    refused = {record for record, yes in given.items() if not yes}
    return {pk for pk, (_, records) in humans.items() if pk in given or records & refused}


def _chunks(people: Iterable[int]) -> Iterator[list[int]]:
    remaining = iter(people)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk
