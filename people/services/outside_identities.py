"""Lets in whoever a login kept elsewhere names, made if new; it joins no two people."""

from django.db import IntegrityError, transaction

from outbox.services import record_audit
from people.models import OutsideIdentity, Person, Visitor
from people.selectors import resolve_merge
from people.services.sign_in import SignedIn, let_in
from people.sign_in_adapters import Identity


def sign_in_by_identity(
    *,
    identity: Identity,
    signed_in: Person | None = None,
    visitor: Visitor | None = None,
    language: str = "en",
) -> SignedIn:
    """Return the identity's person; raises NotByCode for a login of staff.

    An identity nobody has becomes another way in of who is `signed_in` already and has none of that
    account (a phone may be shared), else of somebody new. One that is another's lets that other in:
    two people stay two.
    """
    try:
        with transaction.atomic():
            person = _known(identity) or _noted(identity, signed_in, language)
            return let_in(person=person, visitor=visitor)
    except IntegrityError:  # the same login came in twice at the same moment
        with transaction.atomic():
            first = _known(identity)
            if first is None:
                raise
            return let_in(person=first, visitor=visitor)


def _known(identity: Identity) -> Person | None:
    """The person of this id; else, where the owner's accounts share one, of the shared id."""
    rows = OutsideIdentity.objects.filter(provider=identity.provider).select_related(
        "person__merged_into"
    )
    row = rows.filter(account=identity.account, subject=identity.subject).first()
    if row is not None:
        if identity.union and not row.union:
            OutsideIdentity.objects.filter(pk=row.pk).update(union=identity.union)
        return resolve_merge(row.person)
    row = rows.filter(union=identity.union).order_by("pk").first() if identity.union else None
    if row is None:
        return None
    person = resolve_merge(row.person)
    _add(identity, person)
    return person


def _noted(identity: Identity, signed_in: Person | None, language: str) -> Person:
    person = signed_in
    if person is None or _has_one(person, identity):
        person = Person.objects.create(language=language, source=identity.provider)
    _add(identity, person)
    return person


def _has_one(person: Person, identity: Identity) -> bool:
    return person.outside_identities.filter(
        provider=identity.provider, account=identity.account
    ).exists()


def _add(identity: Identity, person: Person) -> None:
    OutsideIdentity.objects.create(
        person=person,
        provider=identity.provider,
        account=identity.account,
        subject=identity.subject,
        union=identity.union,
    )
    record_audit(
        actor=f"person:{person.external_id}",
        action="outside_identity.added",
        subject=f"person:{person.external_id}",
        detail={"provider": identity.provider},
    )
