"""Who waits to be told by hand, and who was; reads only."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from classroom.models import LiveClass, Telling
from classroom.question_selectors import may_answer, questions_for
from classroom.services.staff_access import classes_seen_by, may_see_classes
from classroom.telling import link_of
from people.models import ContactPoint, Person, User

TOLD_SHOWN = 20


def may_tell(user: User) -> bool:
    """Whether telling people is the user's work: who looks after classes, or answers questions."""
    return may_see_classes(user) or may_answer(user)


def tellings_for(user: User, *, live_class: LiveClass | None = None) -> QuerySet[Telling]:
    """What the user may know of, told or not: of the classes they see, and of questions they read."""
    classes = classes_seen_by(user).order_by().values("pk")
    if live_class is not None:
        return Telling.objects.filter(live_class=live_class, live_class__in=classes)
    questions = questions_for(user).order_by().values("pk")
    return Telling.objects.filter(Q(live_class__in=classes) | Q(question__in=questions))


def waiting(tellings: QuerySet[Telling]) -> QuerySet[Telling]:
    """Those that somebody has to tell now."""
    return tellings.filter(told_at=None, lasts_until__gt=timezone.now())


def people_waiting(tellings: QuerySet[Telling]) -> QuerySet[Person]:
    """The people who wait, each once, the most pressing first, with `pressing` as its moment."""
    mine = waiting(tellings).order_by().values("pk")
    return (
        Person.objects.filter(tellings__in=mine)
        .annotate(pressing=Min("tellings__lasts_until", filter=Q(tellings__in=mine)))
        .order_by("pressing", "pk")
    )


@dataclass
class Item:
    """One thing to say: the row, and the words with their link as they can be copied."""

    telling: Telling
    words: str


@dataclass
class PersonToTell:
    """Somebody who waits: what is to be said, and every contact there is, verified ones first.

    `through` is the guardian whose contacts these are, where the person has none of their own.
    """

    person: Person
    items: list[Item] = field(default_factory=list)
    contacts: list[ContactPoint] = field(default_factory=list)
    through: Person | None = None


def rows_of(people: list[Person], tellings: QuerySet[Telling]) -> list[PersonToTell]:
    """What is said to these people, in their order; the same number of queries for any number."""
    rows = {person.pk: PersonToTell(person) for person in people}
    found = (
        waiting(tellings)
        .filter(person__in=rows)
        .select_related("live_class", "registration", "question")
    )
    for telling in found.order_by("since", "pk"):
        rows[telling.person_id].items.append(Item(telling, words_with_link(telling)))
    guardians = [person.guardian_id for person in people if person.guardian_id]
    contacts: dict[int, list[ContactPoint]] = {}
    points = ContactPoint.objects.filter(person__in=[*rows, *guardians]).select_related("person")
    for point in points.order_by("kind", "pk"):
        contacts.setdefault(point.person_id, []).append(point)
    for row in rows.values():
        row.contacts = contacts.get(row.person.pk, [])
        theirs = contacts.get(row.person.guardian_id or 0, [])
        if not row.contacts and theirs:
            row.contacts, row.through = theirs, theirs[0].person
        row.contacts.sort(key=lambda point: point.verified_at is None)
    return list(rows.values())


def words_with_link(telling: Telling) -> str:
    """What to say, ready to be copied."""
    link = link_of(telling.link, registration=telling.registration, language=telling.language)
    return f"{telling.words} {link}".strip()


@dataclass
class ToldPerson:
    """Somebody who was told: what, when, by whom; `ids` are the rows that one click told."""

    person: Person
    told_at: datetime
    told_by: User | None
    ids: list[int] = field(default_factory=list)
    about: list[str] = field(default_factory=list)


def told_lately(tellings: QuerySet[Telling]) -> list[ToldPerson]:
    """Who was told last, each click once, the newest first."""
    found = tellings.exclude(told_at=None).select_related("person", "told_by", "live_class")
    clicks: dict[tuple, ToldPerson] = {}
    for telling in found.order_by("-told_at", "pk")[: 2 * TOLD_SHOWN]:
        key = (telling.person_id, telling.told_at, telling.told_by_id)
        click = clicks.setdefault(key, ToldPerson(telling.person, telling.told_at, telling.told_by))
        click.ids.append(telling.pk)
        click.about.append(telling.get_about_display())
    return list(clicks.values())[:TOLD_SHOWN]
