"""Says who each line of a table is about, and by what that is known; it decides nothing unclear."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from leads.importing.adding import additions_of, branches_named
from leads.importing.rows import SaidRow
from leads.models import RowOutcome
from people.models import Branch, ContactPoint, Person
from people.selectors import resolve_merge
from people.services.erasures_list import erased_imported_keys

BATCH = 500
SAME, OTHER = "same", "other"


@dataclass(frozen=True)
class Match:
    """Where a line goes: `person` for a known one, `evidence` by what; `asks` waits for an answer.

    `evidence` is key, verified contact, imported contact, or `line N` for one said twice; `adds` says
    in words what it tells of somebody known for the first time.
    """

    row: SaidRow
    outcome: RowOutcome
    person: Person | None = None
    evidence: str = ""
    asks: bool = False
    adds: tuple[str, ...] = ()


def plain_name(name: str) -> str:
    """A name as it is compared: letter case, width and spaces aside."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def matched(
    rows: Iterable[SaidRow],
    *,
    answers: Mapping[str, str],
    ignoring: frozenset[int] = frozenset(),
) -> Iterator[Match]:
    """One Match a line, in the order of lines: 3 queries for 500 lines, and one of branches.

    A known contact under another name is left out until staff say that it is the same person or
    another one: a family shares a phone. A key whose person was erased brings nobody back. `ignoring`
    are people this same table has made.
    """
    seen: dict[tuple[str, str, str], int] = {}
    branches = branches_named(Branch.objects.all())
    batch: list[SaidRow] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield from _telling(_matched(batch, answers, seen, ignoring), branches)
            batch = []
    yield from _telling(_matched(batch, answers, seen, ignoring), branches)


def _telling(matches: Iterable[Match], branches: Mapping[str, Branch]) -> Iterator[Match]:
    """The same matches; those of known people say what they add."""
    found = list(matches)
    known = {one.person.pk for one in found if one.person and one.outcome == RowOutcome.KNOWN}
    held: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for pk, *contact in ContactPoint.objects.filter(person__in=known).values_list(
        "person_id", "kind", "value"
    ):
        held[pk].add(tuple(contact))
    for match in found:
        person = match.person
        if person is None or match.outcome != RowOutcome.KNOWN:
            yield match
            continue
        added = additions_of(person=person, held=held[person.pk], row=match.row, branches=branches)
        yield replace(match, adds=tuple(added.labels))


def _matched(
    rows: list[SaidRow],
    answers: Mapping[str, str],
    seen: dict[tuple[str, str, str], int],
    ignoring: frozenset[int],
) -> Iterator[Match]:
    by_key = {
        person.imported_key: person
        for person in Person.objects.select_related("merged_into").filter(
            imported_key__in=[row.key for row in rows if row.key]
        )
    }
    values = {value for row in rows for _kind, value in row.contacts}
    points = ContactPoint.objects.select_related("person__merged_into").filter(value__in=values)
    by_contact: dict[tuple[str, str], ContactPoint] = {}
    for point in points.order_by("pk"):
        if point.person_id in ignoring:
            continue
        held = by_contact.get((point.kind, point.value))
        if held is None or (held.verified_at is None and point.verified_at is not None):
            by_contact[point.kind, point.value] = point
    gone = erased_imported_keys({row.key for row in rows if row.key})
    for row in rows:
        if row.key in gone:
            row = replace(row, trouble=_("Who had this number asked to be forgotten."))
        yield _match(row, by_key, by_contact, answers.get(str(row.line), ""), seen)


def _match(
    row: SaidRow,
    by_key: Mapping[str | None, Person],
    by_contact: Mapping[tuple[str, str], ContactPoint],
    answer: str,
    seen: dict[tuple[str, str, str], int],
) -> Match:
    if row.trouble:
        return Match(row, RowOutcome.BAD)
    name = plain_name(row.name)
    marks = [(kind, value, name) for kind, value in row.contacts]
    marks += [("key", row.key, "")] if row.key else []
    earlier = next((seen[mark] for mark in marks if mark in seen), None)
    for mark in marks:
        seen.setdefault(mark, row.line)
    if earlier is not None:
        return Match(row, RowOutcome.REPEATED, evidence=f"line {earlier}")
    if row.key and (person := by_key.get(row.key)):
        return Match(row, RowOutcome.KNOWN, resolve_merge(person), "key")
    for contact in row.contacts:
        if (point := by_contact.get(contact)) is None:
            continue
        person = resolve_merge(point.person)
        evidence = f"{'verified' if point.verified_at else 'imported'} {point.kind}"
        if name and person.display_name and plain_name(person.display_name) != name:
            if answer == OTHER:
                return Match(row, RowOutcome.CREATED, evidence=evidence, asks=True)
            if answer != SAME:
                return Match(row, RowOutcome.LEFT_OUT, person, evidence, asks=True)
            return Match(row, RowOutcome.KNOWN, person, evidence, asks=True)
        return Match(row, RowOutcome.KNOWN, person, evidence)
    return Match(row, RowOutcome.CREATED)
