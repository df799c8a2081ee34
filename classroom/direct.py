"""Keeps the streams of rooms open before Django; every other request goes on to Django.

Django answers once whether somebody may listen, and with which headers. Then its thread and its
database connection are free again, and the stream costs a position in a list.
"""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from classroom.room_hub import RoomHub
from classroom.room_stream import Opening, retry_line

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

ADDRESS = re.compile(r"/api/v1/classes/\d{1,18}/stream")
# Everybody comes back at once after a restart; each asks Django in a thread with a connection.
OPENED_AT_ONCE = 8
#: Who is asked again from time to time whether they still may listen, each at another moment.
LASTS_S = (540.0, 660.0)
#: Who takes nothing for so long is dropped, and goes on where they were when they come back.
SLOW_S = 20.0
MOST_STREAMS = 2000


class DirectRoom:
    """An ASGI application around Django's that keeps streams of rooms open itself."""

    def __init__(self, application: Application, *, hub: RoomHub | None = None) -> None:
        self.application = application
        self.hub = hub or RoomHub()
        self._opening = asyncio.Semaphore(OPENED_AT_ONCE)
        self._streams = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and scope["method"] == "GET"
            and self._streams < MOST_STREAMS
            and ADDRESS.fullmatch(scope["path"])
        ):
            await self._stream(scope, receive, send)
            return
        # Beyond the most, Django answers with a stream that ends at once.
        await self.application(scope, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        opening = Opening()
        async with self._opening:
            answers = await self._ask_django({**scope, "room_opening": opening})
        if not opening.room_id:
            for message in answers:
                await send(message)
            return
        headers = [pair for pair in answers[0]["headers"] if pair[0].lower() != b"content-length"]
        headers += [(b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        self._streams += 1
        try:
            await self._keep_open(opening, receive, send)
        finally:
            self._streams -= 1

    async def _keep_open(self, opening: Opening, receive: Receive, send: Send) -> None:
        listener = self.hub.join(room_id=opening.room_id, seat=opening.seat, after=opening.after)
        gone = asyncio.create_task(_until_gone(receive))
        gone.add_done_callback(lambda _: listener.end())
        over = asyncio.get_running_loop().call_later(random.uniform(*LASTS_S), listener.end)
        try:
            await _give(send, retry_line())
            while content := await self.hub.next(listener):
                await _give(send, content)
            if not gone.done():
                await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            pass  # too slow: the connection is cut with the end of this answer
        finally:
            over.cancel()
            gone.cancel()
            self.hub.leave(listener)

    async def _ask_django(self, scope: Scope) -> list[Message]:
        answers: list[Message] = []
        body: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Message:
            return body.pop() if body else await asyncio.get_running_loop().create_future()

        async def send(message: Message) -> None:
            answers.append(message)

        await self.application(scope, receive, send)
        return answers


async def _give(send: Send, content: bytes) -> None:
    async with asyncio.timeout(SLOW_S):
        await send({"type": "http.response.body", "body": content, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
