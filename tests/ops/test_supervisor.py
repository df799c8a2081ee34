"""The supervisor, with real child processes; order is waited for by lines of output, never by time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ops.preflight import ROOT
from ops.supervisor import Child, Supervisor

PROGRAM = """
import sys
from pathlib import Path
from ops.supervisor import Child, Supervisor

folder = Path(sys.argv[1])
children = [
    Child(name=name, command=[sys.executable, "-u", "-c", code], log=folder / f"{name}.log", env={})
    for name, code in zip(("first", "second"), sys.argv[2:])
]
supervisor = Supervisor(children, say=lambda text: print(text, flush=True))
supervisor.catch_signals()
supervisor.start()
seen = lambda child: child.log.exists() and "up" in child.log.read_text()
print(supervisor.wait_until(lambda: all(map(seen, children)), within_s=30), flush=True)
print(*(child.process.pid for child in children), flush=True)
supervisor.watch()
supervisor.stop(grace_s=float(sys.stdin.readline() or 5))
print("end", flush=True)
"""
OBEDIENT = (
    "import signal, sys, time\n"
    "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "signal.signal(signal.SIGTERM, lambda *_: (print('asked'), sys.exit()))\n"
    "print('up')\n"
    "while True: time.sleep(60)\n"
)
DEAF = OBEDIENT.replace("lambda *_: (print('asked'), sys.exit())", "signal.SIG_IGN")
PARENT = (
    "import subprocess, sys\n"
    f"child = subprocess.Popen([sys.executable, '-u', '-c', {DEAF!r}])\n"
    "print('up', child.pid)\n"
    "child.wait()\n"
)


@pytest.fixture
def supervised(tmp_path):
    """Starts a supervisor of two children as the leader of its own process group."""
    started = []

    def start(first: str, second: str, *, grace_s: float = 5) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", PROGRAM, tmp_path, first, second],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        process.stdin.write(f"{grace_s}\n")
        process.stdin.flush()
        assert process.stdout.readline() == "reached\n"
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_interrupt_of_the_group_ends_every_child_politely(supervised, tmp_path):
    process = supervised(OBEDIENT, OBEDIENT)
    pids = [int(pid) for pid in process.stdout.readline().split()]
    assert all(os.getpgid(pid) == process.pid for pid in pids)

    os.killpg(process.pid, signal.SIGINT)

    assert process.communicate(timeout=30)[0] == "end\n"
    assert process.returncode == 0
    assert not any(is_alive(pid) for pid in pids)
    for name in ("first", "second"):
        assert (tmp_path / f"{name}.log").read_text() == "up\nasked\n"


def test_child_that_does_not_obey_is_killed(supervised):
    process = supervised(OBEDIENT, DEAF, grace_s=0.2)
    pids = [int(pid) for pid in process.stdout.readline().split()]

    process.terminate()

    assert process.communicate(timeout=30)[0] == "end\n"
    assert not any(is_alive(pid) for pid in pids)


def test_killed_child_is_started_again(supervised):
    process = supervised(OBEDIENT, OBEDIENT)
    second = int(process.stdout.readline().split()[1])

    os.kill(second, signal.SIGKILL)

    assert process.stdout.readline().startswith("second ended (SIGKILL), starting it again; see ")
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=30)[0] == "end\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans to the supervisor")
def test_what_a_killed_child_left_behind_is_ended(supervised, tmp_path):
    process = supervised(OBEDIENT, PARENT)
    second = int(process.stdout.readline().split()[1])
    log = (tmp_path / "second.log").read_text()
    grandchild = int(next(line for line in log.splitlines() if line.startswith("up ")).split()[1])
    assert is_alive(grandchild)

    os.kill(second, signal.SIGKILL)

    assert process.stdout.readline().startswith("second ended")
    assert not is_alive(grandchild)


def test_first_child_that_dies_at_the_start_is_reported(tmp_path):
    dies = Child(
        name="web", command=[sys.executable, "-c", "print('no')"], log=tmp_path / "web.log", env={}
    )
    supervisor = Supervisor([dies])
    supervisor.start()

    outcome = supervisor.wait_until(lambda: False, within_s=30)
    supervisor.stop()

    assert outcome == "died"
    assert dies.log.read_text() == "no\n"


def test_child_added_later_is_kept_and_stopped_with_the_others(tmp_path):
    first, later = (
        Child(
            name=name,
            command=[sys.executable, "-c", OBEDIENT],
            log=tmp_path / f"{name}.log",
            env={},
        )
        for name in ("first", "later")
    )
    supervisor = Supervisor([first])
    supervisor.start()
    supervisor.add(later)
    assert later.is_running

    supervisor.stop(grace_s=0.1)

    assert not first.is_running
    assert not later.is_running


def test_waiting_ends_when_time_is_over(tmp_path):
    stays = Child(
        name="web", command=[sys.executable, "-c", OBEDIENT], log=tmp_path / "web.log", env={}
    )
    supervisor = Supervisor([stays])
    supervisor.start()

    outcome = supervisor.wait_until(lambda: False, within_s=0)
    supervisor.stop(grace_s=0.1)

    assert outcome == "late"
    assert not stays.is_running


def test_full_log_is_set_aside(tmp_path, monkeypatch):
    monkeypatch.setattr("ops.supervisor.LOG_KEPT_BYTES", 3)
    log = tmp_path / "web.log"
    log.write_text("old lines\n")
    child = Child(name="web", command=[sys.executable, "-c", "print('new')"], log=log, env={})
    supervisor = Supervisor([child])
    supervisor.start()
    child.process.wait()

    assert log.read_text() == "new\n"
    assert (tmp_path / "web.1.log").read_text() == "old lines\n"
