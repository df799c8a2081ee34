"""Erases a person or a lone visitor everywhere, by walking the registry of personal data.

What stays is proof without a name: the log of consents and the audit log, by opaque id.
"""

from django.db import transaction

from outbox.services import record_audit
from outbox.would_be_sent import forget_written_mails
from people import registry
from people.models import ConsentEvent, ContactPoint, Person, Visitor
from people.selectors import records_of, resolve_merge
from people.services.erasures_list import append_erasure, imported_key_ref, listed_erasures
from people.services.sessions import end_sessions
from people.signals import person_erasing


def erase_person(*, person: Person, actor: str) -> dict[str, int]:
    """Erase the human: login, browsers, and every record merged with this one; return rows by model.

    The list of erasures is written first: after a crash in between, `repeat_erasures` ends it.
    """
    counts: dict[str, int] = {}
    stands = resolve_merge(person)
    # The one that stands goes last: until then the others lead to it.
    records = [*records_of(stands).exclude(pk=stands.pk), stands]
    for record in records:
        _list_erasure(record)
    for record in records:
        _add(counts, _erase_record(person=record, actor=actor))
    return counts


def _list_erasure(person: Person) -> None:
    append_erasure(kind="person", ref=person.external_id)
    if person.imported_key:
        append_erasure(kind="imported_key", ref=imported_key_ref(person.imported_key))


def _erase_record(*, person: Person, actor: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    addresses = set(ContactPoint.objects.filter(person=person).values_list("value", flat=True))
    with transaction.atomic():
        _add(counts, _erase_rows(person))
        record_audit(
            actor=actor,
            action="person_erased",
            subject=f"person:{person.external_id}",
            detail=counts,
        )
    forget_written_mails(addresses=addresses)
    return counts


def remove_demo_person(*, person: Person) -> None:
    """Remove somebody invented, with the invented log of consents: there is nothing to prove."""
    subjects = [f"visitor:{visitor.public_id}" for visitor in person.visitors.all()]
    subjects.append(f"person:{person.external_id}")
    with transaction.atomic():
        _erase_rows(person)
        ConsentEvent.objects.filter(subject__in=subjects).delete()


def remove_imported_person(*, person: Person, actor: str) -> None:
    """Remove somebody whom an import made and who did nothing since; nobody asked to be forgotten.

    So they are not on the list of erasures, and a later import may bring them again. The log of
    consents stays, by opaque id.
    """
    with transaction.atomic():
        counts = _erase_rows(person)
        record_audit(
            actor=actor,
            action="person_unimported",
            subject=f"person:{person.external_id}",
            detail=counts,
        )


def _erase_rows(person: Person) -> dict[str, int]:
    person = Person.objects.select_for_update().get(pk=person.pk)
    visitors = list(person.visitors.all())
    counts = _erase(person, visitors)
    user = person.user
    for visitor in visitors:
        visitor.delete()
    person.delete()
    if user is not None:
        end_sessions(user=user)
        user.delete()
    return counts


def erase_visitor(*, visitor: Visitor, actor: str) -> dict[str, int]:
    """Erase a browser's history; what a joined person keeps is theirs and is erased with them."""
    append_erasure(kind="visitor", ref=str(visitor.public_id))
    with transaction.atomic():
        counts = _erase(None, [visitor])
        visitor.delete()
        record_audit(actor=actor, action="visitor_erased", detail=counts)
    return counts


def repeat_erasures(*, actor: str = "system") -> int:
    """Erase again whoever is on the list and, after a restore or a crash, in the database."""
    count = 0
    for kind, ref in listed_erasures():
        if kind == "person":
            person = Person.objects.filter(external_id=ref).first()
            if person is not None:
                erase_person(person=person, actor=actor)
                count += 1
        elif kind == "visitor":
            visitor = Visitor.objects.filter(public_id=ref).first()
            if visitor is not None:
                erase_visitor(visitor=visitor, actor=actor)
                count += 1
    return count


def _erase(person: Person | None, visitors: list[Visitor]) -> dict[str, int]:
    person_erasing.send(Person, person=person, visitors=visitors)
    counts: dict[str, int] = {}
    for entry in registry.entries():
        if entry.eraser is not None:
            number = entry.eraser(person, visitors)
            if number:
                _add(counts, {entry.model._meta.label: number})
    return counts


def _add(counts: dict[str, int], more: dict[str, int]) -> None:
    for label, number in more.items():
        counts[label] = counts.get(label, 0) + number
