"""The same server with an empty stream: what a room's streams are held against.

It keeps connections open and hands each posted text to all of them, out of memory; nothing is
stored, nobody is asked who they are.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

_waiting: set[asyncio.Queue] = set()
_numbers = iter(range(1, 10**9))


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Answers every GET of a stream and every post of a text; ASGI."""
    if scope["type"] != "http":
        return
    if scope["method"] == "POST":
        await _hand_on(receive, send)
    elif scope["path"].endswith("/stream"):
        await _stream(receive, send)
    else:
        await _answer(send, b"")


async def _hand_on(receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    event = b"id: %d\ndata: %b\n\n" % (next(_numbers), body)
    for queue in _waiting:
        queue.put_nowait(event)
    await _answer(send, b"{}")


async def _answer(send: Send, body: bytes) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _stream(receive: Receive, send: Send) -> None:
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    gone = asyncio.create_task(_until_gone(receive, queue))
    _waiting.add(queue)
    content = b"event: beat\ndata: 0\n\n"
    try:
        while content:
            await send({"type": "http.response.body", "body": content, "more_body": True})
            content = await queue.get()
    finally:
        _waiting.discard(queue)
        gone.cancel()


async def _until_gone(receive: Receive, queue: asyncio.Queue) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    queue.put_nowait(b"")
