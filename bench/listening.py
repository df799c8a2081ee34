"""Listeners and senders of one room in a process of their own: `python -m bench.listening`.

The plan comes as a line of JSON on standard input; each line after it is a command, and each is
answered with a line of JSON. Times are those of this process, which both sends and hears.
"""

import asyncio
import contextlib
import json
import random
import re
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

STAMP = re.compile(rb"@(\d+)@")
NUMBER = re.compile(rb"^id: (\d+)", re.MULTILINE)
COMES_BACK_AFTER_S = 0.05
AT_ONCE = 50
AT_MOST_BYTES = 1 << 22
WITHIN_S = 120.0


@dataclass(eq=False)
class Listener:
    """One stream; notes how late each thing came that was said while somebody measures."""

    scene: "Scene"
    token: str
    last: int = 0
    is_up: bool = False

    async def listen(self) -> None:
        """Read until cancelled, and come back after every cut."""
        while True:
            with contextlib.suppress(OSError, EOFError):
                await self._read()
            self.is_up = False
            await asyncio.sleep(COMES_BACK_AFTER_S)

    async def _read(self) -> None:
        async with self.scene.opening:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", self.scene.port, limit=AT_MOST_BYTES
            )
            writer.write(
                f"GET {self.scene.stream} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Authorization: Join {self.token}\r\nLast-Event-ID: {self.last}\r\n\r\n".encode()
            )
            try:
                content = await reader.readuntil(b"event: beat")
            except (asyncio.IncompleteReadError, OSError):
                writer.close()
                raise
        self.is_up = True
        rest = b""
        try:
            while content:
                *whole, rest = (rest + content).split(b"\n\n")
                self._take(b"\n\n".join(whole))
                content = await reader.read(65536)
        finally:
            writer.close()

    def _take(self, content: bytes) -> None:
        now = time.perf_counter_ns()
        self.scene.delays += [now - int(stamp) for stamp in STAMP.findall(content)]
        if numbers := NUMBER.findall(content):
            self.last = int(numbers[-1])
        self.scene.news.set()


@dataclass(eq=False)
class Scene:
    """Everybody in the room."""

    port: int
    stream: str
    messages: str
    tokens: list[str]
    headers: dict[str, str]
    listeners: list[Listener] = field(default_factory=list)
    delays: list[int] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    opening: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def begin(self) -> dict:
        """Open every stream; figures are the seconds until all were greeted."""
        began = time.perf_counter()
        self.listeners = [Listener(self, token) for token in self.tokens]
        self.tasks = [asyncio.create_task(one.listen()) for one in self.listeners]
        await self._until(lambda: all(one.is_up for one in self.listeners))
        return {"seconds": time.perf_counter() - began}

    async def say(self, count: int, *, a_second: float = 0, at_once: int = 1) -> dict:
        """Say so many things, at that rate or each sender as fast as it is answered."""
        self.delays.clear()
        began = time.perf_counter()
        heard = count * len(self.listeners)
        if a_second:
            sending = [self._say_at(began + n / a_second) for n in range(count)]
        else:
            sending = [self._say_on(count // at_once) for _ in range(at_once)]
            heard = count // at_once * at_once * len(self.listeners)
        answered = [seconds for some in await asyncio.gather(*sending) for seconds in some]
        took = time.perf_counter() - began
        await self._until(lambda: len(self.delays) >= heard)
        late, answered = sorted(self.delays), sorted(answered)
        return {
            "rate": len(answered) / took,
            "p50_ms": late[len(late) // 2] / 1e6,
            "p95_ms": late[len(late) * 95 // 100] / 1e6,
            "answer_p95_ms": answered[len(answered) * 95 // 100] * 1e3,
        }

    async def until_last(self, number: int) -> dict:
        """Wait until everybody has that number; figures are seconds since the server was back."""
        await self._until(lambda: any(one.is_up for one in self.listeners))
        began = time.perf_counter()
        await self._until(lambda: all(one.is_up and one.last >= number for one in self.listeners))
        return {"seconds": time.perf_counter() - began}

    async def until_cut(self) -> dict:
        """Wait until nobody hears anything any more."""
        await self._until(lambda: not any(one.is_up for one in self.listeners))
        return {}

    async def _say_at(self, due: float) -> list[float]:
        await asyncio.sleep(due - time.perf_counter())
        return [await self._post(due)]

    async def _say_on(self, count: int) -> list[float]:
        return [await self._post(time.perf_counter()) for _ in range(count)]

    async def _post(self, due: float) -> float:
        began = time.perf_counter()
        stamp = f"@{int(due * 1e9)}@"
        body = json.dumps({"client": str(uuid4()), "text": stamp, "kind": "message"}).encode()
        own = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(
            f"POST {self.messages} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{own}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = await reader.read()
        writer.close()
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head[:200].decode())
        return time.perf_counter() - began

    async def _until(self, holds: Any) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not holds():
                self.news.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.02):
                        await self.news.wait()


async def main() -> None:
    """Answer each command with its figures until there is none."""
    random.seed(1)
    scene = Scene(**json.loads(sys.stdin.readline()))
    while line := await asyncio.to_thread(sys.stdin.readline):
        name, arguments, options = json.loads(line)
        print(json.dumps(await getattr(scene, name)(*arguments, **options)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
