"""Reads the tail of each room's table once for all who listen in this process, and keeps them awake.

It lives in one event loop. A listener holds a position and nothing else: what is new is taken from
the tail in memory, what is older from the table. No wake-up is needed for anything to arrive; one
only makes it arrive sooner (classroom.room_news).
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import redis.asyncio
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from redis import RedisError

from classroom import room_news
from classroom.models import Room
from classroom.room_seats import seats_that_stand
from classroom.room_state import RoomState, read_state
from classroom.room_stream import beat
from classroom.room_wire import (
    EVENTS_A_READ,
    events_after,
    events_numbered,
    latest_events,
    streamed,
)

#: How often a room is looked at; less often while Redis says when something is new.
LOOK_EVERY_S = 0.3
LOOK_WHEN_TOLD_S = 2.0
BEAT_EVERY_S = 15.0
#: Events a room keeps in memory, about 300 bytes each; who is further behind reads the table.
TAIL = 3000
#: Of one seat, the newest streams: a phone that lost its network leaves dead ones behind.
STREAMS_A_SEAT = 4
RETRY_REDIS_S = 2.0

# A comment: the stream lives, the table cannot be read just now.
WAITING = b": waiting\n\n"

T = TypeVar("T")
log = logging.getLogger("wellread.room")


@dataclass(eq=False, slots=True)
class Listener:
    """One open stream: how far it is, and the bell that wakes it."""

    room_id: int
    seat: str
    position: int
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    state: RoomState | None = None
    is_greeted: bool = False
    is_over: bool = False

    def end(self) -> None:
        """Let it send what it is sending, and then nothing more."""
        self.is_over = True
        self.bell.set()


@dataclass(eq=False)
class _Feed:
    """The tail of one room: `first` is the number of its first event, `last` of its last one.

    `state` is the newest snapshot, the same object for as long as nothing in it changes.
    """

    room_id: int
    tail: list[bytes] = field(default_factory=list)
    first: int = 1
    is_read: bool = False
    state: RoomState | None = None
    listeners: set[Listener] = field(default_factory=set)
    poked: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task | None = None
    beat_at: float = 0.0

    @property
    def last(self) -> int:
        return self.first + len(self.tail) - 1

    def ring(self) -> None:
        for listener in self.listeners:
            listener.bell.set()


@dataclass(frozen=True)
class _Read:
    """What one look at the tables found; `again` are earlier events that lost their words.

    `state` is None where it did not change.
    """

    new: list[tuple[int, bytes]]
    again: dict[int, bytes]
    state: RoomState | None


class RoomHub:
    """All listeners of one process; its tasks run only while somebody listens."""

    def __init__(self) -> None:
        self._feeds: dict[int, _Feed] = {}
        self._seats: dict[str, list[Listener]] = {}
        self._reader: ThreadPoolExecutor | None = None
        self._redis: asyncio.Task | None = None
        self._is_told = False
        self._wake: Callable[[int], None] | None = None

    def join(self, *, room_id: int, seat: str, after: int) -> Listener:
        """Begin to listen behind a number; of one seat the oldest of too many streams ends."""
        self._start()
        listener = Listener(room_id=room_id, seat=seat, position=after)
        feed = self._feeds.get(room_id)
        if feed is None:
            feed = self._feeds[room_id] = _Feed(room_id)
        feed.listeners.add(listener)
        feed.poked.set()  # what is told to somebody who comes now should not be seconds old
        if feed.task is None or feed.task.done():
            feed.task = asyncio.create_task(self._follow(feed))
        streams = self._seats.setdefault(seat, [])
        streams.append(listener)
        for old in streams[:-STREAMS_A_SEAT]:
            old.end()
        return listener

    def leave(self, listener: Listener) -> None:
        """Stop listening; the last one of a room takes its tail along, the last of all everything."""
        streams = self._seats.get(listener.seat, [])
        if listener in streams:
            streams.remove(listener)
        if not streams:
            self._seats.pop(listener.seat, None)
        feed = self._feeds.get(listener.room_id)
        if feed is None:
            return
        feed.listeners.discard(listener)
        if not feed.listeners:
            del self._feeds[listener.room_id]
            feed.poked.set()
        if not self._feeds:
            self._stop()

    async def next(self, listener: Listener) -> bytes:
        """Wait for what the listener has not had yet, or for the next beat; empty when it is over."""
        while not listener.is_over:
            feed = self._feeds[listener.room_id]
            listener.bell.clear()
            if feed.is_read and listener.position < feed.last:
                return await self._news(feed, listener)
            if feed.is_read and not listener.is_greeted:
                listener.is_greeted = True  # from here on nothing is behind: the page may say so
                return self._beat(feed, listener)
            if listener.state is not feed.state:
                listener.state = feed.state
                return feed.state.line if feed.state else WAITING
            due = feed.beat_at
            await listener.bell.wait()
            if feed.beat_at != due and not listener.is_over:
                return self._beat(feed, listener) if feed.is_read else WAITING
        return b""

    def _beat(self, feed: _Feed, listener: Listener) -> bytes:
        listener.state = feed.state
        return beat(last=feed.last) + (feed.state.line if feed.state else b"")

    async def _news(self, feed: _Feed, listener: Listener) -> bytes:
        if listener.position + 1 >= feed.first:
            content = b"".join(feed.tail[listener.position + 1 - feed.first :])
            listener.position = feed.last
            return content
        # Further behind than the tail: these events are read for this listener alone.
        events = await self._in_thread(
            events_after, room_id=feed.room_id, number=listener.position, at_most=EVENTS_A_READ
        )
        if events:
            listener.position = events[-1].number
        return b"".join(streamed(event) for event in events)

    async def _follow(self, feed: _Feed) -> None:
        """Look at the room again and again while somebody listens; an error is tried again."""
        loop = asyncio.get_running_loop()
        feed.beat_at = loop.time()
        while feed.listeners:
            feed.poked.clear()
            is_due = loop.time() - feed.beat_at >= BEAT_EVERY_S
            before = feed.state
            try:
                is_whole = await self._look(feed, is_due=is_due)
            except (DatabaseError, InterfaceError) as error:
                log.warning("A room could not be read: %s", type(error).__name__)
                is_whole = True
            except Exception:
                log.exception("A room could not be read")
                is_whole = True
            if is_due:
                feed.beat_at = loop.time()
                feed.ring()
            if is_due or feed.state is not before:
                await self._end_without_seat(feed)  # a host may just have put somebody out
            if is_whole:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pause()):
                        await feed.poked.wait()

    def _pause(self) -> float:
        return LOOK_WHEN_TOLD_S if self._is_told else LOOK_EVERY_S

    async def _end_without_seat(self, feed: _Feed) -> None:
        """End the streams of those who may listen no more; while nothing can be read, all stay."""
        asked = {listener.seat for listener in feed.listeners}
        try:
            stand = await self._in_thread(seats_that_stand, feed.room_id, asked)
        except Exception as error:
            log.warning("Seats of a room could not be read: %s", type(error).__name__)
            return
        gone = asked - stand
        for listener in feed.listeners:
            if listener.seat in gone:
                listener.end()

    async def _look(self, feed: _Feed, *, is_due: bool) -> bool:
        """Take in what is new, and who is here where a beat is due; False where there may be more."""
        if not feed.is_read:
            events, state = await self._in_thread(_read_tail, feed.room_id)
            feed.state = state
            feed.tail = [content for _, content in events]
            feed.first = events[0][0] if events else 1
            feed.is_read = True
            feed.ring()
            return True
        found = await self._in_thread(
            _read_news, feed.room_id, feed.last, state=feed.state, is_due=is_due
        )
        if found.state and found.state != feed.state:
            feed.state = found.state
            feed.ring()
        for number, content in found.again.items():
            if feed.first <= number <= feed.last:
                feed.tail[number - feed.first] = content
        if not found.new:
            return True
        feed.tail += [content for _, content in found.new]
        if (surplus := len(feed.tail) - TAIL) > TAIL // 10:
            del feed.tail[:surplus]
            feed.first += surplus
        feed.ring()
        return len(found.new) < EVENTS_A_READ

    async def _in_thread(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        assert self._reader is not None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reader, lambda: _closing(work, *args, **kwargs))

    def _start(self) -> None:
        if self._wake is not None:
            return
        loop = asyncio.get_running_loop()
        self._reader = self._reader or ThreadPoolExecutor(1, thread_name_prefix="rooms")

        def wake(room_id: int) -> None:
            loop.call_soon_threadsafe(self._poke, room_id)

        self._wake = wake
        room_news.waiting.add(wake)
        if settings.REDIS_URL:
            self._redis = asyncio.create_task(self._hear_redis())

    def _stop(self) -> None:
        if self._wake is not None:
            room_news.waiting.discard(self._wake)
            self._wake = None
        if self._redis is not None:
            self._redis.cancel()
            self._redis = None
        self._is_told = False

    def _poke(self, room_id: int) -> None:
        if feed := self._feeds.get(room_id):
            feed.poked.set()

    async def _hear_redis(self) -> None:
        """Hear from the other processes; while Redis is away, rooms are looked at more often."""
        while True:
            try:
                async with (
                    redis.asyncio.Redis.from_url(settings.REDIS_URL) as broker,
                    broker.pubsub() as heard,
                ):
                    await heard.subscribe(room_news.CHANNEL)
                    self._is_told = True
                    async for message in heard.listen():
                        if message["type"] == "message":
                            self._poke(int(message["data"]))
            except (RedisError, OSError, ValueError) as error:
                log.warning("Redis tells nothing of rooms: %s", type(error).__name__)
            self._is_told = False
            await asyncio.sleep(RETRY_REDIS_S)


def _closing(work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run in the reader's thread; the connection goes back after each look (a restore may come)."""
    close_old_connections()
    try:
        return work(*args, **kwargs)
    finally:
        connection.close()


def _read_tail(room_id: int) -> tuple[list[tuple[int, bytes]], RoomState]:
    state = read_state(room_id)
    events = latest_events(room_id=room_id, at_most=TAIL)
    return [(event.number, streamed(event)) for event in events], state


def _read_news(room_id: int, after: int, *, state: RoomState | None, is_due: bool) -> _Read:
    """One query where nothing is new: both numbers stand in the room's own row."""
    row = Room.objects.filter(pk=room_id).values_list("last_number", "state_number").first()
    last, state_number = row or (0, 0)
    events = events_after(room_id=room_id, number=after) if last > after else []
    removed = {event.about for event in events if event.kind == "removed" and event.about}
    earlier = {number for number in removed if number <= after}
    again = events_numbered(room_id=room_id, numbers=earlier) if earlier else []
    newest = None
    if is_due or state is None or state.number != state_number:
        newest = read_state(room_id, here=None if is_due or state is None else state.here)
    return _Read(
        new=[(event.number, streamed(event)) for event in events],
        again={event.number: streamed(event) for event in again},
        state=newest,
    )
