"""Lets in whom staff vouch for, and confirms the contact they named; it joins no two people.

A staff's word says who somebody is. It is no consent, and nobody's contact is taken from them.
"""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from outbox.services import record_audit
from people.models import ContactPoint, Person, User, Visitor, Vouch, WayIn
from people.selectors import person_of_contact, resolve_merge
from people.services.sign_in import NotByCode, SignedIn, is_for_work, let_in

VOUCH = "people.add_vouch"


class ContactTaken(Exception):
    """The contact is confirmed already, and is `holder`'s."""

    def __init__(self, holder: Person):
        super().__init__()
        self.holder = holder


class TooManyWaysIn(Exception):
    """One member of staff, one address or everybody together asked too often within an hour."""


def demand_voucher(user: User) -> None:
    """Raise PermissionDenied unless the user may say who somebody is."""
    if not may_vouch(user):
        raise PermissionDenied


def may_vouch(user: User | None) -> bool:
    """Tell whether the user may say who somebody is, now: a login switched off may not."""
    return user is not None and user.is_active and user.has_perm(VOUCH)


def check_nameable(*, person: Person | None, kind: str, value: str) -> None:
    """Raise NotByCode for somebody with a staff login, ContactTaken for a contact of another's."""
    if person is not None and is_for_work(person.user):
        raise NotByCode
    holder = person_of_contact(kind=kind, value=value) if value else None
    if holder is not None and holder != person:
        raise ContactTaken(holder)


def use_way_in(*, way: WayIn, method: str, visitor: Visitor | None) -> SignedIn:
    """Let in the person a way in is for, made if new, and note who vouched, when and how.

    Belongs inside the transaction that locked the row. Raises NotByCode and ContactTaken; then
    nothing is used up.
    """
    person = resolve_merge(way.person) if way.person else None
    check_nameable(person=person, kind=way.kind, value=way.value)
    if person is None:
        person = Person.objects.create(display_name=way.name, language=way.language, source="staff")
    result = let_in(person=person, visitor=visitor)
    contact = _confirm(person=person, kind=way.kind, value=way.value) if way.value else None
    Vouch.objects.create(
        person=person, method=method, contact=contact, known_as=way.known_as, by=way.vouched_by
    )
    way.person, way.used_at = person, timezone.now()
    way.save(update_fields=["person", "used_at"])
    record_audit(
        actor=f"user:{way.vouched_by_id}",
        action="person.vouched",
        subject=f"person:{person.external_id}",
        detail={"method": method, "way": str(way.public_id), "contact": contact is not None},
    )
    return result


def _confirm(*, person: Person, kind: str, value: str) -> ContactPoint:
    point, _ = ContactPoint.objects.get_or_create(person=person, kind=kind, value=value)
    if point.verified_at is None:
        point.verified_at = timezone.now()
        try:
            with transaction.atomic():
                point.save(update_fields=["verified_at"])
        except IntegrityError:  # proved by somebody else at the same moment
            raise ContactTaken(person_of_contact(kind=kind, value=value) or person) from None
    return point


def keyed(subject: str, value: str) -> str:
    """Return a keyed hash: what is stored of a token, a browser or an address."""
    return salted_hmac(f"people.vouching.{subject}", value, algorithm="sha256").hexdigest()
