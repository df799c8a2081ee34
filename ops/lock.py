"""`make lock`: writes requirements/*.txt with hashes from requirements/*.in, and no word of where from.

Pins that stand are kept; `make lock ARGS=--upgrade` takes newer ones.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from ops.preflight import ROOT

FOLDER = ROOT / "requirements"
HEADER = "# Locked with hashes by `make lock` from {name}.in; not edited by hand.\n"
# A second source would put hashes into the lock that others cannot get.
SECOND_SOURCES = (
    "UV_FIND_LINKS",
    "UV_EXTRA_INDEX_URL",
    "UV_INDEX",
    "PIP_FIND_LINKS",
    "PIP_EXTRA_INDEX_URL",
)
PLACES = re.compile(
    r"\w+://|^\s*-{1,2}(i|f|index-url|extra-index-url|find-links)\b|(?<!\S)/\w+/", re.M
)


def places_named(text: str) -> list[str]:
    """Return what in a lock file names an index or a folder of this machine; it should be empty."""
    return [match.group(0).strip() for match in PLACES.finditer(text)]


def lock(name: str, arguments: list[str]) -> None:
    """Write one lock file; raises CalledProcessError when the requirements cannot be met."""
    env = {key: value for key, value in os.environ.items() if key not in SECOND_SOURCES}
    command = [
        str(Path(sys.executable).parent / "uv"), "--no-config", "pip", "compile", "--quiet",
        "--generate-hashes", "--universal", "--python-version", "3.11", "--no-header",
        "--no-emit-index-url", "--no-emit-find-links", "--output-file", f"{name}.txt", f"{name}.in",
    ]  # fmt: skip
    subprocess.run([*command, *arguments], cwd=FOLDER, env=env, check=True)
    path = FOLDER / f"{name}.txt"
    text = path.read_text()
    if named := places_named(text):
        path.unlink()
        raise SystemExit(f"{path.name} would name {named[0]}; it was not kept")
    path.write_text(HEADER.format(name=name) + text)


def main(arguments: list[str]) -> int:
    """Write both lock files, the second constrained by the first."""
    for name in ("base", "dev"):
        try:
            lock(name, arguments)
        except subprocess.CalledProcessError as error:
            return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
