"""A room with 100 and 500 listeners on one worker, beside the same server sending an empty stream."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.engines import ROOT, Engine, free_port, served
from bench.report import Report, median_of, ratio_of

LISTENERS, BACK = (100, 500), 300
A_SECOND, SAID = 5, 100
AT_ONCE, FAST = 4, 200
MISSED = 100
BARE = "bench.bare_stream:application"


class Listening:
    """The process of listeners and senders; each call is one of its commands."""

    def __init__(self, plan: dict) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.listening"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self._write(plan)

    def _write(self, what: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def ask(self, name: str, *arguments: Any, **options: Any) -> None:
        """Begin a command whose answer is taken later."""
        self._write([name, arguments, options])

    def answer(self) -> dict:
        """What the oldest command found."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the listeners ended")
        return json.loads(line)

    def do(self, name: str, *arguments: Any, **options: Any) -> dict:
        """A command and its answer."""
        self.ask(name, *arguments, **options)
        return self.answer()


def measure_room(engine: Engine, *, report: Report, rounds: int, quick: bool) -> None:
    """Delay and rate at two sizes, memory a listener, and who comes back after a restart."""
    turns = 1 if quick else min(rounds, 3)
    for count in (20,) if quick else LISTENERS:
        own, bare = [], []
        for _ in range(turns):
            made = engine.inside("make_room", str(count))
            bare.append(_measure(engine, made, count, application=BARE))
            own.append(_measure(engine, made, count, application=""))
        _report(report, engine, count, own=own, bare=bare)
    _measure_return(engine, report=report, count=20 if quick else BACK, rounds=turns)


@contextlib.contextmanager
def _listening(made: dict, count: int, port: int) -> Iterator[Listening]:
    base = f"/api/v1/classes/{made['class_id']}"
    listening = Listening(
        {
            "port": port, "stream": f"{base}/stream", "messages": f"{base}/messages",
            "tokens": made["tokens"][:count], "headers": made["headers"],
        }
    )  # fmt: skip
    try:
        yield listening
    finally:
        listening.process.kill()
        listening.process.wait()


def _measure(engine: Engine, made: dict, count: int, *, application: str) -> dict:
    with served(engine, application=application) as (port, pid):
        with _listening(made, 1, port) as one:
            one.do("begin")
            one.do("say", AT_ONCE, at_once=AT_ONCE)  # whatever is loaded at first use is loaded
        idle = memory_kb(pid)
        with _listening(made, count, port) as all_of_them:
            opened = all_of_them.do("begin")["seconds"]
            each = (memory_kb(pid) - idle) / count
            steady = all_of_them.do("say", SAID, a_second=A_SECOND)
            fast = all_of_them.do("say", FAST, at_once=AT_ONCE)
    return {"opened": opened, "each": each, "steady": steady, "fast": fast}


def _report(report: Report, engine: Engine, count: int, *, own: list, bare: list) -> None:
    def middle(of: list[dict], *path: str) -> float:
        values = []
        for one in of:
            for key in path:
                one = one[key]
            values.append(float(one))  # type: ignore[arg-type]
        return median_of(values)

    def add(work: str, path: tuple[str, ...], unit: str, goal: str = "") -> None:
        mine, other = middle(own, *path), middle(bare, *path)
        ratio = ratio_of(mine, other, other_name=f"an empty stream's {other:,.1f} {unit}")
        report.add(work, f"{mine:,.1f} {unit}", ratio, goal)

    who = f"{count} listeners, {engine.name}"
    add(f"{A_SECOND} messages a second, p95 until heard: {who}", ("steady", "p95_ms"), "ms")
    add("", ("steady", "p50_ms"), "ms in the middle")
    add(f"as fast as {AT_ONCE} senders are answered: {who}", ("fast", "rate"), "messages/s")
    add("", ("fast", "p95_ms"), "ms p95 until heard")
    add("", ("each",), "kB a listener", "50 MB for 500" if count == max(LISTENERS) else "")
    add("", ("opened",), "s until all listened")


def _measure_return(engine: Engine, *, report: Report, count: int, rounds: int) -> None:
    """Everybody listens, the server is killed, things are said meanwhile, and it comes back."""
    made = engine.inside("make_room", str(count))
    own, bare = [], []
    for _ in range(rounds):
        for application, found in ((BARE, bare), ("", own)):
            port = free_port()
            with _listening(made, count, port) as listening:
                with served(engine, application=application, port=port):
                    listening.do("begin")
                listening.do("until_cut")
                last = 0
                if not application:
                    last = engine.inside("say_in_room", str(made["class_id"]), str(MISSED))["last"]
                listening.ask("until_last", last)
                with served(engine, application=application, port=port):
                    found.append(listening.answer()["seconds"])
    mine, other = median_of(own), median_of(bare)
    ratio = ratio_of(mine, other, other_name=f"an empty stream's {other:.2f} s")
    work = f"{count} listeners back after a restart, with {MISSED} messages missed, {engine.name}"
    report.add(work, f"{mine:.2f} s", ratio)


def memory_kb(pid: int) -> int:
    """Resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])
