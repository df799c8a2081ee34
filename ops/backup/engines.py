"""Copies a database out and in, on SQLite by its own online copy, on PostgreSQL by pg_dump and psql."""

import contextlib
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection, connections

# Whoever holds a table open for longer than this is told to end first.
LOCK_TIMEOUT_S = 10


class CannotCopy(Exception):
    """The database could not be copied out or in; the message says what to do."""


def engine_name() -> str:
    """Return `sqlite` or `postgresql`."""
    return connection.vendor


def copy_out(target: Path) -> dict[str, int]:
    """Write the database, as it is at one moment, to a file; return each table's rows at that moment.

    Others may write all the while; nothing of what they commit later is in the file.
    """
    return _sqlite_out(target) if connection.vendor == "sqlite" else _postgresql_out(target)


def copy_in(source: Path) -> None:
    """Put the copy in the database's place, whole or not at all; raises CannotCopy."""
    close_connections()
    if connection.vendor == "sqlite":
        _sqlite_in(source)
    else:
        _postgresql_in(source)


def rows_now() -> dict[str, int]:
    """Return each table's rows as they are now."""
    with connection.cursor() as cursor:
        return _count(cursor, _tables(cursor))


def close_connections() -> None:
    """Let go of the database, so that it can be replaced."""
    connections.close_all()
    if close_pool := getattr(connection, "close_pool", None):
        close_pool()


def sqlite_file() -> Path:
    """Return where the SQLite database lies."""
    return Path(connection.settings_dict["NAME"]).resolve()


def _tables(cursor: Any) -> list[str]:
    if connection.vendor == "sqlite":
        cursor.execute(
            "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
        )
    else:
        cursor.execute("select tablename from pg_tables where schemaname = 'public'")
    return sorted(name for (name,) in cursor.fetchall())


def _count(cursor: Any, tables: list[str]) -> dict[str, int]:
    counts = {}
    for table in tables:
        cursor.execute(f'select count(*) from "{table}"')
        counts[table] = cursor.fetchone()[0]
    return counts


def _sqlite_out(target: Path) -> dict[str, int]:
    address = f"{sqlite_file().as_uri()}?mode=ro"
    try:
        with (
            contextlib.closing(sqlite3.connect(address, uri=True)) as source,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
            copy.execute("pragma journal_mode=delete")
            return _checked(copy)
    except sqlite3.Error as error:
        raise CannotCopy(f"The database {sqlite_file()} cannot be copied ({error}).") from None


def _checked(copy: sqlite3.Connection) -> dict[str, int]:
    problems = [line for (line,) in copy.execute("pragma integrity_check").fetchall()]
    if problems != ["ok"]:
        raise CannotCopy(f"SQLite finds the database damaged ({problems[0]}).")
    cursor = copy.cursor()
    return _count(cursor, _tables(cursor))


def _sqlite_in(source: Path) -> None:
    try:
        with (
            contextlib.closing(sqlite3.connect(source)) as copy,
            contextlib.closing(sqlite3.connect(sqlite_file(), timeout=LOCK_TIMEOUT_S)) as target,
        ):
            _checked(copy)
            copy.backup(target)
    except sqlite3.Error as error:
        raise CannotCopy(
            f"The database {sqlite_file()} could not be replaced ({error}): "
            "stop Wellread, and restore again."
        ) from None


def _postgresql_out(target: Path) -> dict[str, int]:
    with _snapshot() as (name, counts):
        _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges",
              f"--snapshot={name}", f"--file={target}"])  # fmt: skip
    return counts


@contextlib.contextmanager
def _snapshot() -> Iterator[tuple[str, dict[str, int]]]:
    """A view of the database that does not change, by the name under which pg_dump shares it."""
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("begin isolation level repeatable read read only")
            counts = _count(cursor, _tables(cursor))
            cursor.execute("select pg_export_snapshot()")
            yield cursor.fetchone()[0], counts
            cursor.execute("rollback")
    finally:
        own.close()


def _postgresql_in(source: Path) -> None:
    script, before = source.with_suffix(".sql"), source.with_suffix(".before.sql")
    _run(["pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(source)])
    # In the same transaction as what follows: where that fails, everything is as it was.
    before.write_text(
        f"set lock_timeout = '{LOCK_TIMEOUT_S}s';\n"
        "drop schema public cascade;\ncreate schema public;\n"
    )
    _run(["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
          "--output=/dev/null", f"--file={before}", f"--file={script}"])  # fmt: skip


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command, env=_client_environment(), stdin=subprocess.DEVNULL, capture_output=True,
            text=True,
        )  # fmt: skip
    except FileNotFoundError:
        raise CannotCopy(
            f"{command[0]} is not installed: it comes with PostgreSQL's client programs, in the "
            "version of your server or a newer one."
        ) from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise CannotCopy(f"{command[0]} failed: {lines[0]}")


def _client_environment() -> dict[str, str]:
    """Where the database is, for PostgreSQL's own programs; a password never stands in a command."""
    settings = connection.settings_dict
    named = {
        "PGHOST": settings["HOST"],
        "PGPORT": settings["PORT"],
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGDATABASE": settings["NAME"],
        "PGSSLMODE": settings.get("OPTIONS", {}).get("sslmode"),
    }
    return {**os.environ, **{name: str(value) for name, value in named.items() if value}}
