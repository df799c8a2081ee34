"""The demo clinic on a port and in a folder of its own, for browser tests; it has no worker."""

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 120.0


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
        command = ["-m", "uvicorn", "config.asgi:application", "--port", str(self.port)]
        self.server = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=self.env, stdout=self.log, stderr=self.log
        )
        try:
            self.wait_until_it_answers()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error) -> None:
        self.server.kill()
        self.server.wait()
        self.log.close()

    def manage(self, *command: str) -> str:
        """What a management command says."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=self.env, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout

    def do_background_work(self) -> None:
        """Run what is due, as the worker would."""
        self.manage("shell", "-v0", "-c", "import outbox.services as s; s.run_due_effects()")

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
