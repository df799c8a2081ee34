"""One thread that writes what many requests brought, together, and lets each know after the commit.

It calls services only; a batch that spoils a group is tried again alone, and so are its neighbours.
"""

import asyncio
import atexit
import logging
import os
import queue
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    reset_queries,
)

from tracking.services.ingest import Arrival, Verdict, ingest_alone, ingest_group

# What waits is held in memory: at most this many batches of at most 64 KiB.
MOST_WAITING = 500
# A transaction stays well under 200 ms on SQLite, as others wait for its end.
EVENTS_A_GROUP = 400
# Whoever replaces the database file in between, a restore, finds it closed.
CLOSED_AFTER_S = 1.0
ENDED_WITHIN_S = 5.0

log = logging.getLogger("wellread.ingest")

Outcome = list[Verdict] | BaseException | None


class Full(Exception):
    """So many batches wait already that another one would wait too long."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """A batch in the queue, and whom to tell."""

    arrival: Arrival
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    told: asyncio.Future = field(init=False)

    def __post_init__(self) -> None:
        self.told = self.loop.create_future()


class GroupWriter:
    """The writer of one process; its thread starts with the first batch, in a forked child anew."""

    def __init__(self, *, most_waiting: int = MOST_WAITING) -> None:
        self.most_waiting = most_waiting
        self._waiting = 0
        self._pid = 0
        self._starting = threading.Lock()

    async def take(self, arrival: Arrival) -> list[Verdict]:
        """Return the verdicts after their commit; raises Full, and what the database raised."""
        if self._waiting >= self.most_waiting:
            raise Full
        self._waiting += 1
        try:
            waiting = _Waiting(arrival)
            self._queue_of_this_process().put(waiting)
            verdicts = await waiting.told
            if verdicts is None:
                # Its visitor withdraws or pauses just now: that may take long, and nobody else waits.
                verdicts = await asyncio.to_thread(_ingest_in_a_thread, arrival)
            return verdicts
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Write what waits and end the thread; a batch that comes later starts another."""
        with self._starting:
            if self._pid != os.getpid():
                return
            self._queue.put(None)
            self._thread.join(ENDED_WITHIN_S)
            self._pid = 0

    def _queue_of_this_process(self) -> queue.SimpleQueue:
        if self._pid != os.getpid():
            with self._starting:
                if self._pid != os.getpid():
                    self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
                    self._thread = threading.Thread(
                        target=_write_groups, args=(self._queue,), name="events", daemon=True
                    )
                    self._thread.start()
                    self._pid = os.getpid()
                    atexit.register(self.close)
        return self._queue


def _write_groups(waiting: "queue.SimpleQueue[_Waiting | None]") -> None:
    group: list[_Waiting] = []
    going_on = True
    while going_on:
        try:
            group, going_on = _next_group(waiting)
            outcomes: Sequence[Outcome] = _write([item.arrival for item in group])
        except BaseException as error:  # whoever waits is told, whatever happened
            log.exception("A group of batches was not written")
            outcomes = [error] * len(group)
        _tell(group, outcomes)
    connection.close()


def _next_group(waiting: "queue.SimpleQueue[_Waiting | None]") -> tuple[list[_Waiting], bool]:
    """Wait for a batch and return it with all that wait behind it, and whether more may come."""
    try:
        first = waiting.get(timeout=CLOSED_AFTER_S)
    except queue.Empty:
        connection.close()
        first = waiting.get()
    group: list[_Waiting] = []
    events = 0
    item = first
    while item is not None:
        group.append(item)
        events += len(item.arrival.events)
        if events >= EVENTS_A_GROUP:
            return group, True
        try:
            item = waiting.get_nowait()
        except queue.Empty:
            return group, True
    return group, False


def _write(arrivals: Sequence[Arrival]) -> Sequence[Outcome]:
    """Store a group; where that fails, each batch alone."""
    if not arrivals:
        return []
    try:
        return ingest_group(arrivals, wait=False)
    except Exception as error:
        _start_afresh(error)
        if _is_locked(error):
            return [error] * len(arrivals)
    finally:
        reset_queries()
    return _write_singly(arrivals)


def _write_singly(arrivals: Sequence[Arrival]) -> list[Outcome]:
    """Store each batch in a transaction of its own; a database that fails twice is let alone."""
    outcomes: list[Outcome] = []
    failures = 0
    for arrival in arrivals:
        try:
            (verdicts,) = ingest_group([arrival], wait=False)
            outcomes.append(verdicts)
        except Exception as error:
            _start_afresh(error)
            outcomes.append(error)
            failures += isinstance(error, OperationalError | InterfaceError)
            if failures == 2 or _is_locked(error):
                return outcomes + [error] * (len(arrivals) - len(outcomes))
    return outcomes


def _start_afresh(error: Exception) -> None:
    """After an error of the connection the next batch gets a new one."""
    if isinstance(error, OperationalError | InterfaceError):
        with suppress(Exception):
            connection.close()


def _is_locked(error: Exception) -> bool:
    """Whether SQLite was waited for already as long as it may take."""
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _ingest_in_a_thread(arrival: Arrival) -> list[Verdict]:
    try:
        return ingest_alone(arrival)
    finally:
        close_old_connections()


def _tell(group: Sequence[_Waiting], outcomes: Sequence[Outcome]) -> None:
    """Wake the requests, each event loop once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future, Outcome]]] = {}
    for item, outcome in zip(group, outcomes, strict=True):
        by_loop.setdefault(item.loop, []).append((item.told, outcome))
    for loop, told in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, told)


def _settle(told: Sequence[tuple[asyncio.Future, Outcome]]) -> None:
    for future, outcome in told:
        if future.done():
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
