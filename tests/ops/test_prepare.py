"""The way of an existing database into a new version: the copy before, the way back, the one line."""

import contextlib
import shutil
import sqlite3
import subprocess
import sys

import psycopg
import pytest
import time_machine

from ops.preflight import ROOT
from ops.prepare import _database_line, copy_database, way_back

RUN = [sys.executable, "-m", "ops.prepare"]
# A database as it was when nothing but content types had been migrated.
EARLIER = """
import django
django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
MigrationExecutor(connection).migrate([("contenttypes", "0001_initial")])
"""
OLD_STATE = "select name from sqlite_master where name = 'people_person'"


def rows(path, statement):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


@pytest.fixture
def database(tmp_path):
    """A WAL database whose last row is still in the log, as a running site leaves it."""
    path = tmp_path / "wellread.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode=wal")
    connection.execute("create table reading (page text)")
    connection.execute("insert into reading values ('one')")
    connection.commit()
    connection.execute("insert into reading values ('two')")
    connection.commit()
    yield path
    connection.close()


def test_copy_holds_everything_and_needs_no_log(database, tmp_path):
    copy = copy_database(database=database, folder=tmp_path / "backups")

    assert rows(copy, "select page from reading order by 1") == [("one",), ("two",)]
    assert [path.name for path in (tmp_path / "backups").iterdir()] == [copy.name]
    assert rows(copy, "pragma integrity_check") == [("ok",)]


def test_two_copies_in_one_second_stand_side_by_side(database, tmp_path):
    with time_machine.travel("2026-11-21T08:00:00Z", tick=False):
        first = copy_database(database=database, folder=tmp_path)
        second = copy_database(database=database, folder=tmp_path)

    assert first.name == "wellread-before-migration-20261121-080000.sqlite3"
    assert second.name == "wellread-before-migration-20261121-080000-2.sqlite3"


def test_failed_copy_leaves_nothing(tmp_path):
    broken = tmp_path / "wellread.sqlite3"
    broken.write_bytes(b"SQLite format 3\0" + b"x" * 200)

    with pytest.raises(sqlite3.Error):
        copy_database(database=broken, folder=tmp_path / "backups")

    assert list((tmp_path / "backups").iterdir()) == []


def test_way_back_restores_the_copy(database, tmp_path):
    spaced = tmp_path / "with space" / "wellread.sqlite3"
    spaced.parent.mkdir()
    shutil.copy(copy_database(database=database, folder=tmp_path / "c"), spaced)
    copy = copy_database(database=spaced, folder=spaced.parent / "backups")
    with contextlib.closing(sqlite3.connect(spaced)) as connection:
        connection.execute("drop table reading")
        connection.commit()
    command = way_back(copy=copy, database=spaced).partition(": ")[2]

    subprocess.run(command, shell=True, check=True)

    assert rows(spaced, "select count(*) from reading") == [(2,)]


def test_failure_line_hides_the_password():
    settings = {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "db.example",
        "PORT": 5433,
        "NAME": "clinic",
        "PASSWORD": "s3cret",
    }
    error = psycopg.OperationalError("password authentication failed\n for s3cret at db.example")

    line = _database_line(settings, error)

    assert line.startswith("The database at db.example:5433/clinic does not answer (")
    assert "s3cret" not in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("name", "value", "start"),
    [
        (
            "DATABASE_URL",
            "postgres://u:s3cret@127.0.0.1:1/clinic",
            "The database at 127.0.0.1:1/clinic",
        ),
        ("REDIS_URL", "redis://:s3cret@127.0.0.1:1/0", "Redis at 127.0.0.1 does not answer ("),
        ("REDIS_URL", "nonsense", "Redis at REDIS_URL does not answer ("),
        (
            "DATABASE_URL",
            "mysql://u:s3cret@127.0.0.1/clinic",
            "DATABASE_URL must start with postgres://",
        ),
        ("DATABASE_URL", "nonsense", "DATABASE_URL must start with postgres://"),
    ],
)
def test_server_that_is_down_gives_one_line(tmp_path, environ_of_a_start, name, value, start):
    answer = subprocess.run(
        RUN, cwd=ROOT, env=environ_of_a_start | {name: value}, capture_output=True, text=True
    )

    assert answer.returncode == 1
    assert answer.stderr.startswith(start)
    assert answer.stderr.count("\n") == 1
    assert "s3cret" not in answer.stderr + answer.stdout


def test_file_that_is_no_database_gives_one_line(tmp_path, environ_of_a_start):
    (tmp_path / "wellread.sqlite3").write_text("these are notes, and no database at all\n")

    answer = subprocess.run(RUN, cwd=ROOT, env=environ_of_a_start, capture_output=True, text=True)

    assert answer.returncode == 1
    assert "cannot be read (file is not a database)" in answer.stderr
    assert answer.stderr.count("\n") == 1


@pytest.mark.sqlite
def test_old_database_is_copied_then_migrated(tmp_path, environ_of_a_start):
    """A database of an earlier version gets the new tables, and its copy is as it was before."""
    subprocess.run([sys.executable, "-c", EARLIER], cwd=ROOT, env=environ_of_a_start, check=True)
    database = tmp_path / "wellread.sqlite3"
    assert rows(database, OLD_STATE) == []

    answer = subprocess.run(RUN, cwd=ROOT, env=environ_of_a_start, capture_output=True, text=True)

    assert (answer.returncode, answer.stderr) == (0, "")
    assert rows(database, OLD_STATE) == [("people_person",)]
    (copy,) = (tmp_path / "backups").iterdir()
    assert rows(copy, OLD_STATE) == []
    assert rows(copy, "select app, name from django_migrations limit 1") == [
        ("contenttypes", "0001_initial")
    ]
    assert f"cp {copy} {database}" in answer.stdout

    moved = environ_of_a_start | {"BASE_URL": "http://127.0.0.1:8123"}
    again = subprocess.run(RUN, cwd=ROOT, env=moved, capture_output=True, text=True)

    assert again.returncode == 0
    assert rows(database, "select hostname, port from wagtailcore_site") == [("127.0.0.1", 8123)]
    assert "migrat" not in again.stdout
    assert len(list((tmp_path / "backups").iterdir())) == 1
