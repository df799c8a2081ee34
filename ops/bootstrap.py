"""Makes the virtual environment with the locked libraries and becomes a command in it.

Runs before anything is installed, so it imports the standard library only.

    python -m ops.bootstrap [--check-place] base|dev -- ARGUMENTS OF PYTHON
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from ops.preflight import ROOT, Refused, check_place

VENV = ROOT / ".venv"
LOCKS = {
    "base": [ROOT / "requirements" / "base.txt"],
    "dev": [ROOT / "requirements" / "base.txt", ROOT / "requirements" / "dev.txt"],
}
PROGRESS_EVERY_S = 15


def tell(text: str) -> None:
    """Print one line at once, also into a pipe."""
    print(text, flush=True)


def stamp_of(locks: Iterable[Path], *, version: str) -> str:
    """Return what a finished installation of these lock files under this Python is known by."""
    digest = hashlib.sha256(version.encode())
    for lock in locks:
        digest.update(b"\0" + lock.read_bytes())
    return digest.hexdigest()


def is_installed(venv: Path, *, kind: str, stamp: str) -> bool:
    """Tell whether the environment holds this kind of lock, finished."""
    path = venv / f"installed-{kind}"
    return path.is_file() and path.read_text() == stamp


def python_of(venv: Path) -> Path:
    """Return the environment's interpreter."""
    return venv / "bin" / "python"


def version_of(python: Path) -> str | None:
    """Return an interpreter's full version, or None when it does not run."""
    try:
        answer = subprocess.run(
            [python, "-c", "import sys; print(sys.version)"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout


def make_environment(venv: Path, *, say=tell) -> str:
    """Return the version of the environment's Python, made anew when it is missing or broken.

    An environment of another Python than the one that PYTHON names is replaced as well.
    """
    python = python_of(venv)
    version = version_of(python)
    named = os.environ.get("PYTHON")
    wanted = version and (not named or _same_python(version))
    if version and wanted and _has_pip(venv):
        return version
    say("Making the virtual environment in .venv ...")
    base = getattr(sys, "_base_executable", None) or sys.executable
    made = subprocess.run(
        [base, "-m", "venv", "--clear", venv],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if made.returncode:
        raise Refused(_venv_line(made.stdout + made.stderr, venv=venv))
    return version_of(python) or ""


def _same_python(version: str) -> bool:
    return version.split()[0].split(".")[:2] == [str(part) for part in sys.version_info[:2]]


def _has_pip(venv: Path) -> bool:
    """Tell whether pip runs there; an interrupted start may have left an interpreter alone."""
    if any(venv.glob("installed-*")):
        return True
    asked = subprocess.run([python_of(venv), "-m", "pip", "--version"], capture_output=True)
    return asked.returncode == 0


def _venv_line(output: str, *, venv: Path) -> str:
    number = "{}.{}".format(*sys.version_info[:2])
    if "ensurepip" in output:
        return (
            f"Python {number} cannot make a virtual environment: install python{number}-venv "
            f"(sudo apt-get install python{number}-venv), then run this again."
        )
    reason = (output.strip().splitlines() or ["no reason given"])[-1]
    return f"The virtual environment in {venv.name} cannot be made: {reason}"


def install(venv: Path, *, kind: str, locks: list[Path], say=tell) -> None:
    """Install the lock files into the environment; raises Refused with pip's own words if it fails.

    pip does the work, so its configuration and proxy count. An installation that was killed half
    way is done over in full, as a package may be there in part; what was downloaded is kept.
    """
    unfinished = venv / "installing"
    command = [
        str(python_of(venv)), "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-input",
        "--progress-bar", "off", "--disable-pip-version-check",
    ]  # fmt: skip
    if unfinished.exists():
        say("The last installation was interrupted; doing it again.")
        command.append("--force-reinstall")
    for lock in locks:
        command += ["-r", str(lock)]
    unfinished.touch()
    log = venv / "install.log"
    returncode = _run_pip(command, log=log, total=_count_packages(locks), kind=kind, say=say)
    unfinished.unlink()
    if returncode:
        raise Refused(_pip_line(log))


def _run_pip(command: list[str], *, log: Path, total: int, kind: str, say) -> int:
    # A personal `user = true` in pip's configuration is refused inside an environment.
    environ = {**os.environ, "PIP_USER": "0", "PYTHONUNBUFFERED": "1"}
    progress = Progress(total=total, say=say, is_terminal=sys.stdout.isatty())
    say(f"Installing {total} libraries ({kind}) ...")
    with (
        log.open("w") as copy,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environ,
        ) as pip,
    ):
        for line in pip.stdout or ():
            copy.write(line)
            progress.see(line)
    progress.end()
    return pip.returncode


class Progress:
    """Turns pip's lines into one moving line on a terminal, into a line now and then elsewhere."""

    def __init__(self, *, total: int, say, is_terminal: bool):
        self.total, self.say, self.is_terminal = total, say, is_terminal
        self.seen = 0
        self.said_at = time.monotonic()

    def see(self, line: str) -> None:
        """Take one line of pip's output."""
        words = line.split()
        if line.startswith(("Collecting ", "Requirement already satisfied: ")):
            self.seen += 1
            name = words[1 if line.startswith("C") else 3].split("=")[0]
            self._show(f"  {min(self.seen, self.total)} of {self.total}: {name}")
        elif line.startswith("Installing collected packages"):
            self._show(f"  all {self.total} are here, unpacking", always=True)

    def _show(self, text: str, *, always: bool = False) -> None:
        if self.is_terminal:
            print(f"\r\x1b[K{text}", end="", flush=True)
        elif always or time.monotonic() - self.said_at >= PROGRESS_EVERY_S:
            self.said_at = time.monotonic()
            self.say(text)

    def end(self) -> None:
        """Clear the moving line."""
        if self.is_terminal:
            print("\r\x1b[K", end="", flush=True)


def _count_packages(locks: Iterable[Path]) -> int:
    return len(
        {
            line.split("==")[0]
            for lock in locks
            for line in lock.read_text().splitlines()
            if line[:1].isalnum()
        }
    )


def _pip_line(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    errors = [line for line in lines if line.startswith("ERROR")] or lines[-3:]
    return (
        "\n".join(errors[-6:])
        + "\nThe libraries could not be installed: pip said the lines above "
        + f"(all of it: {log.relative_to(ROOT) if log.is_relative_to(ROOT) else log}). "
        + "Check the network or pip's configuration and run the same command again; it goes on from there."
    )


def ready(kind: str, *, venv: Path = VENV, say=tell) -> Path:
    """Return the interpreter of an environment that holds this kind of lock, installing what lacks."""
    version = make_environment(venv, say=say)
    locks = LOCKS[kind]
    stamp = stamp_of(locks, version=version)
    if not is_installed(venv, kind=kind, stamp=stamp):
        started_at = time.monotonic()
        install(venv, kind=kind, locks=locks, say=say)
        for name in LOCKS if kind == "dev" else [kind]:
            (venv / f"installed-{name}").write_text(stamp_of(LOCKS[name], version=version))
        say(f"Installed in {time.monotonic() - started_at:.0f} s.")
    return python_of(venv)


def main(arguments: list[str], environ: Mapping[str, str] = os.environ) -> int:
    """Install what is needed and become the command; returns only when it cannot."""
    split = arguments.index("--")
    options, command = arguments[:split], arguments[split + 1 :]
    os.chdir(ROOT)
    try:
        if "--check-place" in options:
            check_place(environ)
        python = ready(options[-1])
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130
    except OSError as error:
        free = shutil.disk_usage(ROOT).free // 1024**2
        print(
            f"The environment in .venv cannot be written: {error} ({free} MB are free).",
            file=sys.stderr,
        )
        return 1
    sys.stdout.flush()
    os.execv(python, [str(python), *command])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
