"""Puts a backup in the place of the installation, and repeats erasures, withdrawals and pauses since."""

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import call_command

from ops.backup.archive import BadArchive, Manifest, read_archive
from ops.backup.engines import CannotCopy, copy_in, engine_name, rows_now, sqlite_file
from ops.backup.making import DATABASE, LISTS, make_backup
from people.services.erasure import repeat_erasures
from people.services.repeating import repeat_pauses, repeat_withdrawals

Say = Callable[[str], None]


@dataclass(frozen=True)
class Restored:
    """A finished restore: the moment it leads back to, rows and media, what was repeated.

    `kept` is the backup of what stood there before; None where nothing did, or it could not be read.
    """

    made_at: str
    rows: int
    media: int
    erased_again: int
    withdrawn_again: int
    paused_again: int
    kept: Path | None


def check_archive(archive: Path, *, say: Say) -> Manifest:
    """Read the archive to its end and return its manifest, changing nothing; raises BadArchive."""
    manifest = read_archive(archive, into=None, say=say)
    _refuse_other_engine(manifest)
    return manifest


def restore_backup(archive: Path, *, say: Say, keep: bool = True) -> Restored:
    """Replace database and media by the archive's; raises BadArchive or CannotCopy, changing nothing.

    Everything is read and proved before anything is touched. What stood there is kept as a backup of
    its own, unless `keep` is false. The lists of erasures,
    withdrawals and pauses are what both know together.
    """
    data_dir = Path(settings.DATA_DIR)
    with _alone(data_dir), tempfile.TemporaryDirectory(prefix=".restore-", dir=data_dir) as folder:
        staged = Path(folder)
        say("Reading the backup ...")
        manifest = read_archive(archive, into=staged, say=say)
        _refuse_other_engine(manifest)
        kept = _keep_present(say) if keep else None
        say("Replacing the database ...")
        copy_in(staged / DATABASE)
        if rows_now() != manifest.rows:
            raise CannotCopy(
                "The restored database has not the rows that the backup counted. "
                + (f"The way back: manage.py restore {kept}" if kept else "")
            )
        for name in LISTS:
            _join_list(staged / name, data_dir / name)
        _replace_media(staged)
        _take_key(staged / "secret_key", data_dir / "secret_key")
    # What earlier rows left in memory names things that are gone.
    cache.clear()
    ContentType.objects.clear_cache()
    say("Bringing the database up to this version ...")
    call_command("migrate", interactive=False, verbosity=0)
    return Restored(
        made_at=manifest.made_at,
        rows=sum(manifest.rows.values()),
        media=sum(name.startswith("media/") for name in manifest.files),
        erased_again=repeat_erasures(actor="command:restore"),
        withdrawn_again=repeat_withdrawals(),
        paused_again=repeat_pauses(),
        kept=kept,
    )


def _refuse_other_engine(manifest: Manifest) -> None:
    if manifest.engine != engine_name():
        raise BadArchive(
            f"This backup was made on {manifest.engine} and DATABASE_URL names {engine_name()}: "
            "restore it on the engine it was made on."
        )


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Hold the lock of the background work: a site that runs would write into what is replaced."""
    with (data_dir / "worker.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotCopy("Wellread is running on this folder: stop it first.") from None
        yield


def _keep_present(say: Say) -> Path | None:
    """Back up what stands there now; a database that cannot be read is moved aside as it is."""
    if engine_name() == "sqlite" and not sqlite_file().exists():
        return None
    say("Keeping what stands here now ...")
    try:
        return make_backup(target=None, say=say, label="before-restore-").path
    except CannotCopy:
        if engine_name() != "sqlite":
            raise
    aside = sqlite_file().with_name(f"{sqlite_file().name}.damaged")
    for ending in ("", "-wal", "-shm"):
        part = Path(f"{sqlite_file()}{ending}")
        if part.exists():
            part.replace(f"{aside}{ending}")
    say(f"The database that stood here cannot be read; it lies in {aside} now.")
    return None


def _join_list(restored: Path, present: Path) -> None:
    """Append what only the backup knows; the list is never shortened."""
    if not restored.exists():
        return
    known = set(present.read_text().splitlines()) if present.exists() else set()
    new = [line for line in restored.read_text().splitlines() if line not in known]
    with present.open("a") as file:
        file.writelines(f"{line}\n" for line in new)
    present.chmod(0o600)


def _replace_media(staged: Path) -> None:
    root = Path(settings.MEDIA_ROOT)
    (staged / "media").mkdir(exist_ok=True)
    if root.exists():
        root.rename(staged / "media-before")  # goes with the folder of the restore
    root.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(staged / "media", root)


def _take_key(restored: Path, present: Path) -> None:
    """Take the backup's generated key: links, tokens and the list of erasures are signed with it."""
    if not restored.exists() or (
        present.exists() and present.read_bytes() == restored.read_bytes()
    ):
        return
    if present.exists():
        present.replace(present.with_name("secret_key.before-restore"))
    shutil.move(restored, present)
    present.chmod(0o600)
