"""Adds a verified contact to somebody who is signed in; it never moves one from another person."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from people.models import ContactPoint, ContactVerification, Person
from people.selectors import person_of_contact


class BelongsToOther(Exception):
    """The contact is another person's already; only staff put two people together."""


def add_contact(*, person: Person, verification: ContactVerification) -> ContactPoint:
    """Return the person's verified contact of a used verification; raises BelongsToOther.

    A second call changes nothing.
    """
    if verification.used_at is None:
        raise ValueError("The contact is not verified.")
    kind, value = verification.kind, verification.value
    owner = person_of_contact(kind=kind, value=value)
    if owner == person:  # on this record, or on one that was merged into it
        return ContactPoint.objects.get(kind=kind, value=value, verified_at__isnull=False)
    if owner is not None:
        raise BelongsToOther
    try:
        with transaction.atomic():
            point, _ = ContactPoint.objects.get_or_create(person=person, kind=kind, value=value)
            if point.verified_at is None:
                point.verified_at = timezone.now()
                point.save(update_fields=["verified_at"])
    except IntegrityError:  # verified by another person at the same moment
        raise BelongsToOther from None
    return point
