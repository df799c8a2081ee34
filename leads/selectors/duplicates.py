"""Pairs of records that may be one human, each with the evidence in words; a person decides."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.importing.matching import plain_name
from leads.models import NotTheSame
from leads.selectors.visibility import SEE_EVERYBODY, visible_to
from people.merge_rules import people_that_may_merge, refusal_of_family
from people.models import ContactPoint, Person, User

SHOWN = 50
#: A name or a contact that more records share says nothing about any two of them.
SHARED_BY = 8
COUNTED = "leads.duplicates.count"
COUNTED_FOR_S = 600

# From the strongest evidence to the weakest; the pairs stand in this order.
WORDS: dict[str, str | Promise] = {
    "email confirmed": _("One e-mail address: confirmed by one, imported with the other."),
    "phone confirmed": _("One phone number: confirmed by one, imported with the other."),
    "email imported": _("One e-mail address, imported with both."),
    "phone imported": _("One phone number, imported with both."),
    "born": _("The same name and year of birth."),
    "from": _("The same name and branch, and they came from the same place."),
}
STRENGTH = {kind: place for place, kind in enumerate(WORDS)}


class Record(NamedTuple):
    """What pairs are found and refused by."""

    pk: int
    name: str
    birth_year: int | None
    branch_id: int | None
    source: str
    guardian_id: int | None


@dataclass(frozen=True)
class Pair:
    """Two records that may be one human: `into` is the one that would stand for both."""

    person: Person
    into: Person
    evidence: list[str | Promise]


@dataclass(frozen=True)
class Proposals:
    """The first pairs, strongest evidence first, and how many there are in all."""

    pairs: list[Pair]
    total: int


def proposed_pairs(*, seen_by: User) -> Proposals:
    """Pairs that may be one human, at most SHOWN of them: 5 queries, whatever the number of people.

    None that merging refuses, that is merged, that staff told apart, or of which the one who asks
    may not see both (a query more). Every name is read once.
    """
    found = _found(seen_by)
    ranked = sorted(found, key=lambda pair: (min(STRENGTH[kind] for kind in found[pair]), pair))
    shown = ranked[:SHOWN]
    people = _people({pk for pair in shown for pk in pair})
    pairs = []
    for one, other in shown:
        person, into = sorted((people[one], people[other]), key=_standing)
        kinds = sorted(found[one, other], key=lambda kind: STRENGTH[kind])
        pairs.append(Pair(person, into, [WORDS[kind] for kind in kinds]))
    return Proposals(pairs, len(found))


def count_of_pairs(*, seen_by: User) -> int:
    """How many pairs there are, at most ten minutes old: every name is read for it.

    Counted anew each time for whoever may not see everybody.
    """
    if not seen_by.has_perm(SEE_EVERYBODY):
        return len(_found(seen_by))
    return cache.get_or_set(COUNTED, lambda: len(_found(seen_by)), COUNTED_FOR_S) or 0


def told_apart(*, seen_by: User) -> QuerySet[NotTheSame]:
    """The pairs that staff told apart, the last first, of whom the one who asks may see both."""
    both = visible_to(seen_by, path="one__") & visible_to(seen_by, path="other__")
    return NotTheSame.objects.filter(both).select_related("one", "other", "by")


def _found(user: User) -> dict[tuple[int, int], set[str]]:
    """Kinds of evidence by pair of keys, the lower first; of whom the user may see both."""
    seen = None
    if not user.has_perm(SEE_EVERYBODY):
        seen = set(Person.objects.filter(visible_to(user)).values_list("pk", flat=True))
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    out = _told_apart_keys()
    stand = set(Person.objects.exclude(merged_into=None).values_list("merged_into_id", flat=True))
    for one, other, kind in (*_by_contact(), *_by_name()):
        pair = min(one.pk, other.pk), max(one.pk, other.pk)
        if seen is not None and not seen.issuperset(pair):
            continue
        if pair not in out and not stand.issuperset(pair) and not _is_refused(one, other):
            found[pair].add(kind)
    return found


def _told_apart_keys() -> set[tuple[int, int]]:
    """Keys of the records that stand: who is not one of two merged records is not the other."""
    rows = NotTheSame.objects.order_by().values_list(
        Coalesce("one__merged_into_id", "one_id"), Coalesce("other__merged_into_id", "other_id")
    )
    return {(min(pair), max(pair)) for pair in rows}


def _is_refused(one: Record, other: Record) -> bool:
    people = (
        Person(pk=each.pk, birth_year=each.birth_year, guardian_id=each.guardian_id)
        for each in (one, other)
    )
    return refusal_of_family(*people) is not None


def _by_contact() -> Iterator[tuple[Record, Record, str]]:
    """Pairs with one contact; a verified one is verified once, so the other's is imported."""
    shared = ContactPoint.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
    another = shared.exclude(person=OuterRef("person"))
    points = ContactPoint.objects.filter(
        Exists(another), person__in=people_that_may_merge().values("pk")
    )
    fields = [f"person__{name}" for name in Record._fields if name not in ("pk", "name")]
    rows = points.values_list(
        "kind", "value", "verified_at", "person_id", "person__display_name", *fields
    )
    groups: dict[tuple[str, str], list[tuple[Record, bool]]] = defaultdict(list)
    for kind, value, verified_at, *facts in rows.iterator():
        groups[kind, value].append((Record(*facts), verified_at is not None))
    for (kind, _value), records in groups.items():
        if len(records) <= SHARED_BY:
            for (one, sure), (other, also) in combinations(records, 2):
                yield one, other, f"{kind} {'confirmed' if sure or also else 'imported'}"


def _by_name() -> Iterator[tuple[Record, Record, str]]:
    """Pairs with one name, and one year of birth or one branch and source."""
    known = Q(birth_year__isnull=False) | (Q(branch__isnull=False) & ~Q(source=""))
    rows = people_that_may_merge().filter(known).exclude(display_name="")
    fields = ("pk", "display_name", "birth_year", "branch_id", "source", "guardian_id")
    groups: dict[tuple[str | int, ...], list[Record]] = defaultdict(list)
    for record in map(Record._make, rows.values_list(*fields).iterator()):
        name = plain_name(record.name)
        if name and record.birth_year:
            groups["born", name, record.birth_year].append(record)
        if name and record.branch_id and record.source:
            groups["from", name, record.branch_id, record.source].append(record)
    for (kind, *_key), records in groups.items():
        if len(records) <= SHARED_BY:
            for one, other in combinations(records, 2):
                yield one, other, str(kind)


def _people(ids: set[int]) -> dict[int, Person]:
    verified = ContactPoint.objects.filter(person=OuterRef("pk"), verified_at__isnull=False)
    rows = Person.objects.filter(pk__in=ids).select_related("branch")
    rows = rows.annotate(merged_here=Count("merged_from"), is_verified=Exists(verified))
    return {person.pk: person for person in rows}


def _standing(person: Person) -> tuple[bool, bool, int]:
    """What decides which of two would stand: others behind it, a verified contact, being older."""
    return person.merged_here > 0, person.is_verified, -person.pk  # type: ignore[attr-defined]
