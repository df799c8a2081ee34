"""Puts the site's one stylesheet together from static/css/ and lightens static/js/; there is no bundler.

`css/site.css` is made of reset, tokens, base, components and pages, each file in its own cascade
layer, so their order decides nothing but the order of layers. The single files stay served too:
the admin uses `css/tokens.css` and `css/components/receipt.css` alone.

Scripts lose comments and white space where they are collected for readers, and the tracker, which
every page carries, its long names too; in development they are served as they are written. A script
may import others by their relative addresses: those get the hashed names, too (`HashedStorage`), so
a reader never mixes the modules of two releases.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from cms.shortening import shortened
from cms.stripping import stripped

STYLESHEET = "css/site.css"
TRACKER = "tracker.js"
LAYERS = "@layer reset, tokens, base, components, pages;\n"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SPACE = re.compile(r"\s*\n\s*")


def stylesheet_sources() -> list[Path]:
    """The files of the stylesheet, in order."""
    root = settings.ROOT / "static" / "css"
    fixed = [root / name for name in ("reset.css", "tokens.css", "base.css")]
    return [*fixed, *sorted(root.glob("components/*.css")), *sorted(root.glob("pages/*.css"))]


def assembled_stylesheet() -> str:
    """The whole stylesheet without comments and indentation."""
    parts = (COMMENT.sub("", path.read_text(encoding="utf-8")) for path in stylesheet_sources())
    return LAYERS + "".join(SPACE.sub("\n", part).lstrip() for part in parts)


def script_sources() -> dict[str, Path]:
    """Our own scripts by the address they are served under."""
    root = settings.ROOT / "static"
    return {path.relative_to(root).as_posix(): path for path in sorted((root / "js").rglob("*.js"))}


def lightened(path: Path) -> str:
    """A script as readers get it."""
    text = stripped(path.read_text(encoding="utf-8"))
    return shortened(text) if path.name == TRACKER else text


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Files under names that change with their content, also where our own scripts import others.

    Only ours: in what others wrote, a sentence with the word import may look like one.
    """

    def __init__(self, *args, **kwargs) -> None:
        _, rules = self._js_module_import_aggregation_patterns
        self.patterns = (*self.patterns, ("js/*.js", rules))
        super().__init__(*args, **kwargs)


def built(name: str, sources: list[Path], write: Callable[[], str]) -> Path:
    """The file of that name, written anew whenever one of its sources is younger."""
    target = Path(settings.DATA_DIR) / "built" / name
    youngest = max(path.stat().st_mtime for path in sources)
    if not target.exists() or target.stat().st_mtime <= youngest:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        partial.write_text(write(), encoding="utf-8")
        partial.replace(target)
    return target


class BuiltFinder(ABC, BaseFinder):
    """Finds files that are made of others; which ones, and of what, its kinds say."""

    def check(self, **kwargs) -> list:
        return []

    @abstractmethod
    def names(self) -> list[str]:
        """The addresses it answers for."""

    @abstractmethod
    def build(self, name: str) -> Path:
        """Make the file where it is out of date, and say where it is."""

    def find(self, path: str, find_all: bool = False, **kwargs):
        if path not in self.names():
            return []
        found = str(self.build(path))
        return [found] if find_all or kwargs.get("all") else found

    def list(self, ignore_patterns) -> Iterator:
        storage = FileSystemStorage(location=str(Path(settings.DATA_DIR) / "built"))
        for name in self.names():
            self.build(name)
            yield name, storage


class StylesheetFinder(BuiltFinder):
    """Finds `css/site.css`."""

    def names(self) -> list[str]:
        return [STYLESHEET]

    def build(self, name: str) -> Path:
        return built(name, stylesheet_sources(), assembled_stylesheet)


class ScriptFinder(BuiltFinder):
    """Finds our own scripts without comments and white space; none in development."""

    def names(self) -> list[str]:
        return [] if settings.DEBUG else sorted(script_sources())

    def build(self, name: str) -> Path:
        source = script_sources()[name]
        return built(name, [source], lambda: lightened(source))
