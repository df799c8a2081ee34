"""The size of the next chunk follows from what the last one took."""

import pytest
from django.db import connection

from tracking import pace
from tracking.pace import LARGEST, SMALLEST, Pace


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still but for what a test adds to it."""
    now = [0.0]
    monkeypatch.setattr(pace.time, "perf_counter", lambda: now[0])
    return now


def sizes(chosen: Pace, clock: list[float], seconds: list[float]) -> list[int]:
    found = []
    for one in seconds:
        with chosen.timed():
            clock[0] += one
        found.append(chosen.size)
    return found


def test_chunks_grow_while_they_are_quick_and_shrink_when_they_are_slow(clock):
    target = pace.TARGET_S[connection.vendor]
    chosen = Pace(smallest=16, largest=500)
    seconds = [target / 10, target, target * 2, target / 10, target / 10, target * 100]
    assert sizes(chosen, clock, seconds) == [64, 64, 32, 64, 128, 32]


def test_a_chunk_has_a_least_and_a_largest_size(clock):
    target = pace.TARGET_S[connection.vendor]
    assert sizes(Pace(), clock, [0.0] * 20)[-1] == LARGEST[connection.vendor]
    assert sizes(Pace(smallest=8, largest=40), clock, [0.0] * 3)[-1] == 40
    assert sizes(Pace(), clock, [target * 100] * 9)[-1] == SMALLEST[connection.vendor]
