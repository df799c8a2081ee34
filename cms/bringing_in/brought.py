"""What was read out of a text from outside, before anything is written."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MAX_BLOCKS = 500


class CannotBringIn(ValueError):
    """The text cannot be taken; the message says why and what to do, for the one who brought it."""


@dataclass(frozen=True)
class Picture:
    """A picture that stood in the text: its bytes, or the address where it lies."""

    content: bytes = b""
    content_type: str = ""
    address: str = ""
    alt: str = ""


@dataclass(frozen=True)
class Part:
    """One block to be: `kind` is a kind of block, or `picture` with a Picture and a caption."""

    kind: str
    value: Any


@dataclass(frozen=True)
class Source:
    """One reference; `url` may be empty."""

    text: str
    url: str = ""


@dataclass
class Brought:
    """A text in our own shapes, with what was changed and left out on the way."""

    title: str = ""
    standfirst: str = ""
    parts: list[Part] = field(default_factory=list)
    references: list[Source] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def taken(self) -> str:
        """What came through, counted, as one line."""
        counts = Counter(part.kind for part in self.parts)
        told = [
            ngettext("%(n)d heading", "%(n)d headings", counts["heading"]),
            ngettext("%(n)d block of text", "%(n)d blocks of text", counts["paragraph"]),
            ngettext("%(n)d table", "%(n)d tables", counts["table"]),
            ngettext("%(n)d quotation", "%(n)d quotations", counts["quotation"]),
            ngettext("%(n)d picture", "%(n)d pictures", counts["picture"]),
            ngettext("%(n)d reference", "%(n)d references", len(self.references)),
        ]
        kinds = ("heading", "paragraph", "table", "quotation", "picture")
        numbers = [*(counts[kind] for kind in kinds), len(self.references)]
        shown = [text % {"n": n} for text, n in zip(told, numbers, strict=True) if n]
        return _(", ").join(shown) if shown else _("nothing")
