"""The table of docs/tracking-in-browsers.md: what was done in a browser, and what was recorded of it.

Its rows stand at the tests that do and look at just that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

PAPER = Path(__file__).parents[2] / "docs" / "tracking-in-browsers.md"
HEAD = "| situation | done | recorded |"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    situation: str
    done: str
    recorded: str

    def __str__(self) -> str:
        return f"| {self.situation} | {self.done} | {self.recorded} |"


ROWS: list[Row] = []


def row(situation: str, *, done: str, recorded: str) -> Callable:
    """Mark a test as the one that shows this line of the table."""

    def mark(test: Callable) -> Callable:
        ROWS.append(Row(situation, done, recorded))
        return test

    return mark


def lines_of_paper() -> list[str]:
    """The lines of the table in the docs, without its head."""
    lines = PAPER.read_text("utf-8").splitlines()
    rest = lines[lines.index(HEAD) + 2 :]
    return list(takewhile(lambda line: line.startswith("|"), rest))
