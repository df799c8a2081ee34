"""`make test`: the suite on SQLite, again on PostgreSQL where TEST_DATABASE_URL names one, and the sum.

Servers and settings of the person who runs it are left out of the tests' environment, so that a
test never touches a database that merely happens to answer.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from ops.preflight import ROOT

SETTINGS = (
    "PORT", "BIND", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL",
    "DEBUG", "EMAIL_URL", "SMS_GATEWAY_URL", "SMS_GATEWAY_SECRET", "SMS_ADAPTER", "DATA_DIR",
    "CORS_ORIGINS", "HEADLESS_PREVIEW_URL", "TRUSTED_PROXIES", "WEBHOOKS_TO_THIS_MACHINE",
    "BIGBLUEBUTTON_URL", "BIGBLUEBUTTON_SECRET",
)  # fmt: skip
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_TESTS_COLLECTED = 5


@dataclass(frozen=True)
class Part:
    """A group of tests that needs something from outside; `missing` says what, and how to give it."""

    marker: str
    missing: str


@dataclass(frozen=True)
class Counts:
    """What one run of the suite came to."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )

    def __str__(self) -> str:
        line = f"{self.passed} passed, {self.failed} failed"
        return f"{line}, {self.skipped} skipped" if self.skipped else line


def find_browser(environ: Mapping[str, str]) -> str | None:
    """Return the Chromium to test with: the one that CHROMIUM names, else the first on PATH."""
    named = environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    found = (shutil.which(name, path=environ.get("PATH")) for name in BROWSERS)
    return next((path for path in found if path), None)


def missing_parts(environ: Mapping[str, str]) -> list[Part]:
    """Return the parts that cannot run here, each with the line that says how to run it."""
    parts = []
    if not environ.get("TEST_DATABASE_URL"):
        parts.append(
            Part(
                "postgres",
                "PostgreSQL tests did not run: name a server for them, as in "
                "TEST_DATABASE_URL=postgres://postgres@127.0.0.1:5432/test make test",
            )
        )
    if not environ.get("TEST_REDIS_URL"):
        parts.append(
            Part(
                "redis",
                "Redis tests did not run: name a server for them, as in "
                "TEST_REDIS_URL=redis://127.0.0.1:6379/9 make test",
            )
        )
    if find_browser(environ) is None:
        named = environ.get("CHROMIUM")
        reason = f"CHROMIUM={named} cannot be run" if named else "no Chromium was found"
        parts.append(
            Part(
                "browser",
                f"Browser tests did not run: {reason}; install one (apt-get install chromium) "
                "or name it, as in CHROMIUM=/path/to/chromium make test",
            )
        )
    return parts


def environment_of_tests(environ: Mapping[str, str], *, data_dir: Path) -> dict[str, str]:
    """Return the environment the tests run in: nobody's settings, a key and a folder of their own."""
    env = {name: value for name, value in environ.items() if name not in SETTINGS}
    env["DJANGO_SETTINGS_MODULE"] = "config.settings"
    env["SECRET_KEY"] = secrets.token_urlsafe(48)
    env["DATA_DIR"] = str(data_dir)
    env["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "1"  # the browser driver runs an event loop in the test's thread
    )
    if browser := find_browser(environ):
        env["CHROMIUM"] = browser
    return env


def counts_in(report: Path) -> Counts | None:
    """Return the sums of a JUnit report, or None when the run did not live to write it."""
    try:
        suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
    except (OSError, ElementTree.ParseError):
        return None

    def total(name: str) -> int:
        return sum(int(suite.get(name, 0)) for suite in suites)

    failed, skipped = total("failures") + total("errors"), total("skipped")
    return Counts(passed=total("tests") - failed - skipped, failed=failed, skipped=skipped)


def run_suite(
    title: str, *, env: dict[str, str], without: list[str], arguments: list[str]
) -> Counts:
    """Run pytest once and return what it came to; a run that broke off counts as one failure."""
    report = Path(env["DATA_DIR"]) / "report.xml"
    command = [sys.executable, "-m", "pytest", "-n", "auto", f"--junitxml={report}"]
    if without:
        command += ["-m", " and ".join(f"not {marker}" for marker in without)]
    print(f"Tests on {title}", flush=True)
    done = subprocess.run([*command, *arguments], env=env, cwd=ROOT, stdin=subprocess.DEVNULL)
    counts = counts_in(report)
    if counts is None:
        print(f"The tests on {title} broke off (pytest's exit code {done.returncode}).")
        return Counts(failed=1)
    if done.returncode not in (0, NO_TESTS_COLLECTED) and not counts.failed:
        return counts + Counts(failed=1)
    return counts


def server_problem(url: str) -> str | None:
    """Return why the PostgreSQL server of the tests cannot be used, without its password."""
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        parts = urlsplit(url)
        reason = " ".join(str(error).split())
        if parts.password:
            reason = reason.replace(parts.password, "***")
        return f"TEST_DATABASE_URL names a server that cannot be used ({reason})"
    return None


def main(arguments: list[str]) -> int:
    """Run everything that can run here; 1 when a test failed, none ran, or a required part lacks."""
    parts = missing_parts(os.environ)
    missing = {part.marker for part in parts}
    lines, total = [], Counts()
    for title, url in (("SQLite", None), ("PostgreSQL", os.environ.get("TEST_DATABASE_URL"))):
        if title == "PostgreSQL" and not url:
            continue
        started_at = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="wellread-test-") as folder:
            env = environment_of_tests(os.environ, data_dir=Path(folder))
            without = sorted(missing | ({"sqlite"} if url else {"postgres"}))
            problem = None
            if url:
                env["DATABASE_URL"] = url
                problem = server_problem(url)
            if problem:
                print(problem)
                counts = Counts(failed=1)
            else:
                counts = run_suite(title, env=env, without=without, arguments=arguments)
        lines.append(f"{title}: {counts} in {time.monotonic() - started_at:.0f} s")
        total += counts
    print()
    for line in [*lines, *(part.missing for part in parts)]:
        print(line)
    required = parts if os.environ.get("REQUIRE_ALL") else []
    if required:
        print("All parts are required here, so this run failed.")
    if not total.passed and not total.failed:
        print("No test was chosen.")
    print(total, flush=True)
    return 1 if total.failed or required or not total.passed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
