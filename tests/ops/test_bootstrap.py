"""The installation: when it is done again, when it is not, and what it says when it cannot be done."""

import subprocess
import sys

import pytest

from ops import bootstrap
from ops.bootstrap import Progress, install, is_installed, make_environment, stamp_of
from ops.preflight import Refused


@pytest.fixture
def lock(tmp_path):
    path = tmp_path / "base.txt"
    path.write_text("one==1.0 --hash=sha256:aa\n")
    return path


@pytest.fixture(scope="module")
def bare_environment(tmp_path_factory):
    """A real environment with pip and nothing else, without a network to install from."""
    venv = tmp_path_factory.mktemp("bootstrap") / ".venv"
    make_environment(venv, say=lambda _: None)
    return venv


def test_stamp_changes_with_lock_and_python(lock):
    first = stamp_of([lock], version="3.11.2")

    assert stamp_of([lock], version="3.11.2") == first
    assert stamp_of([lock], version="3.11.3") != first
    lock.write_text("one==1.1 --hash=sha256:bb\n")
    assert stamp_of([lock], version="3.11.2") != first


def test_stamp_knows_where_one_lock_ends(tmp_path):
    (tmp_path / "a").write_text("xy")
    (tmp_path / "b").write_text("z")
    (tmp_path / "c").write_text("x")
    (tmp_path / "d").write_text("yz")

    first = stamp_of([tmp_path / "a", tmp_path / "b"], version="3")

    assert stamp_of([tmp_path / "c", tmp_path / "d"], version="3") != first


def test_installation_counts_only_under_its_own_stamp(tmp_path):
    assert not is_installed(tmp_path, kind="base", stamp="x")
    (tmp_path / "installed-base").write_text("x")
    assert is_installed(tmp_path, kind="base", stamp="x")
    assert not is_installed(tmp_path, kind="base", stamp="y")
    assert not is_installed(tmp_path, kind="dev", stamp="x")


def test_environment_that_works_is_kept(bare_environment):
    marker = bare_environment / "kept"
    marker.touch()

    make_environment(bare_environment, say=lambda _: None)

    assert marker.exists()


def test_environment_whose_python_is_gone_is_made_again(tmp_path):
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(tmp_path / "uninstalled" / "python3")
    said = []

    version = make_environment(venv, say=said.append)

    assert version.startswith("3.")
    assert said == ["Making the virtual environment in .venv ..."]


def test_failed_installation_shows_the_reason_and_leaves_no_mark(
    bare_environment, tmp_path, monkeypatch
):
    lock = tmp_path / "base.txt"
    lock.write_text(f"wellread-is-not-a-library==1.0 --hash=sha256:{'a' * 64}\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    with pytest.raises(Refused) as refused:
        install(bare_environment, kind="base", locks=[lock], say=lambda _: None)

    assert "ERROR: No matching distribution found for wellread-is-not-a-library" in str(
        refused.value
    )
    assert "run the same command again" in str(refused.value)
    assert not (bare_environment / "installing").exists()
    assert not list(bare_environment.glob("installed-*"))


def test_installation_needs_the_right_hash(bare_environment, tmp_path, monkeypatch):
    package = tmp_path / "small"
    package.mkdir()
    archive = tmp_path / "small-1.0-py3-none-any.whl"
    _write_wheel(archive)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    lock = tmp_path / "base.txt"
    lock.write_text(f"small==1.0 --hash=sha256:{'0' * 64}\n")

    with pytest.raises(Refused, match="HASH"):
        install(bare_environment, kind="base", locks=[lock], say=lambda _: None)


def test_interrupted_installation_is_done_over(bare_environment, tmp_path, monkeypatch):
    import hashlib

    archive = tmp_path / "small-1.0-py3-none-any.whl"
    _write_wheel(archive)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    lock = tmp_path / "base.txt"
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    lock.write_text(f"small==1.0 --hash=sha256:{digest}\n")
    install(bare_environment, kind="base", locks=[lock], say=lambda _: None)
    module = next(bare_environment.glob("lib/python*/site-packages/small.py"))
    module.write_text("broken half w")
    (bare_environment / "installing").touch()
    said = []

    install(bare_environment, kind="base", locks=[lock], say=said.append)

    assert module.read_text() == "VALUE = 1\n"
    assert said[0] == "The last installation was interrupted; doing it again."
    assert not (bare_environment / "installing").exists()


def _write_wheel(path):
    import zipfile

    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("small.py", "VALUE = 1\n")
        wheel.writestr(
            "small-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: small\nVersion: 1.0\n"
        )
        wheel.writestr(
            "small-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr("small-1.0.dist-info/RECORD", "")


def test_progress_says_little_outside_a_terminal():
    said = []
    progress = Progress(total=2, say=said.append, is_terminal=False)
    for line in ("Collecting one==1.0", "  Downloading one", "Requirement already satisfied: two"):
        progress.see(line)
    progress.see("Installing collected packages: one")

    assert progress.seen == 2
    assert said == ["  all 2 are here, unpacking"]


def test_progress_moves_on_a_terminal(capsys):
    progress = Progress(total=2, say=print, is_terminal=True)
    progress.see("Collecting one==1.0")

    assert capsys.readouterr().out.endswith("  1 of 2: one")


def test_bootstrap_needs_no_library():
    """It runs on a Python that has nothing installed, so importing it must work without site packages."""
    code = "import ops.bootstrap, ops.supervisor; print('fine')"

    answer = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path.insert(0, {str(bootstrap.ROOT)!r}); {code}",
        ],
        capture_output=True,
        text=True,
    )

    assert answer.stdout == "fine\n", answer.stderr
