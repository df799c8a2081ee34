"""Holds visitors whose events may be kept until the transaction ends; it changes no row."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from people.models import Consent, Purpose, Visitor
from people.selectors import consenting_person_ids, humans_of, pauses_of


@dataclass(frozen=True, slots=True)
class HeldVisitor:
    """A consenting visitor, and the stretches in which the human it is joined to paused."""

    pk: int
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()

    def is_paused(self, *, at: datetime) -> bool:
        """Whether an event of that moment, sent now, counts for nobody.

        What is sent during a pause does not count either, whenever it happened.
        """
        return any(until is None or since <= at <= until for since, until in self.pauses)


def hold_visitors(
    public_ids: Collection[UUID], *, wait: bool = True
) -> dict[UUID, HeldVisitor | None]:
    """Return each visitor that exists, None where profiling consent is not given.

    A withdrawal and a pause lock the same rows: either they see what the caller writes, or the
    caller sees them. Without `wait` those that somebody else has locked are left out, like those
    that do not exist. The number of queries depends only on whether any is joined to a person.
    """
    if not public_ids:
        return {}
    with connection.cursor() as cursor:
        found = _locked_rows(cursor, public_ids, wait=wait)
        agreed = _consenting(cursor, [row.pk for row in found if not row.withdrawn])
    pauses = _pauses_of_consenting({row.person for row in found if row.person and row.pk in agreed})
    held: dict[UUID, HeldVisitor | None] = {}
    for row in found:
        if row.pk not in agreed or (row.person and row.person not in pauses):
            held[row.public_id] = None
        else:
            held[row.public_id] = HeldVisitor(
                row.pk, tuple(pauses[row.person]) if row.person else ()
            )
    return held


class _Row(NamedTuple):
    public_id: UUID
    pk: int
    person: int | None
    withdrawn: bool


# By hand, as writing these anew for each batch cost more than asking them.
_VISITORS = f"""
SELECT public_id, id, person_id, withdrawn_at IS NOT NULL FROM {Visitor._meta.db_table}
WHERE public_id IN (%s) ORDER BY id"""
_CONSENTS = f"""
SELECT visitor_id FROM {Consent._meta.db_table} WHERE given AND purpose = %%s
AND visitor_id IN (%s)"""


def _locked_rows(cursor: Any, public_ids: Collection[UUID], *, wait: bool) -> list[_Row]:
    """In the order of keys, as withdrawals lock, so that nobody waits for another in a ring."""
    sql = _VISITORS % _places(public_ids)
    if connection.vendor != "postgresql":
        cursor.execute(sql, [public_id.hex for public_id in public_ids])  # the write lock is ours
        return [_Row(UUID(hex=row[0]), *row[1:]) for row in cursor.fetchall()]
    # Not the keys alone: a withdrawal leaves those free, and has to be waited for.
    cursor.execute(f"{sql} FOR SHARE{'' if wait else ' SKIP LOCKED'}", list(public_ids))
    return [_Row(*row) for row in cursor.fetchall()]


def _consenting(cursor: Any, visitors: Collection[int]) -> set[int]:
    if not visitors:
        return set()
    cursor.execute(_CONSENTS % _places(visitors), [Purpose.PROFILING.value, *visitors])
    return {row[0] for row in cursor.fetchall()}


def _places(values: Collection) -> str:
    return ", ".join(["%s"] * len(values))


def _pauses_of_consenting(
    person_ids: set[int],
) -> dict[int, Iterable[tuple[datetime, datetime | None]]]:
    """The pauses of those people's humans, without the people who do not consent."""
    if not person_ids:
        return {}
    humans = humans_of(person_ids)
    agreed = set(
        consenting_person_ids(Purpose.PROFILING, though_paused=True)
        .filter(person_id__in={stands for stands, _ in humans.values()})
        .values_list("person_id", flat=True)
    )
    pauses = pauses_of({record for _, records in humans.values() for record in records})
    return {
        person: [pause for record in records for pause in pauses.get(record, ())]
        for person, (stands, records) in humans.items()
        if stands in agreed
    }
