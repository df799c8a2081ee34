"""A web server of its own for tests: the process `make run` starts, on the test's own database."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN_S = 90.0


def database_url() -> str:
    """The address of the database this test uses; what the test commits, the server sees."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    login = quote(values["USER"] or "postgres")
    if values["PASSWORD"]:
        login += ":" + quote(values["PASSWORD"])
    return f"postgres://{login}@{values['HOST']}:{values['PORT'] or 5432}/{values['NAME']}"


class RedisServer:
    """A Redis of the test's own, with nothing on disk; it may be emptied and killed."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("no redis-server on this machine")
        port = free_port()
        self.url = f"redis://127.0.0.1:{port}/0"
        self.process = subprocess.Popen(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "Ready to accept connections" in line:
                break
        self.store = redis.Redis(port=port)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> "RedisServer":
        return self

    def __exit__(self, *error) -> None:
        self.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One uvicorn process; use it in a `with`, kill it with `kill`, start it again with `start`.

    `settings` are more variables of its environment.
    """

    def __init__(self, data_dir: Path, **settings: str):
        self.port = free_port()
        self.data_dir = data_dir
        self.settings = settings
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "uvicorn", "config.asgi:application", "--port",
                str(self.port), "--log-level", "warning", "--no-access-log",
            ],
            cwd=ROOT,
            env={
                **kept,
                "DATA_DIR": str(self.data_dir),
                "DATABASE_URL": database_url(),
                "SECRET_KEY": settings.SECRET_KEY,
                **self.settings,
            },
            stdout=subprocess.DEVNULL,
            stderr=(self.data_dir / "web.log").open("ab"),
        )  # fmt: skip
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError((self.data_dir / "web.log").read_text()[-3000:])
            try:
                self.post(b"{}")
                return
            except OSError:
                time.sleep(0.1)  # until the port is open; nothing hangs on how long that takes
        raise AssertionError("the server did not answer")

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def connect(self) -> http.client.HTTPConnection:
        """A new connection, for one client."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def post(self, body: bytes, *, client: http.client.HTTPConnection | None = None, **headers):
        """Post to the events address; returns status and decoded answer."""
        own = client or self.connect()
        own.request("POST", "/api/v1/events", body=body, headers=headers)
        response = own.getresponse()
        answer = response.read()
        if client is None:
            own.close()
        return response.status, json.loads(answer) if answer else None

    def memory_kb(self) -> int:
        """Resident memory of the process."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *error) -> None:
        self.kill()
