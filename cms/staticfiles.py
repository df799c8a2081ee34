"""Puts the site's one stylesheet together from the files under static/css/; there is no bundler.

`css/site.css` is made of reset, tokens, base, components and pages, each file in its own cascade
layer, so their order decides nothing but the order of layers. The single files stay served too:
the admin uses `css/tokens.css` and `css/components/receipt.css` alone.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

STYLESHEET = "css/site.css"
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


class StylesheetFinder(BaseFinder):
    """Finds `css/site.css`, written anew whenever one of its sources is younger."""

    def check(self, **kwargs) -> list:
        return []

    def _built(self) -> Path:
        target = Path(settings.DATA_DIR) / "built" / STYLESHEET
        youngest = max(path.stat().st_mtime for path in stylesheet_sources())
        if not target.exists() or target.stat().st_mtime <= youngest:
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_suffix(".partial")
            partial.write_text(assembled_stylesheet(), encoding="utf-8")
            partial.replace(target)
        return target

    def find(self, path: str, find_all: bool = False, **kwargs):
        if path != STYLESHEET:
            return []
        built = str(self._built())
        return [built] if find_all or kwargs.get("all") else built

    def list(self, ignore_patterns) -> Iterator:
        yield STYLESHEET, FileSystemStorage(location=str(self._built().parents[1]))
