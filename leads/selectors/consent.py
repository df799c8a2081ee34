"""Whom lists, ranks and exports may read at all, in terms of people's consent selectors."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from leads.models import SuppressedContact
from people.models import ContactPoint, Person, Purpose
from people.selectors import consenting_person_ids, people_with_consent


def agreed(purpose: str, *, path: str = "pk") -> Exists:
    """An EXISTS over valid consent to the purpose, of the person whose id stands at `path`."""
    return Exists(consenting_person_ids(purpose).filter(person_id=OuterRef(path)))


def may_be_listed() -> QuerySet[Person]:
    """Persons with valid consent to profiling (an import basis is one), merged ones left out."""
    return people_with_consent(Purpose.PROFILING)


def verified_contact(*, path: str = "pk") -> Q:
    """Whether there is a verified e-mail address or phone number, and none of theirs is suppressed."""
    points = ContactPoint.objects.filter(person_id=OuterRef(path), verified_at__isnull=False)
    own, merged = _named(path=path)
    return Q(Exists(points)) & ~Q(own) & ~Q(merged)


def suppressed(*, path: str = "pk") -> Q:
    """Whether an address or number of theirs, verified or not, is one that nobody may write to."""
    own, merged = _named(path=path)
    return Q(own) | Q(merged)


def _named(*, path: str) -> tuple[Exists, Exists]:
    """EXISTS over suppressed contacts of their own, and over those of whoever was merged into them.

    Two, for of one that asks for either the databases make a loop over people times contacts.
    """
    named = SuppressedContact.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
    points = ContactPoint.objects.filter(Exists(named))
    return (
        Exists(points.filter(person_id=OuterRef(path))),
        Exists(points.filter(person__merged_into_id=OuterRef(path))),
    )
