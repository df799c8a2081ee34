"""Records decisions about consent and takes them back; the log is only ever appended to.

The row of the person or visitor is locked first, so two decisions at once have an order. Their keys
are not: whoever folds readings holds the folding lock, which a decision waits for, and names them.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from people.models import Consent, ConsentEvent, ConsentMethod, Person, Purpose, Visitor
from people.notices import known_language, text_hash
from people.selectors import records_of, resolve_merge
from people.services.pausing import end_pause
from people.services.withdrawals_list import append_withdrawals
from people.signals import consent_given, consent_renewed, consent_withdrawn


def subject_of(*, person: Person | None = None, visitor: Visitor | None = None) -> str:
    """Return the opaque subject of the consent log."""
    if (person is None) == (visitor is None):
        raise ValueError("A consent belongs to one person or one visitor.")
    return f"person:{person.external_id}" if person else f"visitor:{visitor.public_id}"  # type: ignore[union-attr]


def record_consent(
    *,
    person: Person | None = None,
    visitor: Visitor | None = None,
    purposes: dict[str, bool],
    notice: str,
    language: str,
    method: str,
    basis: str = "",
    file_hash: str = "",
) -> dict:
    """Record one decision and return its receipt; raises UnknownNotice and ValueError.

    A purpose that is not named keeps what holds. A refusal has the effect of a withdrawal.
    """
    person = resolve_merge(person) if person is not None else None
    hashes = {
        purpose: text_hash(version=notice, language=language, purpose=Purpose(purpose).value)
        for purpose in purposes
    }
    with transaction.atomic():
        _lock(person=person, visitor=visitor)
        events = [
            ConsentEvent(
                subject=subject_of(person=person, visitor=visitor),
                purpose=purpose,
                given=bool(given),
                notice=notice,
                language=known_language(language),
                text_hash=hashes[purpose],
                method=method,
                basis=basis,
                file_hash=file_hash,
            )
            for purpose, given in purposes.items()
        ]
        _append(events, person=person, visitor=visitor)
        refused = [event.purpose for event in events if not event.given]
        if person is not None and refused:
            _withdraw_others(person, refused, ConsentMethod.WITHDRAWAL)
    return receipt_of(events)


def record_refusal(*, purposes: list[str], notice: str, language: str, method: str) -> dict:
    """Record a refusal of somebody for whom no visitor may exist, and return the receipt.

    Its subject is random and stands nowhere else: it proves that refusing works, not who refused.
    """
    subject = f"visitor:{uuid.uuid4()}"
    receipt, now = uuid.uuid4(), timezone.now()
    events = [
        ConsentEvent(
            subject=subject,
            purpose=purpose,
            given=False,
            at=now,
            notice=notice,
            language=known_language(language),
            text_hash=text_hash(version=notice, language=language, purpose=purpose),
            method=method,
            receipt=receipt,
        )
        for purpose in purposes
    ]
    ConsentEvent.objects.bulk_create(events)
    return receipt_of(events)


def withdraw_consent(
    *,
    person: Person | None = None,
    visitor: Visitor | None = None,
    purposes: Iterable[str] | None = None,
    method: str = ConsentMethod.WITHDRAWAL,
) -> dict:
    """Take back all purposes, or those named, and return the receipt; a second call appends nothing.

    A person's withdrawal reaches every visitor joined to them; one through a joined visitor
    reaches the person, as it must be no harder than giving.
    """
    if visitor is not None and visitor.person is not None:
        person, visitor = visitor.person, None
    person = resolve_merge(person) if person is not None else None
    wanted = [Purpose(purpose).value for purpose in (purposes or Purpose.values)]
    with transaction.atomic():
        _lock(person=person, visitor=visitor)
        events = _withdraw_one(person=person, visitor=visitor, purposes=wanted, method=method)
        if person is not None:
            events += _withdraw_others(person, wanted, method)
    return receipt_of(events)


def _withdraw_others(person: Person, purposes: list[str], method: str) -> list[ConsentEvent]:
    """Take back what the same human gave as another record, and as any browser joined to one."""
    events = []
    for record in records_of(person).exclude(pk=person.pk).select_for_update(no_key=True):
        events += _withdraw_one(person=record, visitor=None, purposes=purposes, method=method)
    joined = Visitor.objects.select_for_update(no_key=True).filter(person__in=records_of(person))
    for visitor in joined.order_by("pk"):
        _withdraw_one(person=None, visitor=visitor, purposes=purposes, method=method)
    return events


def _withdraw_one(
    *, person: Person | None, visitor: Visitor | None, purposes: list[str], method: str
) -> list[ConsentEvent]:
    held = _held(person=person, visitor=visitor)
    events = [
        ConsentEvent(
            subject=subject_of(person=person, visitor=visitor),
            purpose=purpose,
            given=False,
            method=method,
            notice=held[purpose].event.notice,
            language=held[purpose].event.language,
            text_hash=held[purpose].event.text_hash,
        )
        for purpose in purposes
        if purpose in held and held[purpose].given
    ]
    _append(events, person=person, visitor=visitor)
    return events


def _append(events: list[ConsentEvent], *, person: Person | None, visitor: Visitor | None) -> None:
    """Append to the log, make it the current rows, and tell the packages above what changed."""
    held = _held(person=person, visitor=visitor)
    now, receipt = timezone.now(), uuid.uuid4()
    for event in events:
        event.at, event.receipt = now, receipt
    ConsentEvent.objects.bulk_create(events)
    given: list[str] = []
    renewed: list[str] = []
    withdrawn: list[str] = []
    for event in events:
        Consent.objects.update_or_create(
            person=person,
            visitor=visitor,
            purpose=event.purpose,
            defaults={"given": event.given, "at": event.at, "event": event},
        )
        before = event.purpose in held and held[event.purpose].given
        if event.given:
            (renewed if before else given).append(event.purpose)
        if not event.given:
            withdrawn.append(event.purpose)
    if visitor is not None:
        _note_on_visitor(visitor, given=given, withdrawn=withdrawn, at=now)
    if given:
        consent_given.send(Consent, person=person, visitor=visitor, purposes=given)
    if renewed:
        consent_renewed.send(Consent, person=person, visitor=visitor, purposes=renewed)
    if withdrawn:
        if person is not None and Purpose.PROFILING in withdrawn:
            end_pause(person=person)  # what is withdrawn cannot be paused; agreeing again goes on
        subject = subject_of(person=person, visitor=visitor)
        append_withdrawals(subject=subject, purposes=withdrawn, at=now)
        consent_withdrawn.send(Consent, person=person, visitor=visitor, purposes=withdrawn)


def _note_on_visitor(
    visitor: Visitor, *, given: list[str], withdrawn: list[str], at: datetime
) -> None:
    if Purpose.PROFILING in withdrawn:
        visitor.withdrawn_at = at
    elif Purpose.PROFILING in given:
        visitor.withdrawn_at = None
    else:
        return
    visitor.save(update_fields=["withdrawn_at"])


def _held(*, person: Person | None, visitor: Visitor | None) -> dict[str, Consent]:
    rows = Consent.objects.filter(person=person, visitor=visitor).select_related("event")
    return {row.purpose: row for row in rows}


def _lock(*, person: Person | None, visitor: Visitor | None) -> None:
    subject_of(person=person, visitor=visitor)
    if person is not None:
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if visitor is not None:
        Visitor.objects.select_for_update(no_key=True).get(pk=visitor.pk)


def receipt_of(events: list[ConsentEvent]) -> dict:
    """Return what a person is given to keep: number, moment, notice and each purpose's decision."""
    if not events:
        return {
            "id": None,
            "at": timezone.now().isoformat(),
            "notice": "",
            "language": "",
            "method": "",
            "purposes": {},
            "text_hashes": {},
        }
    first = events[0]
    return {
        "id": str(first.receipt),
        "at": first.at.isoformat(),
        "notice": first.notice,
        "language": first.language,
        "method": first.method,
        "purposes": {event.purpose: event.given for event in events},
        "text_hashes": {event.purpose: event.text_hash for event in events},
    }


# The bulk form lives in its own module and is part of this one's public face.
from people.services.import_basis import (  # noqa: E402
    record_import_basis,
    replace_import_basis,
    undo_import_basis,
)

__all__ = [
    "receipt_of",
    "record_consent",
    "record_import_basis",
    "record_refusal",
    "replace_import_basis",
    "subject_of",
    "undo_import_basis",
    "withdraw_consent",
]
