"""Listeners and senders of a room over real connections, for tests: they come back like a browser does."""

import asyncio
import contextlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

COMES_BACK_AFTER_S = (0.05, 0.4)
SENDS_AGAIN_AFTER_S = 0.05


@dataclass(eq=False)
class Heard:
    """Tells who waits that some listener heard something: nobody sleeps for it."""

    news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        self.news.set()

    async def until(self, holds: Callable[[], bool], *, within_s: float) -> None:
        """Wait until it holds; raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while not holds():
                self.news.clear()
                await self.news.wait()


@dataclass(eq=False)
class Ear:
    """One stream of one seat: reads, and after a cut goes on behind the last id it saw."""

    ports: list[int]
    path: str
    token: str
    heard: Heard
    lines: list[tuple[int, str]] = field(default_factory=list)
    openings: int = 0
    is_up: bool = False

    @property
    def last(self) -> int:
        return self.lines[-1][0] if self.lines else 0

    async def listen(self) -> None:
        """Read until cancelled."""
        while True:
            with contextlib.suppress(OSError, EOFError, ValueError):
                await self._read_stream(random.choice(self.ports))
            self.is_up = False
            await asyncio.sleep(random.uniform(*COMES_BACK_AFTER_S))

    async def _read_stream(self, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(
                f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Join {self.token}\r\n"
                f"Last-Event-ID: {self.last}\r\n\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise ValueError(head[:40])
            self.openings += 1
            rest = b""
            while True:
                size = int(
                    await reader.readline(), 16
                )  # chunked: a length, the bytes, an empty line
                rest += (await reader.readexactly(size + 2))[:-2]
                if not size:
                    return
                *blocks, rest = rest.split(b"\n\n")
                for block in blocks:
                    self._take(block)
        finally:
            writer.close()

    def _take(self, block: bytes) -> None:
        if block.startswith(b"id: "):
            number, _, words = block[4:].partition(b"\ndata: ")
            self.lines.append((int(number), words.decode()))
        elif block.startswith(b"event: beat"):
            self.is_up = True
        self.heard.tell()


@dataclass(eq=False)
class Mouth:
    """One sender: sends each thing, with an id of its own, until it is answered."""

    ports: list[int]
    path: str
    headers: dict[str, str]
    answered: dict[UUID, int] = field(default_factory=dict)
    sendings: int = 0

    async def send(self, *, doubled: bool = False, **body: object) -> int:
        """Return the number it got; where `doubled`, it is sent once more after its answer."""
        client = uuid4()
        number = await self._until_answered(client, body)
        if doubled:
            assert await self._until_answered(client, body) == number
        self.answered[client] = number
        return number

    async def _until_answered(self, client: UUID, body: dict) -> int:
        while True:
            with contextlib.suppress(OSError, EOFError, ValueError, IndexError):
                status, answer = await self._post({"client": str(client), **body})
                if status == 200:
                    assert answer["client"] == str(client)
                    return answer["number"]
                # Too fast, or the database was away for a moment: the same again.
                assert status in (429, 500, 503), (status, answer)
            await asyncio.sleep(SENDS_AGAIN_AFTER_S)

    async def _post(self, body: dict) -> tuple[int, dict]:
        self.sendings += 1
        content = json.dumps(body).encode()
        own = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        reader, writer = await asyncio.open_connection("127.0.0.1", random.choice(self.ports))
        try:
            writer.write(
                f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                f"{own}Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode()
                + content
            )
            whole = await reader.read()
        finally:
            writer.close()
        head, _, answer = whole.partition(b"\r\n\r\n")
        status = int(head.split()[1])
        return status, json.loads(answer) if status == 200 else {"said": answer[:300].decode()}
