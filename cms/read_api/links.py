"""Links inside rich text: which pages they lead to, and their addresses once those are known."""

import re
from collections.abc import Callable, Iterator
from html import escape

from wagtail.rich_text import expand_db_html

LINK = re.compile(r"<a\s[^>]*\blinktype=[^>]*>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def linked_pages(source: str) -> Iterator[int]:
    """The ids of pages that stored rich text links to."""
    if "linktype" not in source:
        return
    for tag in LINK.findall(source):
        attributes = _attributes(tag)
        if attributes.get("linktype") == "page" and attributes.get("id", "").isdecimal():
            yield int(attributes["id"])


def as_html(source: str, *, address_of: Callable[[int], str | None]) -> str:
    """Stored rich text as HTML; a link to a page nobody may see becomes plain text in an `<a>`."""
    if "<embed" in source:
        return expand_db_html(source)
    if "linktype" not in source:
        return source

    def link(match: re.Match) -> str:
        attributes = _attributes(match[0])
        if attributes.get("linktype") != "page":
            # Documents and the like are rare: Wagtail's own handlers, one by one. They want a whole link.
            return expand_db_html(match[0] + "</a>").removesuffix("</a>")
        page = attributes.get("id", "")
        address = address_of(int(page)) if page.isdecimal() else None
        return f'<a href="{escape(address)}">' if address else "<a>"

    return LINK.sub(link, source)


def _attributes(tag: str) -> dict[str, str]:
    return {name.lower(): first or second for name, first, second in ATTRIBUTE.findall(tag)}
