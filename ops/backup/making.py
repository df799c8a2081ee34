"""Makes a backup while the site runs."""

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from ops.backup.archive import ArchiveWriter, Manifest
from ops.backup.engines import copy_out, engine_name, sqlite_file

DATABASE = "database"
# Beside the media: what a restored installation could not know or make again.
LISTS = ("erasures.jsonl", "withdrawals.jsonl", "pauses.jsonl")
SINGLE_FILES = (*LISTS, "secret_key")


@dataclass(frozen=True)
class Made:
    """A finished backup: where it lies, its bytes, the media in it, all rows of the database."""

    path: Path
    size: int
    media: int
    rows: int


def make_backup(*, target: Path | None, say: Callable[[str], None], label: str = "") -> Made:
    """Write an archive and return what it holds; raises CannotCopy, or OSError without room.

    `target` is by default a new file in DATA_DIR/backups; an existing file is never overwritten. The
    database is copied first, so that each picture it names was there when the media follow.
    """
    target = (target or _new_name(label)).resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        raise FileExistsError(f"{target} exists already; nothing was overwritten.")
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
        copy, partial = Path(folder) / DATABASE, Path(folder) / "archive"
        say("Copying the database ...")
        rows = copy_out(copy)
        manifest = Manifest(
            engine=engine_name(), made_at=datetime.now(UTC).isoformat(timespec="seconds"), rows=rows
        )
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            writer = ArchiveWriter(file, manifest)
            writer.add(copy, DATABASE)
            media = 0
            for media, (path, name) in enumerate(_media(), start=1):
                if media % 500 == 0:
                    say(f"{media} media files ...")
                writer.add(path, name)
            # Last, so that the lists have everything up to the end.
            for name in SINGLE_FILES:
                if (Path(settings.DATA_DIR) / name).exists():
                    writer.add(Path(settings.DATA_DIR) / name, name)
            writer.close()
            file.flush()
            os.fsync(file.fileno())
        os.link(partial, target)  # fails where another backup took the name meanwhile
    return Made(
        path=target, size=target.stat().st_size, media=media - len(manifest.missing),
        rows=sum(rows.values()),
    )  # fmt: skip


def planned_size() -> tuple[int, int]:
    """Return how many media files there are, and the bytes of them and of an SQLite database."""
    paths = [path for path, _ in _media()]
    size = sum(path.stat().st_size for path in paths if path.exists())
    if engine_name() == "sqlite" and sqlite_file().exists():
        size += sqlite_file().stat().st_size
    return len(paths), size


def _new_name(label: str) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    return Path(settings.DATA_DIR) / "backups" / f"wellread-{label}{stamp}.tar.gz"


def _media() -> Iterator[tuple[Path, str]]:
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path, f"media/{path.relative_to(root).as_posix()}"
