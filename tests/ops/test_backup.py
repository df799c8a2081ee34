"""A backup under load leads back to one moment, on both engines; who was erased since stays erased."""

import contextlib
import fcntl
import stat
import subprocess
import sys
import threading

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection

from ops.backup import CannotCopy, make_backup, restore_backup
from ops.backup.archive import BadArchive
from ops.preflight import ROOT
from outbox.models import AuditEntry
from outbox.services import record_audit
from people.models import ConsentMethod, ContactPoint, Person, Purpose
from people.notices import CURRENT
from people.selectors import has_consent, paused_since
from people.services.consent import record_consent, withdraw_consent
from people.services.erasure import erase_person
from people.services.pausing import pause_profiling, resume_profiling
from people.services.repeating import repeat_pauses, repeat_withdrawals
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def quiet(text: str) -> None:
    """Nobody watches."""


@pytest.fixture
def clinic(settings, tmp_path):
    """An installation in a folder of its own, with one picture."""
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    picture = tmp_path / "media" / "images" / "tooth.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"drawn")
    (tmp_path / "secret_key").write_text("the key of this installation")
    yield tmp_path
    # A restore forgets the content types; the state that the next test is given counts on them.
    ContentType.objects.get_for_models(*apps.get_models(), for_concrete_models=False)


def names() -> list[str]:
    return sorted(Person.objects.values_list("display_name", flat=True))


def test_restore_leads_back_to_the_moment_of_the_backup(clinic):
    stays, goes = make_person(display_name="Stays"), make_person(display_name="Goes")
    ContactPoint.objects.create(person=goes, kind="email", value="goes@example.org")
    backup = make_backup(target=None, say=quiet).path
    erase_person(person=goes, actor="test")
    make_person(display_name="Later")
    Person.objects.filter(pk=stays.pk).update(display_name="Changed")
    (clinic / "media/images/tooth.png").write_bytes(b"drawn over")
    (clinic / "media/images/later.png").write_bytes(b"later")
    (clinic / "secret_key").write_text("another key")
    listed = (clinic / "erasures.jsonl").read_text()

    done = restore_backup(backup, say=quiet)

    assert names() == ["Stays"]
    assert not ContactPoint.objects.filter(value="goes@example.org").exists()
    assert done.erased_again == 1
    assert [path.name for path in (clinic / "media/images").iterdir()] == ["tooth.png"]
    assert (clinic / "media/images/tooth.png").read_bytes() == b"drawn"
    assert (clinic / "secret_key").read_text() == "the key of this installation"
    assert (clinic / "erasures.jsonl").read_text().startswith(listed)
    assert (done.media, stat.S_IMODE(backup.stat().st_mode)) == (1, 0o600)
    # And the way back from the restore.
    assert done.kept is not None
    again = restore_backup(done.kept, say=quiet, keep=False)
    assert names() == ["Changed", "Later"]
    assert (clinic / "media/images/later.png").read_bytes() == b"later"
    assert again.kept is None
    assert not [path for path in clinic.iterdir() if path.name.startswith(".restore")]


def test_consent_taken_back_since_is_taken_back_again(clinic):
    person, steady = make_person(profiling=True, marketing=True), make_person(profiling=True)
    backup = make_backup(target=None, say=quiet).path
    withdraw_consent(person=person, purposes=["marketing"])

    done = restore_backup(backup, say=quiet)

    assert done.withdrawn_again == 1
    assert not has_consent(person=person, purpose=Purpose.MARKETING)
    assert has_consent(person=person, purpose=Purpose.PROFILING)
    assert has_consent(person=steady, purpose=Purpose.PROFILING)
    assert restore_backup(backup, say=quiet, keep=False).withdrawn_again == 1
    record_consent(
        person=person, purposes={"marketing": True}, notice=CURRENT, language="en",
        method=ConsentMethod.PANEL,
    )  # fmt: skip
    assert repeat_withdrawals() == 0
    assert has_consent(person=person, purpose=Purpose.MARKETING)


def test_a_pause_and_its_end_since_the_backup_are_repeated(clinic):
    person, other = make_person(profiling=True), make_person(profiling=True)
    pause_profiling(person=other)
    backup = make_backup(target=None, say=quiet).path
    pause_profiling(person=person)
    resume_profiling(person=other)

    done = restore_backup(backup, say=quiet)

    assert done.paused_again == 2
    assert paused_since(person) is not None
    assert not has_consent(person=person, purpose=Purpose.PROFILING)
    assert paused_since(other) is None
    assert repeat_pauses() == 0


def test_backup_under_load_is_one_moment(clinic):
    stop, wrote = threading.Event(), threading.Event()

    def write():
        number = 0
        with contextlib.closing(connection):
            while not stop.is_set():
                number += 1
                record_audit(actor="load", action="wrote", subject=str(number))
                if number > 20:
                    wrote.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert wrote.wait(60)
        before = AuditEntry.objects.filter(actor="load").count()
        backup = make_backup(target=None, say=quiet).path
        after = AuditEntry.objects.filter(actor="load").count()
    finally:
        stop.set()
        writer.join()
    written = AuditEntry.objects.filter(actor="load").count()

    restore_backup(backup, say=quiet)

    found = sorted(
        int(subject)
        for subject in AuditEntry.objects.filter(actor="load").values_list("subject", flat=True)
    )
    assert before <= len(found) <= after <= written
    assert found == [*range(1, len(found) + 1)]


def test_what_cannot_be_restored_changes_nothing(clinic, tmp_path):
    make_person(display_name="Here")
    backup = make_backup(target=tmp_path / "b.tar.gz", say=quiet).path
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(backup.read_bytes()[:-200])

    with pytest.raises(BadArchive):
        restore_backup(cut, say=quiet)
    with (clinic / "worker.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CannotCopy, match="stop it first"):
            restore_backup(backup, say=quiet)

    assert names() == ["Here"]
    assert (clinic / "media/images/tooth.png").read_bytes() == b"drawn"


def test_table_of_a_later_version_is_gone_after_a_restore(clinic):
    backup = make_backup(target=None, say=quiet).path
    with connection.cursor() as cursor:
        cursor.execute("create table later_version (id integer)")

    restore_backup(backup, say=quiet)

    assert "later_version" not in connection.introspection.table_names()


def test_backup_of_the_other_engine_is_refused(clinic, monkeypatch):
    backup = make_backup(target=None, say=quiet).path
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[connection.vendor]
    monkeypatch.setattr("ops.backup.restoring.engine_name", lambda: other)

    with pytest.raises(BadArchive, match="restore it on the engine it was made on"):
        restore_backup(backup, say=quiet)


def test_commands_say_the_path_alone_and_overwrite_nothing(clinic, capsys, tmp_path):
    make_person(display_name="Here")
    target = tmp_path / "b.tar.gz"
    call_command("backup", "--dry-run")
    assert "1 media files" in capsys.readouterr().err
    call_command("backup", str(target))
    assert capsys.readouterr().out == f"{target}\n"
    before = target.read_bytes()
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", output=target)
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".backup")] == []

    call_command("restore", str(target), "--dry-run")
    assert "Nothing was changed" in capsys.readouterr().err
    make_person(display_name="Later")
    call_command("restore", str(target), "--yes", "--no-keep")
    assert names() == ["Here"]
    with pytest.raises(CommandError, match="There is no file"):
        call_command("restore", str(tmp_path / "nowhere"))


@pytest.mark.sqlite
def test_damaged_database_is_moved_aside_and_replaced(clinic, environ_of_a_start, tmp_path):
    make_person(display_name="Here")
    backup = make_backup(target=None, say=quiet).path
    (tmp_path / "wellread.sqlite3").write_bytes(b"SQLite format 3\0" + b"x" * 5000)

    done = subprocess.run(
        [sys.executable, "manage.py", "restore", str(backup)],
        env=environ_of_a_start, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "wellread.sqlite3.damaged").read_bytes().startswith(b"SQLite format 3\0x")
    reports = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c",
         "from people.models import Person; print(*Person.objects.values_list('display_name'))"],
        env=environ_of_a_start, cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert "('Here',)" in reports.stdout
