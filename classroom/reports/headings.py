"""Finds what could be the heading of a table nobody knows, so that a person can say what it means."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from classroom.reports.columns import CLOCK_TIME, meaning_of, plain_heading
from classroom.reports.tables import table_of

LOOKED_AT = 40
OFFERED = 8
SAMPLES = 3


class Heading(NamedTuple):
    """A row that could be a heading, with what stands below each of its cells."""

    line: int
    cells: list[str]
    samples: list[list[str]]


def headings_of(path: Path) -> list[Heading]:
    """The likeliest headings, the best one first; raises BadFile.

    A heading has many different cells that are no times and no bare numbers, and something below.
    """
    rows = [row for row in table_of(path).rows[: LOOKED_AT + SAMPLES] if any(row.cells)]
    found = []
    for index, row in enumerate(rows[:LOOKED_AT]):
        cells = [cell for cell in row.cells if cell]
        below = rows[index + 1 : index + 1 + SAMPLES]
        if len(cells) < 2 or not below or len(set(cells)) < len(cells):
            continue
        if any(CLOCK_TIME.search(cell) for cell in cells):
            continue
        words = sum(not cell.replace(".", "").isdigit() for cell in cells)
        known = sum(meaning_of(cell) is not None for cell in cells)
        samples = [
            [one.cells[place] if place < len(one.cells) else "" for one in below]
            for place in range(len(row.cells))
        ]
        found.append(((words + 2 * known, -index), Heading(row.line, row.cells, samples)))
    ordered = sorted(found, key=lambda one: one[0], reverse=True)
    return [heading for _weight, heading in ordered[:OFFERED]]


def signature_of(cells: Sequence[str]) -> str:
    """What stands for these headings in this order, letter case and spacing aside."""
    plain = [plain_heading(cell) for cell in cells]
    while plain and not plain[-1]:
        plain.pop()
    text = "\x1f".join(plain)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def signatures_of(path: Path) -> list[str]:
    """The signatures of all rows that could be a heading, in their order; raises BadFile."""
    rows = table_of(path).rows[:LOOKED_AT]
    return [signature_of(row.cells) for row in rows if sum(map(bool, row.cells)) >= 2]
