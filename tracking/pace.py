"""Sizes the chunks of long work, so that each transaction stays short on whatever machine it is."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# SQLite has one writer: everybody waits for it. PostgreSQL's chunks hold the folding lock alone.
TARGET_S = {"sqlite": 0.06, "postgresql": 1.0}
# Below the smallest the number of queries is what takes the time, and shrinking would add to it.
SMALLEST = {"sqlite": 16, "postgresql": 500}
LARGEST = {"sqlite": 500, "postgresql": 5_000}


class Pace:
    """How many to take next: more after a quick chunk, fewer after a slow one.

    Without bounds they are those of profiles on the engine in use.
    """

    def __init__(self, *, smallest: int | None = None, largest: int | None = None) -> None:
        self.smallest = smallest or SMALLEST[connection.vendor]
        self.largest = largest or LARGEST[connection.vendor]
        self.size = min(2 * self.smallest, self.largest)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Time the transaction of one chunk of `size`, and set the next one's."""
        began = time.perf_counter()
        yield
        ratio = TARGET_S[connection.vendor] / max(time.perf_counter() - began, 1e-6)
        wanted = round(self.size * min(2.0, max(0.25, ratio)))
        self.size = min(max(wanted, self.smallest), self.largest)
