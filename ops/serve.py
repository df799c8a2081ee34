"""`make run`: prepares the database, runs web and background work until Ctrl-C, says where things are."""

import fcntl
import http.client
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from ops.preflight import (
    ROOT,
    Place,
    Refused,
    check_place,
    child_environment,
    network_host,
)
from ops.supervisor import Child, Supervisor

READY_WITHIN_S = 120.0
TAIL_LINES = 12


def say(text: str) -> None:
    """Print one thing at once, also into a pipe."""
    print(text, flush=True)


def children_of(place: Place, *, env: Mapping[str, str], with_worker: bool = True) -> list[Child]:
    """Return the web server and, where wanted, the background worker with its clock."""
    logs = place.data_dir / "logs"
    web = [
        sys.executable, "-m", "uvicorn", "config.asgi:application",
        "--host", place.bind, "--port", str(place.port),
        "--log-level", "warning", "--no-access-log", "--no-server-header", "--no-proxy-headers",
        "--timeout-graceful-shutdown", "3",
    ]  # fmt: skip
    worker = [
        sys.executable, "-m", "celery", "--quiet", "-A", "config", "worker",
        "-B", "-P", "threads", "--concurrency", "2", "--loglevel", "INFO",
    ]  # fmt: skip
    children = [Child(name="The web server", command=web, log=logs / "web.log", env=dict(env))]
    if with_worker:
        children.append(
            Child(
                name="The background work",
                command=worker,
                log=logs / "worker.log",
                env=dict(env),
            )
        )
    return children


def answers(place: Place, *, env: Mapping[str, str]) -> bool:
    """Tell whether the site answers at the place with anything but a failure."""
    host = (env.get("ALLOWED_HOSTS") or "").split(",")[0].strip().lstrip(".")
    headers = {"Host": host} if host and host != "*" else {}
    connection = http.client.HTTPConnection(place.probe_host, place.port, timeout=10)
    try:
        connection.request("GET", "/readyz", headers=headers)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def prepare(env: Mapping[str, str], *, supervisor: Supervisor) -> dict | None:
    """Return what the preparation has to say, or None when it failed and said so itself."""
    with tempfile.TemporaryDirectory(prefix="wellread-") as folder:
        result = Path(folder) / "result.json"
        process = subprocess.Popen(
            [sys.executable, "-m", "ops.prepare", str(result)],
            env=dict(env),
            stdin=subprocess.DEVNULL,
            # Ctrl-C reaches the whole group; this one is ended from here, without a traceback.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        )
        while True:
            try:
                process.wait(0.2)
                break
            except subprocess.TimeoutExpired:
                if supervisor.stopping.is_set():
                    process.terminate()
                    process.wait()
        if process.returncode or not result.exists():
            return None
        return json.loads(result.read_text())


def take_worker_lock(data_dir: Path) -> TextIO | None:
    """Return the lock of this data folder's background work, or None when another start holds it."""
    lock = (data_dir / "worker.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock


def greeting(place: Place, *, env: Mapping[str, str], tour: str, has_worker: bool = True) -> str:
    """Return what a person reads once the site answers: addresses, logins, the tour, warnings."""
    url = env["BASE_URL"].rstrip("/") if network_host(place) else place.local_url
    lines = [
        "",
        "Wellread is ready.",
        f"  site      {url}/",
        f"  admin     {url}/admin/",
        f"  API docs  {url}/api/docs",
        f"  data      {place.data_dir} (logs in {place.data_dir / 'logs'})",
    ]
    if not has_worker:
        lines.append("  Another start does the background work of this data; this one only serves.")
    for more in (tour, network_notice(place, env=env)):
        if more:
            lines += ["", more]
    return "\n".join([*lines, "", "Ctrl-C stops it."])


def network_notice(place: Place, *, env: Mapping[str, str]) -> str:
    """Return the warning, the address and its QR code for a demo that others can reach."""
    if not place.is_open_to_the_network:
        return ""
    host = network_host(place)
    if host is None:
        return (
            "Careful: the demo listens on every address of this machine, but no local network was "
            "found, so only this machine reaches it."
        )
    url = f"{env['BASE_URL'].rstrip('/')}/"
    return (
        "Careful: the demo is open to the local network. Everyone in it can sign in with the demo "
        "logins and read along, as the connection is not encrypted; enter nothing real.\n"
        f"From a phone or another machine: {url}\n{qr_text(url)}"
    )


def qr_text(url: str) -> str:
    """Return a QR code of the address, drawn in half blocks for a terminal."""
    import segno

    drawn = io.StringIO()
    segno.make(url, micro=False).terminal(out=drawn, compact=True)
    return drawn.getvalue().rstrip("\n")


def last_lines(log: Path) -> str:
    """Return the end of a log file, for a start that failed."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-TAIL_LINES:])
    except OSError:
        return ""


def run(place: Place, *, env: Mapping[str, str]) -> int:
    """Serve until asked to stop; returns 0 after a clean stop, 1 when the site never answered."""
    supervisor = Supervisor([], say=say)
    supervisor.catch_signals()
    prepared = prepare(env, supervisor=supervisor)
    if supervisor.stopping.is_set():
        say("Stopped. `make run` goes on where it was.")
        return 0
    if prepared is None:
        return 1
    lock = take_worker_lock(place.data_dir)
    web, *others = children_of(place, env=env, with_worker=lock is not None)
    supervisor.children = [web]
    try:
        supervisor.start()
        outcome = supervisor.wait_until(lambda: answers(place, env=env), within_s=READY_WITHIN_S)
        if outcome in ("died", "late"):
            words = "ended" if outcome == "died" else "did not answer in time"
            say(f"{last_lines(web.log)}\nThe web server {words}; its log is {web.log}")
            return 1
        if outcome == "reached":
            # Only now, as two starts at once would keep the first page waiting.
            for child in others:
                supervisor.add(child)
            say(greeting(place, env=env, tour=prepared["tour"], has_worker=lock is not None))
            supervisor.watch()
        say("\nStopping ...")
        return 0
    finally:
        # A second Ctrl-C must not interrupt the stopping itself.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        supervisor.stop()
        if supervisor.stopping.is_set():
            say("Stopped. `make run` goes on where it was.")


def main() -> int:
    """Check the place once more, as time has passed since the installation began, and serve."""
    os.chdir(ROOT)
    try:
        place = check_place(os.environ)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    return run(place, env=child_environment(place, os.environ))


if __name__ == "__main__":
    sys.exit(main())
