"""Reads about people: who consented, what holds for whom; it writes nothing."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from people.models import (
    Clinic,
    Consent,
    ConsentEvent,
    ConsentMethod,
    ContactPoint,
    Person,
    ProfilingPause,
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
    # Asked of children alone; a join would read the event of everybody.
    by_staff = ConsentEvent.objects.filter(pk=OuterRef("event_id"), method=ConsentMethod.STAFF)
    return (
        Q(person__birth_year__isnull=True)
        | Q(person__birth_year__lte=youngest)
        | (Q(person__guardian__isnull=False) & Q(Exists(by_staff)))
    )


def is_declared_child(person: Person) -> bool:
    """Whether the year of birth says that a guardian decides for them."""
    return (
        person.birth_year is not None and person.birth_year > timezone.now().year - CHILD_UNTIL - 1
    )


def consenting_person_ids(purpose: str, *, though_paused: bool = False) -> QuerySet:
    """Ids of people with valid consent to a purpose, for use inside another query.

    Whoever paused their interests is not among those who consent to profiling, unless the caller
    says `though_paused`: that is for keeping and showing to themselves what is there already.
    Whoever was merged into somebody else is not among them. Of two records that are one human the
    stricter word holds: what the one refused before the merge, the other has not given, until
    they decide again.
    """
    refused_as_another = Consent.objects.filter(
        person__merged_into=OuterRef("person_id"),
        person__merged_at__gte=OuterRef("at"),
        purpose=purpose,
        given=False,
    )
    consents = Consent.objects.filter(
        _of_age(),
        ~Exists(refused_as_another),
        purpose=purpose,
        given=True,
        person__isnull=False,
        person__merged_into=None,
    )
    if purpose == Purpose.PROFILING and not though_paused:
        as_one = ProfilingPause.objects.filter(person=OuterRef("person_id"), until=None)
        as_another = ProfilingPause.objects.filter(
            person__merged_into=OuterRef("person_id"), until=None
        )
        consents = consents.exclude(Exists(as_one)).exclude(Exists(as_another))
    return consents.values("person_id")


def people_with_consent(purpose: str) -> QuerySet[Person]:
    """People with valid consent to a purpose; redirects of merged people are left out."""
    return Person.objects.filter(merged_into=None, pk__in=consenting_person_ids(purpose))


def has_consent(
    *,
    person: Person | None = None,
    visitor: Visitor | None = None,
    purpose: str,
    though_paused: bool = False,
) -> bool:
    """Whether consent holds now. A joined visitor needs the person's as well as its own.

    Paused interests are as if not consented to, unless `though_paused`.
    """
    if person is not None:
        stands = resolve_merge(person)
        agreed = consenting_person_ids(purpose, though_paused=though_paused)
        return agreed.filter(person_id=stands.pk).exists()
    if visitor is None:
        return False
    own = Consent.objects.filter(visitor=visitor, purpose=purpose, given=True).exists()
    if own and visitor.person is not None:
        return has_consent(person=visitor.person, purpose=purpose, though_paused=though_paused)
    return own


def paused_since(person: Person) -> datetime | None:
    """Since when a human's interests are paused, None where they are not."""
    return (
        ProfilingPause.objects.filter(person__in=records_of(person), until=None)
        .order_by("since")
        .values_list("since", flat=True)
        .first()
    )


def pauses_of(person_ids: Iterable[int]) -> dict[int, list[tuple[datetime, datetime | None]]]:
    """Every stretch in which these records were paused, by person: one query; None is still on."""
    found: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    rows = ProfilingPause.objects.filter(person_id__in=list(person_ids)).order_by("since")
    for person, since, until in rows.values_list("person_id", "since", "until"):
        found[person].append((since, until))
    return dict(found)


def consents_of(
    *, person: Person | None = None, visitor: Visitor | None = None
) -> QuerySet[Consent]:
    """What holds for one person or visitor, with the event that proves it."""
    return Consent.objects.filter(person=person, visitor=visitor).select_related("event")


def decisions_held(person: Person) -> dict[str, Consent]:
    """The decision that counts for a human by purpose: their own, or the refusal that is stricter.

    Such a refusal is one of a record that was merged into theirs after both had been decided.
    """
    held = {row.purpose: row for row in consents_of(person=person)}
    refusals = Consent.objects.filter(person__merged_into=person, given=False)
    for row in refusals.select_related("event", "person"):
        own = held.get(row.purpose)
        merged_at = row.person.merged_at if row.person else None
        if own is not None and own.given and merged_at is not None and own.at <= merged_at:
            held[row.purpose] = row
    return held


def consents_given(
    *, person: Person | None = None, visitor: Visitor | None = None
) -> dict[str, bool] | None:
    """The current decision by purpose, None where nothing was ever decided."""
    if person is None and visitor is None:
        return None
    if person is not None:
        rows = {purpose: held.given for purpose, held in decisions_held(person).items()}
    else:
        rows = dict(consents_of(visitor=visitor).values_list("purpose", "given"))
    if not rows:
        return None
    return {purpose: rows.get(purpose, False) for purpose in Purpose.values}


def consent_history_of(
    *, people: Iterable[Person], visitors: Iterable[Visitor]
) -> QuerySet[ConsentEvent]:
    """Every decision of these people and visitors, oldest first."""
    subjects = [f"visitor:{visitor.public_id}" for visitor in visitors]
    subjects += [f"person:{person.external_id}" for person in people]
    return ConsentEvent.objects.filter(subject__in=subjects).order_by("at", "pk")


def person_of_contact(*, kind: str, value: str) -> Person | None:
    """The person whose verified contact point this is, merges followed."""
    point = (
        ContactPoint.objects.filter(kind=kind, value=value, verified_at__isnull=False)
        .select_related("person")
        .first()
    )
    return resolve_merge(point.person) if point else None


def is_known(person: Person) -> bool:
    """Whether it is sure who somebody is: a verified contact, staff's word, or a login elsewhere.

    Only by a contact can they be written to; the others find what concerns them on their own page.
    """
    return (
        ContactPoint.objects.filter(person=person, verified_at__isnull=False).exists()
        or person.vouches.exists()
        or person.outside_identities.exists()
    )


def people_named(text: str, *, contact: str = "", at_most: int = 10) -> list[Person]:
    """People by a part of their name, or by a whole contact or id; nobody for under two letters.

    `contact` is the comparable form of the text, where it looks like one.
    """
    text = text.strip()
    if len(text) < 2:
        return []
    found = Q(display_name__icontains=text) | Q(external_id=text)
    if contact:
        found |= Q(contact_points__value=contact)
    people = Person.objects.filter(found, merged_into=None).distinct()
    return list(people.prefetch_related("contact_points").order_by("display_name", "pk")[:at_most])


def person_of_user(user_id: int | None) -> Person | None:
    """The person whose login it is, merges followed; None for nobody and for staff without one."""
    person = Person.objects.filter(user_id=user_id).first() if user_id else None
    return resolve_merge(person) if person else None


def records_of(person: Person) -> QuerySet[Person]:
    """Every record of one human: the one that stands, and those merged into it."""
    stands = resolve_merge(person).pk
    return Person.objects.filter(Q(pk=stands) | Q(merged_into=stands)).order_by("pk")


def visitors_of(person: Person) -> list[Visitor]:
    """The browsers joined to any record of a human."""
    return list(Visitor.objects.filter(person__in=records_of(person)).order_by("pk"))


def redirects_among(person_ids: Iterable[int]) -> dict[int, int]:
    """Merged record to the one that stands for it, where either is among the ids: one query."""
    ids = list(person_ids)
    rows = Person.objects.filter(merged_into__isnull=False)
    rows = rows.filter(Q(pk__in=ids) | Q(merged_into__in=ids))
    return {pk: into for pk, into in rows.values_list("pk", "merged_into_id") if into is not None}


def humans_of(person_ids: Iterable[int]) -> dict[int, tuple[int, set[int]]]:
    """Each record's human: the record that stands, and every record; one query if none is merged."""
    wanted = set(person_ids)
    asked: set[int] = set()
    into: dict[int, int] = {}
    while ids := (wanted | set(into.values())) - asked:
        into |= redirects_among(ids)
        asked |= ids
    records: dict[int, set[int]] = defaultdict(set)
    for pk in wanted | into.keys() | set(into.values()):
        records[_end_of(pk, into)].add(pk)
    stands = {pk: _end_of(pk, into) for pk in wanted}
    return {pk: (stood, records[stood]) for pk, stood in stands.items()}


def _end_of(pk: int, into: dict[int, int]) -> int:
    seen = {pk}
    while pk in into and into[pk] not in seen:
        pk = into[pk]
        seen.add(pk)
    return pk


def resolve_merge(person: Person) -> Person:
    """The person a redirect leads to, or the same person."""
    seen = {person.pk}
    while person.merged_into is not None and person.merged_into_id not in seen:
        person = person.merged_into
        seen.add(person.pk)
    return person


def contacts_of(person: Person) -> list[ContactPoint]:
    """Their contact points, verified ones first; what several records hold stands once."""
    points = ContactPoint.objects.filter(person__in=records_of(person)).order_by("kind", "value")
    found: dict[tuple[str, str], ContactPoint] = {}
    for point in sorted(points, key=lambda point: point.verified_at is None):
        found.setdefault((point.kind, point.value), point)
    return list(found.values())
