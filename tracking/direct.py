"""Answers POST /api/v1/events before Django does; every other request goes on to Django.

An ordinary batch needs none of the layers around a page. What these would say around its answer
(which hosts, which transport, which headers) is asked of them once and kept.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.db import InterfaceError, OperationalError

from tracking.door import Refused, Sender, admit, answer, meet_sender, not_stored
from tracking.group_commit import Full, GroupWriter
from tracking.ingest.decoding import MAX_BODY_BYTES
from tracking.views import refusal

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

ADDRESS = "/api/v1/events"
# A body that is too long is still read so far, so that the refusal reaches who sends it.
READ_AT_MOST = 16 * 2**20
MOST_FRAMES = 64
# All that Django's layers look at to decide whether they answer themselves.
DECIDING = (b"host", b"x-forwarded-host", b"x-forwarded-port", b"x-forwarded-proto")
OF_A_PREFLIGHT = (
    b"access-control-allow-methods", b"access-control-allow-headers", b"access-control-max-age",
    b"content-length", b"content-type",
)  # fmt: skip

log = logging.getLogger("wellread.ingest")


class Gone(Exception):
    """The sender hung up before the whole batch was here."""


class DirectIngest:
    """An ASGI application around Django's that takes events itself."""

    def __init__(self, application: Application, *, writer: GroupWriter | None = None) -> None:
        self.application = application
        self.writer = writer or GroupWriter()
        self._frames: dict[tuple, Headers] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == ADDRESS:
            frame = await self._frame(scope)
            if frame is not None:
                await self._answer(scope, receive, send, frame=frame)
                return
        await self.application(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, *, frame: Headers) -> None:
        try:
            status, headers, body = 200, [(b"content-type", b"application/json")], b""
            body = await self._take(scope, receive)
        except Gone:
            return
        except Refused as refused:
            said = refusal(refused)
            status, body = said.status_code, said.content
            headers = [(name.lower().encode(), value.encode()) for name, value in said.items()]
        length = (b"content-length", str(len(body)).encode())
        headers = [*headers, length, *frame]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _take(self, scope: Scope, receive: Receive) -> bytes:
        sender = _sender(scope)
        arrival = admit(await _body(receive), sender=sender)
        try:
            verdicts = await self.writer.take(arrival)
        except Full:
            log.warning("More batches of events wait than may; one was sent away")
            raise not_stored() from None
        except (OperationalError, InterfaceError) as error:
            log.error("A batch of events was not taken", exc_info=error)
            raise not_stored() from None
        except Exception as error:
            log.error("A batch of events could not be stored", exc_info=error)
            raise Refused(500, "Nothing was stored.") from None
        return answer(verdicts, arrival=arrival, sender=sender)

    async def _frame(self, scope: Scope) -> Headers | None:
        """The headers Django puts around an answer to such a request, None where it says no."""
        deciding = [(name, value) for name, value in scope["headers"] if name in DECIDING]
        key = (scope.get("scheme"), scope.get("root_path"), *deciding)
        if key not in self._frames:
            status, headers = await self._preflight({**scope, "headers": deciding})
            if status != 204:
                return None
            if len(self._frames) >= MOST_FRAMES:
                self._frames.clear()
            self._frames[key] = [
                (name, value) for name, value in headers if name.lower() not in OF_A_PREFLIGHT
            ]
        return self._frames[key]

    async def _preflight(self, scope: Scope) -> tuple[int, Headers]:
        answers: list[Message] = []
        body: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Message:
            return body.pop() if body else await asyncio.get_running_loop().create_future()

        async def send(message: Message) -> None:
            answers.append(message)

        await self.application({**scope, "method": "OPTIONS"}, receive, send)
        return answers[0]["status"], list(answers[0]["headers"])


def _sender(scope: Scope) -> Sender:
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        decoded = name.decode("latin-1")
        said = value.decode("latin-1")
        headers[decoded] = f"{headers[decoded]},{said}" if decoded in headers else said
    client = scope.get("client")
    return meet_sender(peer=client[0] if client else "", headers=headers)


async def _body(receive: Receive) -> bytes | None:
    """Return the body, None when it is too long; of such a one nothing is kept."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part = message.get("body", b"")
        size += len(part)
        if size <= MAX_BODY_BYTES:
            parts.append(part)
        else:
            parts.clear()
        if not message.get("more_body", False) or size > READ_AT_MOST:
            return b"".join(parts) if size <= MAX_BODY_BYTES else None
