"""Runs a few child processes as one: starts them, restarts what died, and stops all of them cleanly.

Knows nothing of Django; the children stay in the caller's process group.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

GRACE_S = 7.0
LOOK_EVERY_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0
LOG_KEPT_BYTES = 5_000_000
_SET_PDEATHSIG, _SET_CHILD_SUBREAPER = 1, 36


@dataclass
class Child:
    """One process to keep alive; its output goes to `log`."""

    name: str
    command: list[str]
    log: Path
    env: dict[str, str]
    process: subprocess.Popen | None = None
    started_at: float = 0.0
    starts: int = 0
    pause_s: float = 0.5
    start_again_at: float | None = None

    @property
    def is_running(self) -> bool:
        """Tell whether the process lives now."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Keeps children alive until a signal asks to stop."""

    def __init__(self, children: list[Child], *, say: Callable[[str], None] = print):
        self.children = children
        self.say = say
        self.stopping = threading.Event()

    def catch_signals(self) -> None:
        """Let Ctrl-C, a polite kill and a closed terminal end the run; they may come at any time."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        _call_prctl(_SET_CHILD_SUBREAPER, 1)

    def start(self) -> None:
        """Start every child once."""
        for child in self.children:
            self._spawn(child)

    def add(self, child: Child) -> None:
        """Start one more child and keep it alive with the others."""
        self._spawn(child)
        self.children.append(child)

    def wait_until(self, reached: Callable[[], bool], *, within_s: float) -> str:
        """Look after the children until `reached` is true.

        Returns "reached", "stopped" when a signal came first, "died" when the first child ended
        first, "late" when the time was over first.
        """
        ends_at = time.monotonic() + within_s
        while not self.stopping.is_set():
            if not self.children[0].is_running:
                return "died"
            if reached():
                return "reached"
            if time.monotonic() > ends_at:
                return "late"
            self._revive_all()
            self.stopping.wait(0.1)
        return "stopped"

    def watch(self) -> None:
        """Look after the children until a signal asks to stop."""
        while not self.stopping.is_set():
            self._revive_all()
            self.stopping.wait(LOOK_EVERY_S)

    def _revive_all(self) -> None:
        for child in self.children:
            if not child.is_running:
                self._revive(child)

    def stop(self, *, grace_s: float = GRACE_S) -> None:
        """End the children politely, after the grace by force, and whatever they left behind."""
        for child in self.children:
            if child.process and child.is_running:
                child.process.terminate()
        ends_at = time.monotonic() + grace_s
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.0, ends_at - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self._end_strays()

    def _spawn(self, child: Child) -> None:
        child.log.parent.mkdir(parents=True, exist_ok=True)
        if child.log.exists() and child.log.stat().st_size > LOG_KEPT_BYTES:
            child.log.replace(child.log.with_suffix(".1.log"))
        with child.log.open("ab") as log:
            child.process = subprocess.Popen(
                child.command,
                env=child.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        child.started_at = time.monotonic()
        child.start_again_at = None
        child.starts += 1

    def _revive(self, child: Child) -> None:
        now = time.monotonic()
        if child.start_again_at is None:
            self._end_strays()
            if now - child.started_at > STEADY_AFTER_S:
                child.pause_s = 0.5
            child.start_again_at = now + child.pause_s
            child.pause_s = min(child.pause_s * 2, LONGEST_PAUSE_S)
            code = child.process.returncode if child.process else None
            self.say(f"{child.name} ended ({_ending(code)}), starting it again; see {child.log}")
        elif now >= child.start_again_at:
            self._spawn(child)

    def _end_strays(self) -> None:
        """End what a killed child left behind: as subreaper we have become its parent."""
        known = {child.process.pid for child in self.children if child.process}
        for pid in set(_children_of(os.getpid())) - known:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError):
                continue


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit {code}"


def _children_of(parent: int) -> list[int]:
    """Return the process ids whose parent is this one; empty where there is no /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(after_name[1]) == parent:
            found.append(int(stat.parent.name))
    return found


def _call_prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _die_with_parent() -> None:
    """Run in the child before its program: should the supervisor be killed, the child ends too."""
    _call_prctl(_SET_PDEATHSIG, signal.SIGTERM)
