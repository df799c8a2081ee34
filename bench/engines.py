"""Databases, folders and processes for one benchmark; all of them are gone when it ends."""

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
READY_WITHIN_S = 60.0


@dataclass(frozen=True)
class Engine:
    """A migrated database with its folder; `url` is empty for SQLite in the folder."""

    name: str
    data_dir: Path
    url: str

    @property
    def env(self) -> dict[str, str]:
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        return {
            **kept,
            "DATA_DIR": str(self.data_dir),
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "DEBUG": "false",
            "SECRET_KEY": "only-for-benchmarks-" + "x" * 40,
            **({"DATABASE_URL": self.url} if self.url else {}),
        }

    def python(self, *arguments: str) -> str:
        """Run Python in the project with this engine; returns what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stderr[-2000:]}")
        return done.stdout

    def inside(self, name: str, *arguments: str) -> dict:
        """Run one measurement of bench.inside in a process of its own; returns its figures."""
        out = self.python("-m", "bench.inside", name, *arguments)
        return json.loads(out.strip().splitlines()[-1])


def postgresql_url() -> str:
    """The server that benchmarks may make databases on, empty where none was named."""
    return os.environ.get("BENCH_DATABASE_URL") or os.environ.get("TEST_DATABASE_URL") or ""


@contextlib.contextmanager
def engine(name: str) -> Iterator[Engine]:
    """Make, migrate and at the end remove a database of its own on that engine."""
    folder = Path(tempfile.mkdtemp(prefix="wellread-bench-"))
    url = ""
    try:
        if name == "postgresql":
            url = _create_database(postgresql_url(), f"wellread_bench_{os.getpid()}")
        made = Engine(name=name, data_dir=folder, url=url)
        made.python("manage.py", "migrate", "--verbosity", "0")
        yield made
    finally:
        if url:
            _drop_database(postgresql_url(), urlsplit(url).path.lstrip("/"))
        shutil.rmtree(folder, ignore_errors=True)


def _create_database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def _drop_database(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


@contextlib.contextmanager
def server(engine: Engine) -> Iterator[int]:
    """Serve the project with the benchmark's addresses added; yields the port."""
    with served(engine) as (port, _):
        yield port


@contextlib.contextmanager
def served(
    engine: Engine, *, settings: str = "bench.settings", application: str = "", port: int = 0
) -> Iterator[tuple[int, int]]:
    """Serve with these settings, or another ASGI application; yields port and id of the process."""
    port = port or free_port()
    process = subprocess.Popen(
        [
            sys.executable, "-m", "uvicorn", application or "config.asgi:application", "--port", str(port),
            "--log-level", "error", "--no-access-log",
        ],
        cwd=ROOT, env={**engine.env, "DJANGO_SETTINGS_MODULE": settings},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + READY_WITHIN_S
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not start")
            time.sleep(0.1)
        yield port, process.pid
    finally:
        # With a signal it would wait for streams that stay open.
        process.kill()
        process.wait()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/bench/empty")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
