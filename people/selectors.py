"""Reads about people: who consented, what holds for whom; it writes nothing."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from people.models import (
    Clinic,
    Consent,
    ConsentEvent,
    ConsentMethod,
    ContactPoint,
    Person,
    Purpose,
    Visitor,
)

CHILD_UNTIL = 14


def current_clinic() -> Clinic:
    """The clinic that runs this installation, unsaved defaults where none was started."""
    return Clinic.objects.filter(pk=1).first() or Clinic(pk=1, languages=["en", "zh-hans"])


def _of_age() -> Q:
    """Hold declared children back unless staff recorded a guardian's consent.

    Only the year of birth is known, so the whole year of the fourteenth birthday counts as child.
    """
    youngest = timezone.now().year - CHILD_UNTIL - 1
    return (
        Q(person__birth_year__isnull=True)
        | Q(person__birth_year__lte=youngest)
        | Q(person__guardian__isnull=False, event__method=ConsentMethod.STAFF)
    )


def consenting_person_ids(purpose: str) -> QuerySet:
    """Ids of people with valid consent to a purpose, for use inside another query."""
    return Consent.objects.filter(
        _of_age(), purpose=purpose, given=True, person__isnull=False
    ).values("person_id")


def people_with_consent(purpose: str) -> QuerySet[Person]:
    """People with valid consent to a purpose; redirects of merged people are left out."""
    return Person.objects.filter(merged_into=None, pk__in=consenting_person_ids(purpose))


def has_consent(
    *, person: Person | None = None, visitor: Visitor | None = None, purpose: str
) -> bool:
    """Whether consent holds now. A joined visitor needs the person's as well as its own."""
    if person is not None:
        return consenting_person_ids(purpose).filter(person_id=person.pk).exists()
    if visitor is None:
        return False
    own = Consent.objects.filter(visitor=visitor, purpose=purpose, given=True).exists()
    if own and visitor.person_id is not None:
        return consenting_person_ids(purpose).filter(person_id=visitor.person_id).exists()
    return own


def consents_of(
    *, person: Person | None = None, visitor: Visitor | None = None
) -> QuerySet[Consent]:
    """What holds for one person or visitor, with the event that proves it."""
    return Consent.objects.filter(person=person, visitor=visitor).select_related("event")


def consents_given(
    *, person: Person | None = None, visitor: Visitor | None = None
) -> dict[str, bool] | None:
    """The current decision by purpose, None where nothing was ever decided."""
    if person is None and visitor is None:
        return None
    rows = dict(consents_of(person=person, visitor=visitor).values_list("purpose", "given"))
    if not rows:
        return None
    return {purpose: rows.get(purpose, False) for purpose in Purpose.values}


def consent_history_of(
    *, person: Person | None = None, visitors: list[Visitor]
) -> QuerySet[ConsentEvent]:
    """Every decision of a person and these visitors, oldest first."""
    subjects = [f"visitor:{visitor.public_id}" for visitor in visitors]
    if person is not None:
        subjects.append(f"person:{person.external_id}")
    return ConsentEvent.objects.filter(subject__in=subjects).order_by("at", "pk")


def person_of_contact(*, kind: str, value: str) -> Person | None:
    """The person whose verified contact point this is, merges followed."""
    point = (
        ContactPoint.objects.filter(kind=kind, value=value, verified_at__isnull=False)
        .select_related("person")
        .first()
    )
    return resolve_merge(point.person) if point else None


def resolve_merge(person: Person) -> Person:
    """The person a redirect leads to, or the same person."""
    seen = {person.pk}
    while person.merged_into is not None and person.merged_into_id not in seen:
        person = person.merged_into
        seen.add(person.pk)
    return person
