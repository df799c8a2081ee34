"""Whom lists, ranks and exports may read at all, in terms of people's consent selectors."""

from django.db.models import Exists, OuterRef, QuerySet

from people.models import ContactPoint, Person, Purpose
from people.selectors import consenting_person_ids, people_with_consent


def agreed(purpose: str, *, path: str = "pk") -> Exists:
    """An EXISTS over valid consent to the purpose, of the person whose id stands at `path`."""
    return Exists(consenting_person_ids(purpose).filter(person_id=OuterRef(path)))


def may_be_listed() -> QuerySet[Person]:
    """Persons with valid consent to profiling (an import basis is one), merged ones left out."""
    return people_with_consent(Purpose.PROFILING)


def verified_contact(*, path: str = "pk") -> Exists:
    """An EXISTS over a verified e-mail address or phone number."""
    return Exists(ContactPoint.objects.filter(person_id=OuterRef(path), verified_at__isnull=False))
