"""What the project promises about itself: who reads the environment, what files may name, what README says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands

from ops.preflight import ROOT

PACKAGES = ("config", "leads", "tracking", "classroom", "cms", "people", "outbox")
THE_ONLY_READER = ROOT / "config" / "env.py"
NOT_OURS = {".git", ".venv", "var", "__pycache__", "node_modules"}
TEXT = {
    "", ".cfg", ".css", ".csv", ".editorconfig", ".html", ".in", ".ini", ".js", ".json", ".md",
    ".mjs", ".po", ".py", ".sh", ".svg", ".toml", ".txt", ".xml", ".yaml", ".yml",
}  # fmt: skip
# Put together here, so that this file does not name them either.
INDEX_HOSTS = ("py" + "pi.", "python" + "hosted.", "npm" + "js.", "deb." + "debian.")
README = (ROOT / "README.md").read_text()


def python_files() -> Iterator[Path]:
    """Yield the modules of the site, and manage.py."""
    yield ROOT / "manage.py"
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def text_files() -> Iterator[Path]:
    """Yield every text file of the project."""
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT).parts
        hidden_cache = any(part in NOT_OURS or part.endswith("_cache") for part in inside)
        if hidden_cache or inside[0] == ".hypothesis":
            continue
        if path.is_file() and path.suffix in TEXT:
            yield path


def reads_of_environment(source: str) -> list[int]:
    """Return the lines that touch the process environment, but for naming the settings module."""
    tree = ast.parse(source)
    naming = {
        id(node.func.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "setdefault"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value == "DJANGO_SETTINGS_MODULE"
    }
    lines = []
    for node in ast.walk(tree):
        touches = isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv")
        imports = isinstance(node, ast.ImportFrom) and (
            node.module in ("environ", "os")
            and {alias.name for alias in node.names} & {"environ", "environb", "getenv", "Env"}
        )
        if (touches or imports) and id(node) not in naming:
            lines.append(node.lineno)
    return lines


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os\nos.environ['A']", [2]),
        ("import os\nos.getenv('A')", [2]),
        ("from os import environ", [1]),
        ("import os\nos.environ.setdefault('A', 'b')", [2]),
        ("import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings')", []),
        ("import os\nos.getpid()", []),
    ],
)
def test_reading_the_environment_is_seen(source, expected):
    assert reads_of_environment(source) == expected


def test_one_module_reads_the_environment():
    readers = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in python_files()
        if path != THE_ONLY_READER
        for line in reads_of_environment(path.read_text())
    }

    assert readers == set()


def test_no_file_names_a_package_index():
    naming = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in text_files()
        for host in INDEX_HOSTS
        if host in path.read_text(errors="replace")
    ]

    assert naming == []


def test_no_file_names_a_folder_of_one_machine():
    own = [
        str(folder) + "/" for folder in (ROOT, ROOT.parent, Path.home()) if len(folder.parts) > 2
    ]
    own.append("/" + "Users/")
    naming = [
        f"{path.relative_to(ROOT)}: {folder}"
        for path in text_files()
        for folder in own
        if folder in path.read_text(errors="replace")
    ]

    assert naming == []


def settings_in_readme() -> list[str]:
    """Return the names in the first column of the table of settings."""
    table = README.partition("## Settings")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([A-Z_]+)` \|", table, flags=re.M)


def settings_in_code() -> set[str]:
    """Return the names that the environment's reader asks for."""
    return set(re.findall(r'_env\.\w+\(\s*"([A-Z_]+)"', THE_ONLY_READER.read_text()))


def test_readme_names_every_setting_and_no_other():
    named = settings_in_readme()

    assert sorted(named) == sorted(settings_in_code())


def test_every_make_target_in_readme_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.M))
    named = set(re.findall(r"\bmake ([a-z]+)\b(?=[`\n ])", _code_in(README)))

    assert {"run", "test"} <= named
    assert named - targets == set()


def test_every_command_in_readme_exists():
    named = set(re.findall(r"manage\.py ([a-z_]+)", README))

    assert named, "README shows at least one command"
    assert named - set(get_commands()) == set()


def _code_in(markdown: str) -> str:
    """Return what stands in backticks and code blocks."""
    blocks = re.findall(r"```.*?```", markdown, flags=re.S)
    inline = re.findall(r"`[^`\n]+`", re.sub(r"```.*?```", "", markdown, flags=re.S))
    return "\n".join(blocks + inline)
