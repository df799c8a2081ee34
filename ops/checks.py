"""`make lint`, `make types` and `make check`: every rule a machine can hold, each named as it passes.

Usage: python -m ops.checks lint|types|release
"""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ops.preflight import ROOT
from ops.test import SETTINGS

PYTHON = sys.executable
BIN = Path(PYTHON).parent
AUDIT_UNREACHABLE = ("ConnectionError", "ServiceError", "Max retries", "timed out", "Timeout")


def commands_of(group: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the name and the command of each check in the group."""
    if group == "lint":
        yield "code style", [str(BIN / "ruff"), "check", "."]
        yield "code format", [str(BIN / "ruff"), "format", "--check", "--quiet", "."]
        if templates := template_folders():
            yield "templates", [str(BIN / "djlint"), "--lint", "--quiet", *templates]
        yield "layers", [str(BIN / "lint-imports"), "--no-logo"]
    elif group == "types":
        yield "types", [str(BIN / "mypy")]
    elif group == "release":
        yield "migrations match the models", [
            PYTHON, "manage.py", "makemigrations", "--check", "--dry-run",
        ]  # fmt: skip
        yield "production settings", [
            PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING",
        ]  # fmt: skip


def template_folders() -> list[str]:
    """Return the folders that hold templates."""
    folders = [ROOT / "templates", *ROOT.glob("*/templates")]
    return sorted(str(folder.relative_to(ROOT)) for folder in folders if folder.is_dir())


def environment(data_dir: str) -> dict[str, str]:
    """Return production settings that depend on nobody's machine."""
    env = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return env | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "BASE_URL": "https://wellread.example",
        "ALLOWED_HOSTS": "wellread.example",
        "DATA_DIR": data_dir,
    }


def passes(name: str, command: list[str], *, env: dict[str, str]) -> bool:
    """Run one check; say its name and time, and what it printed only when it failed."""
    started_at = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    took_s = time.monotonic() - started_at
    if done.returncode == 0:
        print(f"{name}: fine ({took_s:.0f} s)", flush=True)
        return True
    print(f"{done.stdout.rstrip()}\n{name}: NOT fine ({took_s:.0f} s)", flush=True)
    return False


def audit(*, env: dict[str, str]) -> bool:
    """Ask the advisory service about the locked libraries; unreachable is said, and is no failure."""
    lock = str(ROOT / "requirements" / "base.txt")
    command = [
        str(BIN / "pip-audit"), "--disable-pip", "--require-hashes", "--progress-spinner", "off",
        "--timeout", "15", "-r", lock,
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=300,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        print("known vulnerabilities: not looked up, the advisory service did not answer in time")
        return True
    if done.returncode == 0:
        print("known vulnerabilities: none in the locked libraries", flush=True)
        return True
    if any(word in done.stderr for word in AUDIT_UNREACHABLE):
        print("known vulnerabilities: not looked up, the advisory service does not answer here")
        return True
    print(f"{done.stdout}{done.stderr}\nknown vulnerabilities: NOT fine", flush=True)
    return False


def main(arguments: list[str]) -> int:
    """Run the group's checks to the end, so that one run shows everything; 1 when any failed."""
    group = arguments[0]
    with tempfile.TemporaryDirectory(prefix="wellread-checks-") as data_dir:
        env = environment(data_dir)
        results = [passes(name, command, env=env) for name, command in commands_of(group)]
        if group == "release":
            results.append(audit(env=env))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
