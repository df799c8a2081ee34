"""The search for an interpreter: who is taken, and the one line when nobody can be."""

import subprocess
import sys
from pathlib import Path

import pytest

from ops.preflight import ROOT

SCRIPT = ROOT / "ops" / "python.sh"


@pytest.fixture
def interpreters(tmp_path):
    """A folder that stands for PATH; `add` puts a pretended interpreter into it."""

    class Interpreters:
        folder = tmp_path / "bin"

        def add(self, name: str, *, version: str, code: int) -> None:
            """A script that answers the question for the version as that Python would."""
            path = self.folder / name
            path.write_text(
                f'#!/bin/sh\nif [ "$1" = -c ]; then printf {version}; exit {code}; fi\n'
                f'echo "ran {name} $*"\n'
            )
            path.chmod(0o755)

        def ask(self, **environ: str) -> subprocess.CompletedProcess:
            """Run the script with nothing on PATH but these, in an empty folder."""
            return subprocess.run(
                ["/bin/sh", SCRIPT, "-m", "thing"],
                cwd=tmp_path,
                env={"PATH": str(self.folder), **environ},
                capture_output=True,
                text=True,
            )

    Interpreters.folder.mkdir()
    return Interpreters()


def test_search_takes_the_first_that_fits(interpreters):
    interpreters.add("python3.13", version="3.13", code=127)
    interpreters.add("python3.12", version="3.12", code=0)
    interpreters.add("python3", version="3.11", code=0)

    assert interpreters.ask().stdout == "ran python3.12 -m thing\n"


def test_search_prefers_one_with_venv(interpreters):
    interpreters.add("python3.13", version="3.13", code=4)
    interpreters.add("python3", version="3.11", code=0)

    assert interpreters.ask().stdout == "ran python3 -m thing\n"


def test_search_names_the_missing_venv_package(interpreters):
    interpreters.add("python3", version="3.12", code=4)

    answer = interpreters.ask()

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.count("\n") == 1
    assert "install python3.12-venv" in answer.stderr


def test_search_names_a_python_that_is_too_old(interpreters):
    interpreters.add("python3", version="3.9", code=3)

    answer = interpreters.ask()

    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert answer.stderr.startswith("Wellread needs Python 3.11 or newer, and python3 is 3.9:")


def test_search_says_when_there_is_no_python(interpreters):
    answer = interpreters.ask()

    assert answer.returncode == 1
    assert answer.stderr.startswith("Wellread needs Python 3.11 or newer, and there is no python3")


def test_named_python_is_the_only_candidate(interpreters):
    interpreters.add("python3", version="3.11", code=0)

    answer = interpreters.ask(PYTHON="python9")

    assert answer.returncode == 1
    assert answer.stderr.startswith("PYTHON=python9 cannot be run")


def test_probe_runs_on_a_real_interpreter(tmp_path):
    base = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"

    answer = subprocess.run(
        ["/bin/sh", SCRIPT, "-c", "print('here')"],
        cwd=tmp_path,
        env={"PATH": "", "PYTHON": str(base)},
        capture_output=True,
        text=True,
    )

    assert (answer.stdout, answer.stderr) == ("here\n", "")
