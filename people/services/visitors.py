"""Makes visitors and their tokens, joins them to people and parts them again.

Joining needs a verified contact (its callers have one) and consent (checked here).
"""

import uuid

from django.core import signing
from django.db import transaction

from outbox.services import record_audit
from people.models import Consent, ConsentMethod, Person, Purpose, Visitor, VisitorLink
from people.selectors import has_consent, resolve_merge
from people.services.consent import record_consent
from people.signals import visitor_joined, visitor_parted

_signer = signing.Signer(salt="people.visitor")


class BadToken(ValueError):
    """Not a visitor token of ours."""


def issue_token(visitor: Visitor) -> str:
    """Return the visitor's token: its public id, signed."""
    return _signer.sign(visitor.public_id.hex)


def public_id_of_token(token: str) -> uuid.UUID:
    """Return the public id a token names, without asking the database; raises BadToken."""
    try:
        return uuid.UUID(hex=_signer.unsign(token))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        raise BadToken from None


def visitor_of_token(token: str) -> Visitor:
    """Return the visitor, who may have withdrawn; raises BadToken, also for one since erased."""
    public_id = public_id_of_token(token)
    visitor = Visitor.objects.select_related("person").filter(public_id=public_id).first()
    if visitor is None:
        raise BadToken
    return visitor


def create_visitor(
    *, purposes: dict[str, bool], notice: str, language: str, method: str
) -> tuple[Visitor, dict]:
    """Make a visitor that consents to profiling; return it with the receipt."""
    if not purposes.get(Purpose.PROFILING):
        raise ValueError("Without consent to profiling there is no visitor.")
    with transaction.atomic():
        visitor = Visitor.objects.create()
        receipt = record_consent(
            visitor=visitor, purposes=purposes, notice=notice, language=language, method=method
        )
    return visitor, receipt


def join_visitor(*, visitor: Visitor, person: Person, actor: str) -> bool:
    """Make a consenting browser's history the person's; True if it is theirs now.

    The visitor's decisions are carried over where the person has no later one of their own.
    Nothing is joined without profiling consent on both sides, nor away from another person.
    A second call changes nothing.
    """
    with transaction.atomic():
        # In the order in which withdrawals lock, so that neither waits for the other for ever.
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        visitor = Visitor.objects.select_for_update(no_key=True).get(pk=visitor.pk)
        if visitor.person_id is not None:
            return resolve_merge(visitor.person) == person  # type: ignore[arg-type]
        if not has_consent(visitor=visitor, purpose=Purpose.PROFILING):
            return False
        _carry_over(visitor, person)
        if not has_consent(person=person, purpose=Purpose.PROFILING, though_paused=True):
            return False
        visitor.person = person
        visitor.save(update_fields=["person"])
        VisitorLink.objects.create(visitor=visitor, person=person, joined=True, actor=actor)
        record_audit(actor=actor, action="visitor_joined", subject=f"person:{person.external_id}")
        visitor_joined.send(Visitor, visitor=visitor, person=person)
    return True


def part_visitor(*, visitor: Visitor, actor: str) -> None:
    """Undo a join; the receiver above gives the history back to the visitor. Idempotent."""
    with transaction.atomic():
        visitor = Visitor.objects.select_for_update(no_key=True).get(pk=visitor.pk)
        person = visitor.person
        if person is None:
            return
        visitor.person = None
        visitor.save(update_fields=["person"])
        VisitorLink.objects.create(visitor=visitor, person=person, joined=False, actor=actor)
        record_audit(actor=actor, action="visitor_parted", subject=f"person:{person.external_id}")
        visitor_parted.send(Visitor, visitor=visitor, person=person)


def visitor_for_person(*, person: Person, actor: str) -> Visitor | None:
    """Return a new visitor joined to a consenting person, for a browser that has none of theirs."""
    held = (
        Consent.objects.filter(person=person, purpose=Purpose.PROFILING, given=True)
        .select_related("event")
        .first()
    )
    # A browser of somebody who paused is known as well: its events are counted without them.
    if held is None or not has_consent(
        person=person, purpose=Purpose.PROFILING, though_paused=True
    ):
        return None
    if not held.event.notice:
        return None  # an import basis says nothing about this browser
    with transaction.atomic():
        visitor = Visitor.objects.create()
        record_consent(
            visitor=visitor,
            purposes={Purpose.PROFILING.value: True},
            notice=held.event.notice,
            language=held.event.language,
            method=ConsentMethod.SIGN_IN,
        )
        join_visitor(visitor=visitor, person=person, actor=actor)
    visitor.refresh_from_db()
    return visitor


def _carry_over(visitor: Visitor, person: Person) -> None:
    """Repeat the visitor's decisions as the person's, unless the person decided later.

    A box left unticked in one browser takes nothing back that the person gave elsewhere.
    """
    theirs = {row.purpose: row for row in Consent.objects.filter(person=person)}
    for held in Consent.objects.filter(visitor=visitor).select_related("event"):
        own = theirs.get(held.purpose)
        if own is not None and (own.at >= held.at or own.given or not held.given):
            continue
        record_consent(
            person=person,
            purposes={held.purpose: held.given},
            notice=held.event.notice,
            language=held.event.language,
            method=ConsentMethod.SIGN_IN,
        )
