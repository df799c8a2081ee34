"""Turns markdown or HTML from outside into the blocks of a page body, cleaned of everything else."""

import re
import uuid
from collections.abc import Iterator
from html import escape, unescape
from typing import Any

import nh3
from bs4 import BeautifulSoup, NavigableString, Tag
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {"p", "b", "i", "a", "sup", "ul", "ol", "li", "br"}
CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes={"a": {"href"}},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
)
RENAMED = {"strong": "b", "em": "i"}
CONTAINERS = {"div", "section", "article", "main", "body", "html", "header", "footer", "figure"}
HEADINGS = re.compile(r"h[1-6]")
# Text with none of these is the same as markdown and as text; most is, and inline parsing is slow.
MARKED = re.compile(r"[\\`*_\[\]<>!&~\n]")
SPACES = re.compile(r"\s+")

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
_blocks_only = MarkdownIt("commonmark", {"html": False}).enable("table").disable("inline")


def body_blocks(text: str, *, layout: str) -> list[dict[str, Any]]:
    """Return stored stream data: heading, paragraph, quotation and table blocks with their ids."""
    pieces = _from_html(text) if layout == "html" else _from_markdown(text)
    blocks = []
    for kind, value in _joined(pieces):
        if kind == "paragraph":
            value = CLEANER.clean(value)
            if not nh3.clean(value, tags=set()).strip():
                continue
        blocks.append({"type": kind, "value": value, "id": str(uuid.uuid4())})
    return blocks


def _joined(pieces: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Put paragraphs and lists that follow each other into one block of rich text."""
    waiting: list[str] = []
    for kind, value in pieces:
        if kind == "paragraph":
            waiting.append(value)
            continue
        if waiting:
            yield "paragraph", "".join(waiting)
            waiting = []
        if value:
            yield kind, value
    if waiting:
        yield "paragraph", "".join(waiting)


def _from_markdown(text: str) -> Iterator[tuple[str, Any]]:
    tokens = _blocks_only.parse(text)
    start = 0
    while start < len(tokens):
        end = _end_of(tokens, start)
        piece = tokens[start : end + 1]
        kind = tokens[start].type
        if kind == "heading_open":
            yield "heading", _plain(piece)
        elif kind == "table_open":
            yield "table", _table(_cells_of_tokens(piece))
        elif kind == "blockquote_open":
            yield "quotation", {"text": _plain(piece), "attribution": ""}
        elif kind != "hr":
            yield "paragraph", "".join(_html(token) for token in piece)
        start = end + 1


def _end_of(tokens: list[Token], start: int) -> int:
    """Return the index of the token that closes the one at `start`."""
    level = 0
    for index in range(start, len(tokens)):
        level += tokens[index].nesting
        if level == 0:
            return index
    return len(tokens) - 1


def _html(token: Token) -> str:
    if token.type == "inline":
        return _inline(token.content)
    if token.type in ("fence", "code_block"):
        return f"<p>{escape(token.content)}</p>"
    if token.hidden or token.tag not in TAGS:
        return ""
    return f"</{token.tag}>" if token.nesting < 0 else f"<{token.tag}>"


def _inline(text: str) -> str:
    if not MARKED.search(text):
        return escape(text, quote=False)
    parts = []
    for token in _markdown.parseInline(text)[0].children or []:
        tag = RENAMED.get(token.tag, token.tag)
        if token.type in ("text", "code_inline", "image"):
            parts.append(escape(token.content, quote=False))
        elif token.type in ("softbreak", "hardbreak"):
            parts.append("<br/>" if token.type == "hardbreak" else "\n")
        elif token.nesting < 0:
            parts.append(f"</{tag}>")
        elif tag == "a":
            parts.append(f'<a href="{escape(str(token.attrs.get("href", "")))}">')
        else:
            parts.append(f"<{tag}>")
    return "".join(parts)


def _plain(tokens: list[Token]) -> str:
    html = " ".join(_inline(token.content) for token in tokens if token.type == "inline")
    return _plain_of_html(html)


def _plain_of_html(html: str) -> str:
    return SPACES.sub(" ", unescape(nh3.clean(html, tags=set()))).strip()


def _cells_of_tokens(tokens: list[Token]) -> list[list[str]]:
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows:
            rows[-1].append(_plain([token]))
    return rows


def _table(rows: list[list[str]]) -> dict[str, Any] | None:
    """Return a typed table of text, its first row as headings; None where there are no cells."""
    width = max((len(row) for row in rows), default=0)
    if not width:
        return None
    full = [row + [""] * (width - len(row)) for row in rows]
    return {
        "columns": [{"type": "text", "heading": heading} for heading in full[0]],
        "rows": [{"values": row} for row in full[1:]],
        "caption": "",
    }


def _from_html(text: str) -> Iterator[tuple[str, Any]]:
    yield from _of_node(BeautifulSoup(text, "html.parser"))


def _of_node(node: Tag) -> Iterator[tuple[str, Any]]:
    loose: list[str] = []
    for child in node.children:
        name = getattr(child, "name", None)
        if name in ("script", "style", "template", "noscript", "head"):
            continue
        whole = _of_block(child, child.name) if isinstance(child, Tag) else None
        if whole is None:
            loose.append(_loose(child))
            continue
        if "".join(loose).strip():
            yield "paragraph", f"<p>{''.join(loose)}</p>"
        loose = []
        yield from whole
    if "".join(loose).strip():
        yield "paragraph", f"<p>{''.join(loose)}</p>"


def _of_block(tag: Tag, name: str) -> Iterator[tuple[str, Any]] | None:
    """Return the pieces of a block element, None for one that stands inside a line."""
    if HEADINGS.fullmatch(name):
        return iter([("heading", SPACES.sub(" ", tag.get_text(" ")).strip())])
    if name in ("p", "ul", "ol"):
        return iter([("paragraph", _renamed(str(tag)))])
    if name == "blockquote":
        text = SPACES.sub(" ", tag.get_text(" ")).strip()
        return iter([("quotation", {"text": text, "attribution": ""} if text else None)])
    if name == "table":
        rows = [
            [SPACES.sub(" ", cell.get_text(" ")).strip() for cell in row.find_all(["td", "th"])]
            for row in tag.find_all("tr")
        ]
        return iter([("table", _table(rows))])
    if name in CONTAINERS:
        return _of_node(tag)
    return None


def _loose(child: Any) -> str:
    if isinstance(child, Tag):
        return _renamed(str(child))
    return escape(str(child), quote=False) if type(child) is NavigableString else ""


def _renamed(html: str) -> str:
    return re.sub(
        r"<(/?)(strong|em)\b[^>]*>", lambda found: f"<{found[1]}{RENAMED[found[2]]}>", html
    )
