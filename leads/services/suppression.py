"""Keeps the addresses and numbers that nobody may write to, whatever anybody agreed to."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from leads.models import SuppressedContact
from leads.services.actors import actor_of
from leads.services.touching import touch_people
from outbox.services import record_audit
from people.models import ContactPoint, User


def suppress_contact(*, kind: str, value: str, reason: str, by: User) -> SuppressedContact:
    """Note a contact in its comparable form; once more keeps the first reason. Audited."""
    if not by.has_perm("leads.add_suppressedcontact"):
        raise PermissionDenied
    with transaction.atomic():
        row, made = SuppressedContact.objects.get_or_create(
            kind=kind, value=value, defaults={"reason": reason.strip()[:200], "added_by": by}
        )
        if made:
            record_audit(
                actor=actor_of(by), action="contact.suppressed", subject=f"suppressed:{row.pk}"
            )
            _look_again(kind, value)
    return row


def allow_contact(*, pk: int, by: User) -> None:
    """Take a contact off the list; one that is off already changes nothing. Audited."""
    if not by.has_perm("leads.delete_suppressedcontact"):
        raise PermissionDenied
    with transaction.atomic():
        row = SuppressedContact.objects.filter(pk=pk).first()
        if row is not None:
            row.delete()
            record_audit(actor=actor_of(by), action="contact.allowed", subject=f"suppressed:{pk}")
            _look_again(row.kind, row.value)


def _look_again(kind: str, value: str) -> None:
    people = ContactPoint.objects.filter(kind=kind, value=value)
    touch_people(person_ids=people.values_list("person_id", flat=True))
