"""Reads the rows of an export out of its statement, as values or as finished lines of CSV."""

import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from leads.export_columns import Column, Kind
from leads.models import LeadList
from leads.reasons import Words, in_words, words_for_every_fact
from leads.selectors.export_statement import Statement, export_statement
from outbox.safe_lines import guarded_lines

BATCH = 2000
LINES_AT_ONCE = 1000
# Sorting and hashing as many members as a clinic has is to stay in memory.
WORK_MEM = "64MB"


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Let every read inside see the database at one moment; it may not write.

    On SQLite, too, where readers never hold a writer up. Inside a transaction the caller's holds.
    """
    if connection.in_atomic_block:
        yield
        return
    postgresql = connection.vendor == "postgresql"
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY" if postgresql else "BEGIN DEFERRED"
    with connection.cursor() as cursor:
        cursor.execute(begin)
        if postgresql:
            cursor.execute(f"SET LOCAL work_mem = '{WORK_MEM}'")
            # Compiling three hundred small expressions takes longer than evaluating them.
            cursor.execute("SET LOCAL jit = off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


def can_be_copied(columns: Iterable[Column]) -> bool:
    """Whether the database can write the lines of a CSV file by itself."""
    return connection.vendor == "postgresql" and not any(column.told for column in columns)


class Lot(NamedTuple):
    """Some members' external ids, and their lines of CSV, guarded and without their ends."""

    external_ids: list[bytes]
    lines: list[bytes]


def copied_lines(
    lead_list: LeadList, columns: Sequence[Column], *, now: datetime, most: bool = False
) -> Generator[Lot, None, None]:
    """The lines of the contactable members by the thousand, as the database writes them."""
    statement = export_statement(lead_list, columns, now=now, for_copy=True, most=most)
    texts = [column.kind in (Kind.TEXT, Kind.PHONE) for column in columns]
    with connection.cursor() as cursor:
        copy = f"COPY ({statement.sql}) TO STDOUT (FORMAT csv)"
        with cursor.copy(copy, statement.params) as found:
            while lot := list(islice(found, LINES_AT_ONCE)):
                parts = [bytes(line).partition(b",") for line in lot]
                lines = guarded_lines([cells for _id, _comma, cells in parts], texts=texts)
                yield Lot([external_id for external_id, _comma, _cells in parts], lines)


def export_rows(
    lead_list: LeadList,
    columns: Iterable[Column],
    *,
    now: datetime | None = None,
    most: bool = False,
) -> Generator[tuple[str, list[Any]], None, None]:
    """The external id and the values of each contactable member, in the order of the columns.

    Numbers are floats of two places; memory does not grow with the rows.
    """
    columns, moment = list(columns), now or timezone.now()
    statement = export_statement(lead_list, columns, now=moment, most=most)
    told = [place for place, column in enumerate(columns) if column.told]
    reasons = ReasonTeller(words_for_every_fact(now=moment)) if told else None
    for external_id, *cells in _fetched(statement):
        if reasons is not None:
            for place in told:
                cells[place] = reasons.tell(cells[place])
        yield external_id, cells


def _fetched(statement: Statement) -> Iterator[tuple]:
    """The rows in batches; on PostgreSQL by a cursor of the server's."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement.sql, statement.params)
        while rows := cursor.fetchmany(BATCH):
            yield from rows


class ReasonTeller:
    """Puts stored reasons into words, each distinct fact once.

    Facts differ by a mass that is told to one decimal and by moments that are told as days, so
    that many of them read alike.
    """

    def __init__(self, words: Words):
        self.words = words
        self.told: dict[tuple, str] = {}

    def tell(self, reason: str | list) -> str:
        """The whole reason as one line."""
        facts = json.loads(reason) if isinstance(reason, str) else reason
        return "; ".join([self._fact(fact) for fact in facts])

    def _fact(self, fact: Mapping[str, Any]) -> str:
        key = tuple([self._part(name, value, fact) for name, value in fact.items()])
        if key not in self.told:
            self.told[key] = in_words(fact, self.words)
        return self.told[key]

    def _part(self, name: str, value: Any, fact: Mapping[str, Any]) -> Any:
        if name == "mass":
            return f"{self.words.heat(fact):.1f}"
        if name == "at" or name.endswith("_at"):
            return timezone.localtime(datetime.fromisoformat(value)).date()
        return str(value) if isinstance(value, dict) else value
