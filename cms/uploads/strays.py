"""Deletes files that no row names, as after a process was killed between the two; it knows no model."""

import shutil
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

#: A file without a row may belong to a transaction that is not done yet; after that long it does not.
ORPHANED = timedelta(days=1)


def delete_strays(
    folder: Path, *, known: Callable[[], Iterable[str]], older_than: timedelta = ORPHANED
) -> int:
    """Delete what lies in a folder for so long under a name that is not `known`; returns how many.

    `known` is asked after the folder was read, so that a row written meanwhile keeps its file. A
    folder in it counts as one file. A second call finds nothing to do.
    """
    before = (timezone.now() - older_than).timestamp()
    old = [path for path in folder.glob("*") if _modified_at(path) < before]
    names = set(known()) if old else set()
    strays = [path for path in old if path.name not in names]
    for path in strays:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(strays)


def _modified_at(path: Path) -> float:
    """Seconds; of a file that somebody deletes just now, never old enough."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
