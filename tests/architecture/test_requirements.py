"""What the code imports is what the lock installs: a development machine may hold more."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "outbox", "people", "cms", "classroom", "tracking", "leads")


def imported_names(folder: str) -> set[str]:
    """Top-level modules that the package's files import."""
    names = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return names


def test_every_library_that_is_imported_is_in_the_lock():
    locked = {
        re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower()
        for line in (ROOT / "requirements" / "base.txt").read_text().splitlines()
        if re.match(r"[A-Za-z0-9]", line)
    }
    distributions = packages_distributions()
    foreign = set().union(*map(imported_names, PACKAGES)) - set(sys.stdlib_module_names)
    missing = {
        name
        for name in foreign - {*PACKAGES, "tests", "ops", "bench"}
        if not {re.sub(r"[-_.]+", "-", found).lower() for found in distributions.get(name, ["?"])}
        & locked
    }
    assert missing == set()
