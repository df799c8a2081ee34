"""How far a file being made is: a small file beside it, for a build may not write the database.

The build reads one snapshot from beginning to end; on SQLite a write in between would be refused.
Taking the small file away tells the build that nobody wants it any more.
"""

import os
from pathlib import Path
from typing import NamedTuple

TELL_EVERY = 500  # rows


class Unwanted(Exception):
    """The export was stopped or recalled while its file was made."""


class SoFar(NamedTuple):
    """Rows written, and how many there will be."""

    rows: int
    of: int

    @property
    def percent(self) -> int:
        """The part that is written, 0 to 100."""
        return 100 * self.rows // self.of if self.of else 0


class Progress:
    """What a build tells of itself; `end` is called however it ends."""

    def __init__(self, path: Path, *, of: int):
        self.path, self.of, self.told = path, of, 0
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(f"0 {of}")

    def note(self, rows: int) -> None:
        """Tell how many rows are written, now and then; raises Unwanted once that was taken away."""
        if rows - self.told < TELL_EVERY:
            return
        self.told = rows
        try:
            handle = os.open(self.path, os.O_WRONLY)
        except FileNotFoundError:
            raise Unwanted from None
        with os.fdopen(handle, "w") as file:
            file.write(f"{rows} {self.of}")

    def end(self) -> None:
        """Take the small file away."""
        self.path.unlink(missing_ok=True)


def read_progress(path: Path) -> SoFar | None:
    """How far the build is that tells of itself there, None where none does."""
    try:
        rows, of = path.read_text().split()
        return SoFar(int(rows), int(of))
    except (OSError, ValueError):
        return None
