"""The runner of the tests: what it leaves out and says so, and the sum at the end."""

import os
import subprocess
import sys

import pytest

from ops.preflight import ROOT
from ops.test import Counts, counts_in, environment_of_tests, find_browser, missing_parts


@pytest.fixture
def browser(tmp_path):
    path = tmp_path / "bin" / "chromium"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_nothing_is_missing_when_all_is_named(browser):
    environ = {
        "PATH": str(browser.parent),
        "TEST_DATABASE_URL": "postgres://postgres@127.0.0.1/test",
        "TEST_REDIS_URL": "redis://127.0.0.1/9",
    }

    assert missing_parts(environ) == []


def test_each_missing_part_says_in_one_line_how_to_run_it(tmp_path):
    parts = missing_parts({"PATH": str(tmp_path)})

    assert [part.marker for part in parts] == ["postgres", "redis", "browser"]
    for part, variable in zip(
        parts, ("TEST_DATABASE_URL=", "TEST_REDIS_URL=", "CHROMIUM="), strict=True
    ):
        assert "did not run" in part.missing
        assert variable in part.missing
        assert part.missing.endswith("make test")
        assert "\n" not in part.missing


def test_servers_of_the_site_are_not_those_of_the_tests(browser):
    """DATABASE_URL and REDIS_URL may be somebody's; only the variables for tests count."""
    environ = {
        "PATH": str(browser.parent),
        "DATABASE_URL": "postgres://x",
        "REDIS_URL": "redis://x",
    }

    assert [part.marker for part in missing_parts(environ)] == ["postgres", "redis"]


def test_named_browser_goes_before_the_one_on_the_path(browser, tmp_path):
    other = tmp_path / "my-chromium"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)

    assert find_browser({"PATH": str(browser.parent)}) == str(browser)
    assert find_browser({"PATH": str(browser.parent), "CHROMIUM": str(other)}) == str(other)
    assert find_browser({"PATH": str(browser.parent), "CHROMIUM": "no-such-browser"}) is None


def test_tests_see_nobodys_settings(tmp_path):
    environ = {
        "PATH": "/bin",
        "DATABASE_URL": "postgres://somebody",
        "REDIS_URL": "redis://somebody",
        "EMAIL_URL": "smtp://somebody",
        "DEBUG": "0",
        "SECRET_KEY": "theirs",
        "TEST_REDIS_URL": "redis://ours",
    }

    env = environment_of_tests(environ, data_dir=tmp_path)

    assert "somebody" not in " ".join(env.values())
    assert env["SECRET_KEY"] != "theirs"
    assert env["DATA_DIR"] == str(tmp_path)
    assert env["TEST_REDIS_URL"] == "redis://ours"
    assert "DEBUG" not in env


def test_counts_come_from_a_real_report(tmp_path):
    (tmp_path / "test_sample.py").write_text(
        "import pytest\n"
        "def test_a(): pass\n"
        "def test_b(): pass\n"
        "def test_c(): assert False\n"
        "def test_d(): pytest.skip('not here')\n"
        "@pytest.fixture\n"
        "def broken(): raise ValueError\n"
        "def test_e(broken): pass\n"
    )
    report = tmp_path / "report.xml"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-c", os.devnull,
         f"--rootdir={tmp_path}", f"--junitxml={report}", tmp_path],
        capture_output=True,
    )  # fmt: skip

    assert counts_in(report) == Counts(passed=2, failed=2, skipped=1)


def test_missing_report_is_no_count(tmp_path):
    assert counts_in(tmp_path / "report.xml") is None
    (tmp_path / "report.xml").write_text("<testsuites><testsuite tests='3'")
    assert counts_in(tmp_path / "report.xml") is None


def test_sum_reads_like_a_test_runners_last_line():
    assert str(Counts(3, 1, 0) + Counts(2, 0, 0)) == "5 passed, 1 failed"
    assert str(Counts(3, 1, 0) + Counts(2, 0, 4)) == "5 passed, 1 failed, 4 skipped"


def run_chosen(*, environ: dict[str, str], **more: str) -> subprocess.CompletedProcess:
    """Run the real runner over one small test of this package."""
    chosen = "tests/ops/test_test.py::test_sum_reads_like_a_test_runners_last_line"
    kept = {
        name: value for name, value in environ.items() if not name.startswith(("TEST_", "REQUIRE"))
    }
    return subprocess.run(
        [sys.executable, "-m", "ops.test", chosen, "-n0", "-q"],
        cwd=ROOT,
        env={**kept, "CHROMIUM": "no-such-browser", **more},
        capture_output=True,
        text=True,
    )


def test_runner_ends_with_the_sum(environ_of_a_start):
    done = run_chosen(environ=environ_of_a_start)

    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert lines[-1] == "1 passed, 0 failed"
    assert sum("did not run" in line for line in lines) == 3


def test_runner_fails_when_a_required_part_lacks(environ_of_a_start):
    done = run_chosen(environ=environ_of_a_start, REQUIRE_ALL="1")

    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "1 passed, 0 failed"


def test_runner_fails_when_the_named_server_is_down(environ_of_a_start):
    url = "postgres://u:s3cret@127.0.0.1:1/test"

    done = run_chosen(environ=environ_of_a_start, TEST_DATABASE_URL=url)

    assert done.returncode == 1
    assert "TEST_DATABASE_URL names a server that cannot be used" in done.stdout
    assert "s3cret" not in done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "1 passed, 1 failed"
