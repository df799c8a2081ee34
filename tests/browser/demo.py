"""The demo clinic on a port and in a folder of its own, for browser tests; it has no worker."""

import http.client
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from tests.browser.moved_clock import seen_of

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 120.0
WORK = (
    "import outbox.services as s; s.run_due_effects();"
    "import leads.services.membership as m; m.refresh_lists()"
)


class DemoClinic:
    """A running server with the demo loaded, between `with` and its end."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        place = {"DATA_DIR": str(data_dir), "PORT": str(self.port), "BASE_URL": self.address}
        self.env = {**kept, **place}

    def __enter__(self) -> "DemoClinic":
        self.manage("migrate", "-v0")
        self.manage("load_demo")
        self.log = (self.data_dir / "web.log").open("wb")
        self.serve()
        return self

    def serve(self) -> None:
        """Start the server and wait until it answers."""
        self.server = subprocess.Popen(
            [sys.executable, *self.serving()],
            cwd=ROOT, env=self.env, stdout=self.log, stderr=self.log,
        )  # fmt: skip
        try:
            self.wait_until_it_answers()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *error) -> None:
        self.server.kill()
        self.server.wait()
        self.log.close()

    def serving(self) -> list[str]:
        """The words after `python` that serve the site."""
        return ["-m", "uvicorn", "config.asgi:application", "--port", str(self.port)]

    def managing(self) -> list[str]:
        """The words after `python` that stand before a management command."""
        return ["manage.py"]

    def manage(self, *command: str) -> str:
        """What a management command says."""
        done = subprocess.run(
            [sys.executable, *self.managing(), *command],
            cwd=ROOT, env=self.env, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout

    def do_background_work(self) -> None:
        """Run what is due, as the worker would."""
        self.manage("shell", "-v0", "-c", WORK)

    def in_production(self) -> "ProductionClinic":
        """The same clinic once more, served as readers get it: collected, hashed, compressed."""
        return ProductionClinic(self)

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline and self.server.poll() is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                connection.request("GET", "/about-tracking/")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.1)  # until the port is open; nothing hangs on how long that takes
            finally:
                connection.close()
        raise AssertionError("the server did not answer")


class ProductionClinic(DemoClinic):
    """A second server on a running clinic's folder, with DEBUG off, between `with` and its end."""

    def __init__(self, clinic: DemoClinic) -> None:
        super().__init__(clinic.data_dir)
        self.env = {**self.env, "DEBUG": "false"}

    def __enter__(self) -> "ProductionClinic":
        self.manage("collectstatic", "--noinput", "-v0")
        self.log = (self.data_dir / "production.log").open("wb")
        self.serve()
        return self


class LaterClinic(DemoClinic):
    """A copy of a running clinic whose clock can be moved on, between `with` and its end."""

    def __init__(self, clinic: DemoClinic, data_dir: Path) -> None:
        super().__init__(data_dir)
        self.original = clinic.data_dir
        self.ahead, self.moved_by = data_dir / "ahead", timedelta(0)

    def __enter__(self) -> "LaterClinic":
        database = "wellread.sqlite3"
        shutil.copytree(
            self.original, self.data_dir, dirs_exist_ok=True,
            ignore=shutil.ignore_patterns(f"{database}*", "cache", "would-be-sent", "*.log"),
        )  # fmt: skip
        with (
            sqlite3.connect(self.original / database) as source,
            sqlite3.connect(self.data_dir / database) as copy,
        ):
            source.backup(copy)
        self.ahead.write_text("0")
        self.manage("migrate", "-v0")  # the copy's addresses begin with its own
        self.log = (self.data_dir / "web.log").open("wb")
        self.serve()
        return self

    def serving(self) -> list[str]:
        return ["-m", "tests.browser.moved_clock", str(self.ahead), "serve", str(self.port)]

    def managing(self) -> list[str]:
        return ["-m", "tests.browser.moved_clock", str(self.ahead), "manage"]

    def move_on(self, by: timedelta) -> None:
        """Let that much time pass; returns when the server knows it."""
        self.moved_by += by
        figure = str(self.moved_by.total_seconds())
        self.ahead.write_text(figure)
        self.server.send_signal(signal.SIGUSR1)
        deadline = time.monotonic() + READY_WITHIN_S
        while not (seen_of(self.ahead).exists() and seen_of(self.ahead).read_text() == figure):
            assert time.monotonic() < deadline, "the server's clock did not move"
            time.sleep(0.002)  # until the signal is handled; nothing hangs on how long that takes
