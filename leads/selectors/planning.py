"""What PostgreSQL is told before a statement over everybody; nothing on SQLite."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


def plan_for_many(cursor: Any) -> None:
    """Settings for the rest of the transaction.

    Compiling a statement of so many small expressions takes longer than running it. Without room
    for a table of everybody's ids, "is not among them" reads the whole of them for each person.
    Consent alone is six tables: joined in the order they are written, as beyond eight tables they
    would be, everybody's is read before a condition that few people meet.
    """
    cursor.execute("SET LOCAL jit = off")
    cursor.execute("SET LOCAL work_mem = '64MB'")
    cursor.execute("SET LOCAL join_collapse_limit = 14")
    cursor.execute("SET LOCAL from_collapse_limit = 14")


def put_aside(cursor: Any, table: str, sql: str, values: Sequence[Any]) -> None:
    """Keep a statement's rows until the commit, and let the planner know how many there are."""
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
    cursor.execute(f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS {sql}", values)
    cursor.execute(f"ANALYZE {table}")


@contextmanager
def planned_for_many() -> Iterator[None]:
    """A transaction of its own with these settings, for reading about everybody.

    None on SQLite, where it would keep everybody else from writing.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            plan_for_many(cursor)
        yield
