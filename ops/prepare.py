"""Brings the database up to date before a start: reach it, copy it, migrate it, load the demo once.

One process and one Django start for all of it; what the supervisor has to print goes to a file.

    python -m ops.prepare [RESULT.json]
"""

import contextlib
import io
import json
import os
import shlex
import sqlite3
import sys
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ops.preflight import Refused

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


def main(arguments: list[str]) -> int:
    """Prepare everything; one line on standard error and 1 when that is not possible."""
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # What libraries warn developers of is not for the person who starts a clinic.
    warnings.simplefilter("ignore")
    try:
        try:
            django.setup()
        except ImproperlyConfigured as error:
            raise Refused(str(error)) from None
        reach_database()
        reach_redis()
        migrate()
        follow_address()
        tour = load_demo()
        repeat_promises()
    except (Refused, CommandError) as refused:
        print(refused, file=sys.stderr)
        return 1
    if arguments:
        Path(arguments[0]).write_text(json.dumps({"tour": tour}))
    return 0


def reach_database() -> None:
    """Raise Refused with one line, without the password, when the database does not answer.

    PostgreSQL is asked directly, as a pool would only say that it waited.
    """
    from django.db import DatabaseError, connection

    try:
        if connection.vendor == "postgresql":
            import psycopg

            options = dict(connection.get_connection_params())
            for own in (
                "pool",
                "cursor_factory",
                "context",
                "server_side_binding",
                "prepare_threshold",
            ):
                options.pop(own, None)
            psycopg.connect(**options).close()
        else:
            connection.ensure_connection()
            connection.cursor().execute("SELECT count(*) FROM sqlite_master")
    except Exception as error:
        if not isinstance(error, DatabaseError) and not type(error).__module__.startswith(
            "psycopg"
        ):
            raise
        raise Refused(_database_line(connection.settings_dict, error)) from None


def _database_line(settings: dict, error: Exception) -> str:
    reason = " ".join(str(error).split())
    if "sqlite3" in settings["ENGINE"]:
        return (
            f"The database {settings['NAME']} cannot be read ({reason}): "
            "move it away to start afresh, or put a copy from DATA_DIR/backups in its place"
        )
    password = settings.get("PASSWORD")
    if password:
        reason = reason.replace(password, "***")
    where = f"{settings['HOST'] or 'localhost'}:{settings['PORT'] or 5432}/{settings['NAME']}"
    return (
        f"The database at {where} does not answer ({reason}): "
        "start it, mend DATABASE_URL, or leave DATABASE_URL out to run on SQLite"
    )


def reach_redis() -> None:
    """Raise Refused with one line when REDIS_URL names a server that does not answer."""
    from django.conf import settings

    url = settings.REDIS_URL
    if not url:
        return
    import redis

    try:
        with contextlib.closing(
            redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3)
        ) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        parts = urlsplit(url)
        reason = str(error).replace(parts.password, "***") if parts.password else str(error)
        raise Refused(
            f"Redis at {parts.hostname or url.partition('@')[2] or 'REDIS_URL'} does not answer ({reason}): "
            "start it, mend REDIS_URL, or leave REDIS_URL out to work without it"
        ) from None


def migrate() -> None:
    """Apply pending migrations; an SQLite file that holds data is copied first."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return
    copy = None
    if executor.loader.applied_migrations:
        copy = _copy_before_migration(connection)
    print(f"Preparing the database ({len(plan)} migrations) ...", flush=True)
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except Exception as error:
        if copy is None:
            raise
        raise Refused(
            f"A migration failed ({' '.join(str(error).split())}). {way_back(copy=copy, database=_name(connection))}"
        ) from error


def _name(connection: "BaseDatabaseWrapper") -> Path:
    return Path(connection.settings_dict["NAME"]).resolve()


def _copy_before_migration(connection: "BaseDatabaseWrapper") -> Path | None:
    from django.conf import settings

    if connection.vendor != "sqlite":
        print(
            "This database gets new migrations and is on a server: no copy is made here, "
            "its own backup is the way back.",
            flush=True,
        )
        return None
    database = _name(connection)
    try:
        copy = copy_database(database=database, folder=Path(settings.DATA_DIR) / "backups")
    except (OSError, sqlite3.Error) as error:
        raise Refused(
            f"The database could not be copied before its migration ({error}), so nothing was "
            "changed: make room in DATA_DIR and start again"
        ) from None
    print(
        f"Copied the database before migrating it. {way_back(copy=copy, database=database)}",
        flush=True,
    )
    return copy


def copy_database(*, database: Path, folder: Path) -> Path:
    """Return a complete copy of an SQLite file, made while others may be writing to it.

    A second call in the same second makes a second copy; a copy that fails leaves no file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{database.stem}-before-migration-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    copy = folder / f"{name}.sqlite3"
    number = 1
    while copy.exists():
        number += 1
        copy = folder / f"{name}-{number}.sqlite3"
    partial = copy.with_suffix(".partial")
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as source,
            contextlib.closing(sqlite3.connect(partial)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
        partial.rename(copy)
    finally:
        partial.unlink(missing_ok=True)
    return copy


def way_back(*, copy: Path, database: Path) -> str:
    """Return the command that puts the copy back in the database's place."""
    target = shlex.quote(str(database))
    return (
        f"The way back, with Wellread stopped and the earlier version checked out: "
        f"cp {shlex.quote(str(copy))} {target} && rm -f {target}-wal {target}-shm"
    )


def follow_address() -> None:
    """Let full addresses begin with BASE_URL, which may be another than at the last start."""
    from cms.services.site import follow_base_url

    follow_base_url()


def load_demo() -> str:
    """Load the demo clinic where none is loaded yet, and return what to show once the site answers."""
    from django.core.management import call_command, get_commands

    known = get_commands()
    if "load_demo" in known:
        call_command("load_demo")
    if "show_tour" not in known:
        return ""
    tour = io.StringIO()
    call_command("show_tour", stdout=tour)
    return tour.getvalue().strip()


def repeat_promises() -> None:
    """Erase and take back again, where somebody put an older copy of the database in its place."""
    from people.services.repeating import repeat_where_older

    if count := repeat_where_older():
        print(
            f"This database is older than the last start: {count} erasures, withdrawals and pauses "
            "that it did not know were repeated.",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
