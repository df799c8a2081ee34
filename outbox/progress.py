"""Shows on a terminal how far a long command is; where there is no terminal it stays silent."""

import time
from typing import TextIO

WIDTH = 30
PAUSE_S = 0.1


class Progress:
    """A bar on one line, `done` of `total` in whatever unit the caller counts."""

    def __init__(self, *, out: TextIO, label: str, total: int) -> None:
        self._out, self._label, self._total = out, label, max(total, 1)
        self._shown = out.isatty()
        self._next_at = 0.0

    def show(self, done: int, note: str = "") -> None:
        """Draw the bar, at most ten times a second."""
        now = time.monotonic()
        if not self._shown or now < self._next_at:
            return
        self._next_at = now + PAUSE_S
        self._draw(share=min(done / self._total, 1.0), note=note)

    def close(self) -> None:
        """Clear the bar's line."""
        if self._shown:
            self._out.write("\r\x1b[K")
            self._out.flush()

    def _draw(self, *, share: float, note: str) -> None:
        filled = round(share * WIDTH)
        bar = "#" * filled + "." * (WIDTH - filled)
        self._out.write(f"\r{self._label} [{bar}] {share:4.0%} {note}\x1b[K")
        self._out.flush()
