"""Cleans HTML from anywhere and walks it as a flat row of lines, lists, tables and pictures.

It knows how Word, WPS, official accounts and editors on the web write; it decides nothing about
what a line is in a piece.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import nh3
from bs4 import BeautifulSoup, NavigableString, Tag

from cms.bringing_in.brought import Picture
from cms.bringing_in.images import picture_of
from cms.bringing_in.spaces import SPACES
from cms.bringing_in.tables import grid_of

INLINE = {"b", "strong", "i", "em", "a", "sup", "sub", "span", "font", "u", "s", "del", "ins", "small",
          "mark", "code", "br", "label", "cite", "q", "abbr", "time", "var", "kbd", "big"}  # fmt: skip
BLOCKS = ["p", "div", "section", "article", "main", "header", "footer", "figure", "figcaption",
          "aside", "center", "dl", "dt", "dd", "pre", "details", "summary", "address", "nav",
          "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "blockquote", "hr"]  # fmt: skip
OTHERS = ["tr", "td", "th", "tbody", "thead", "tfoot", "caption", "img"]
UNPLAYED = ["video", "audio", "iframe", "embed", "object", "mpvoice", "mp-common-mpaudio", "canvas"]
PRE_CLEANER = nh3.Cleaner(
    tags={*INLINE, *BLOCKS, *OTHERS, *UNPLAYED},
    clean_content_tags={"script", "style", "title", "template", "noscript", "head", "xml"},
    attributes={
        "*": {"class", "style", "id", "name"},
        "a": {"href"},
        "img": {"src", "data-src", "alt", "width", "height", "data-w"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan"},
    },
    url_schemes={"http", "https", "mailto", "tel", "data", "picture", "file"},
    link_rel=None,
    strip_comments=True,
)
LINE_CLEANER = nh3.Cleaner(
    tags={"b", "i", "a", "sup", "br"},
    attributes={"a": {"href"}},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
)
MAX_DEPTH = 60
HAN_BREAK = re.compile(r"(?<=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef])\s*\n\s*(?=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef])")  # fmt: skip
BOLD = re.compile(r"(?<!-)font-weight\s*:\s*(bold|[6-9]00)", re.I)
NOT_BOLD = re.compile(r"(?<!-)font-weight\s*:\s*(normal|[1-4]00)", re.I)
ITALIC = re.compile(r"font-style\s*:\s*italic", re.I)
RAISED = re.compile(r"vertical-align\s*:\s*super", re.I)
HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|mso-list\s*:\s*ignore", re.I)
SIZE = re.compile(r"font-size\s*:\s*([\d.]{1,6})\s*(px|pt)", re.I)


@dataclass
class Item:
    """One thing in the flow. `kind`: line, list, table, quotation, picture or unplayed.

    `html` is clean inline HTML (of a line), list HTML, or the text of a quotation; `level` is
    1 to 6 for a heading by its element, `bold` whether all of the line is, `size` in pixels.
    """

    kind: str
    html: str = ""
    level: int = 0
    classes: str = ""
    bold: bool = False
    size: float = 0.0
    marker: str = ""
    name: str = ""
    rows: list[list[str]] = field(default_factory=list)
    merged: bool = False
    picture: Picture | None = None

    @property
    def text(self) -> str:
        return plain(self.html)


def plain(html: str) -> str:
    """The text of clean HTML on one line."""
    return SPACES.sub(
        " ", BeautifulSoup(html.replace("<br>", " "), "html.parser").get_text()
    ).strip()


def items_of(html: str, pictures: list[Picture]) -> list[Item]:
    """Return the flow of any HTML; `pictures` are those that `picture:NUMBER` names."""
    soup = BeautifulSoup(PRE_CLEANER.clean(HAN_BREAK.sub("", html)), "html.parser")
    _normalise(soup)
    return list(_walk(soup, pictures, 0))


def _normalise(soup: BeautifulSoup) -> None:
    """Say by elements what styles say; drop what is not shown and what only marks a list item."""
    for tag in soup.find_all(True):
        if tag.decomposed:
            continue
        style = str(tag.get("style", ""))
        if HIDDEN.search(style):
            if "mso-list" in style.lower() and tag.parent is not None:
                tag.parent["data-marker"] = tag.get_text().strip()
            tag.decompose()
        elif tag.name in ("span", "font", "a") and style:
            if RAISED.search(style):
                tag.wrap(soup.new_tag("sup"))
            if BOLD.search(style):
                tag.wrap(soup.new_tag("b"))
            if ITALIC.search(style):
                tag.wrap(soup.new_tag("i"))
        elif tag.name in ("b", "strong") and NOT_BOLD.search(style):
            tag.name = "span"  # the wrapper around a paste from Google Docs
        if tag.name == "strong":
            tag.name = "b"
        elif tag.name == "em":
            tag.name = "i"


def _walk(node: Tag, pictures: list[Picture], depth: int) -> Iterator[Item]:
    waiting: list = []

    def line() -> Iterator[Item]:
        if waiting:
            yield from _line_of(waiting, node)
            waiting.clear()

    for child in list(node.children):
        if isinstance(child, NavigableString):
            waiting.append(child)
        elif not isinstance(child, Tag):
            continue
        elif child.name in INLINE and (
            depth > MAX_DEPTH or not child.find([*BLOCKS, "img", *UNPLAYED])
        ):
            waiting.append(child)
        else:
            yield from line()
            yield from _of_block(child, pictures, depth + 1)
    yield from line()


def _of_block(tag: Tag, pictures: list[Picture], depth: int) -> Iterator[Item]:
    if depth > MAX_DEPTH:
        yield Item("line", html=_clean([NavigableString(tag.get_text(" "))]))
    elif tag.name == "img":
        if picture := picture_of(tag, pictures):
            yield Item("picture", picture=picture)
    elif tag.name in UNPLAYED:
        yield Item("unplayed", name=tag.name)
    elif tag.name in ("ul", "ol") and not tag.find(["img", "table"]) and not _holds_notes(tag):
        yield Item("list", html=_list_html(tag), name=_foot_of(tag))
    elif tag.name == "blockquote" and not tag.find(["img", "table", "ul", "ol"]):
        yield Item("quotation", html=_clean([NavigableString(" ".join(tag.stripped_strings))]))
    elif tag.name == "table":
        yield from _of_table(tag, pictures, depth)
    elif tag.name != "hr":
        yield from _walk(tag, pictures, depth)


def _line_of(nodes: list, parent: Tag) -> Iterator[Item]:
    html = _clean(nodes)
    if not plain(html):
        return
    level = int(parent.name[1]) if re.fullmatch("h[1-6]", parent.name or "") else 0
    style = str(parent.get("style", ""))
    yield Item(
        "line",
        html=html,
        level=level,
        classes=" ".join(_classes(parent)),
        bold=bool(BOLD.search(style)) or _all_bold(nodes),
        size=_size_of(nodes, parent),
        marker=str(parent.get("data-marker") or ""),
        name=_foot_of(parent),
    )


def _classes(tag: Tag) -> list[str]:
    found = tag.get("class") or []
    own = [found] if isinstance(found, str) else list(found)
    return [*own, tag.name] if tag.name == "figcaption" else own


def _holds_notes(tag: Tag) -> bool:
    return any(_foot_of(point) for point in tag.find_all("li", recursive=False)[:1])


def _foot_of(tag: Tag) -> str:
    """The id by which a note at the foot is called, of the tag or of what holds it."""
    for holder in (tag, *list(tag.parents)[:3]):
        found = re.fullmatch(
            r"(?:footnote|endnote|ftn|edn|_ftn|_edn)-?(\d+)", str(holder.get("id") or "")
        )
        if found:
            return found[1]
    return ""


def _all_bold(nodes: list) -> bool:
    texts = [
        text
        for node in nodes
        for text in ([node] if isinstance(node, NavigableString) else node.find_all(string=True))
        if text.strip()
    ]
    return bool(texts) and all(any(holder.name == "b" for holder in text.parents) for text in texts)


def _size_of(nodes: list, parent: Tag) -> float:
    """The greatest size that the line's own styles name, in pixels; 0 where they name none."""
    tags = [parent, *(tag for node in nodes if isinstance(node, Tag) for tag in (node, *node.find_all(True)))]  # fmt: skip
    sizes = [
        float(number) * (4 / 3 if unit.lower() == "pt" else 1)
        for tag in tags
        for number, unit in SIZE.findall(str(tag.get("style", "")))
        if number.replace(".", "", 1).isdigit()
    ]
    return max(sizes, default=0.0)


def _clean(nodes: list) -> str:
    """The nodes as bold, italic, links, raised figures and breaks, and nothing else."""
    html = LINE_CLEANER.clean("".join(_outer(node) for node in nodes))
    soup = BeautifulSoup(SPACES.sub(" ", html), "html.parser")
    for link in soup.find_all("a"):
        if not re.match("https?://|mailto:|tel:", str(link.get("href", ""))):
            link.unwrap()
    for tag in reversed(soup.find_all(["b", "i", "sup", "a"])):
        if not tag.get_text(strip=True) or tag.parent is not None and tag.find_parent(tag.name):
            tag.unwrap()
    cleaned = LINE_CLEANER.clean(str(soup))
    return re.sub(r"^(?:\s|<br>)+|(?:\s|<br>)+$", "", cleaned).replace("<br>", "<br/>")


def _outer(node) -> str:
    if isinstance(node, Tag):
        note = re.match(r"#_?(?:ftn|edn|footnote-|endnote-)(\d+)$", str(node.get("href", "")))
        if note and node.name == "a":
            return f"<sup>{note[1]}</sup>"
        for link in node.find_all("a", href=re.compile(r"^#_?(?:ftn|edn|footnote-|endnote-)\d+$")):
            number = re.sub(r"\D", "", str(link["href"]))
            raised = link if node.name == "sup" or link.find_parent("sup") else None
            link.replace_with(
                number if raised else BeautifulSoup(f"<sup>{number}</sup>", "html.parser")
            )
        return str(node)
    return nh3.clean_text(str(node)) if "<" in node or "&" in node or ">" in node else str(node)


def _list_html(tag: Tag) -> str:
    """A list with its lists inside, each point cleaned."""
    points = []
    for point in tag.find_all("li", recursive=False):
        inner = [child for child in point.children if getattr(child, "name", "") in ("ul", "ol")]
        own: list = []
        for child in point.children:
            if child in inner or type(child).__name__ == "Comment":
                continue
            if own and isinstance(child, Tag) and child.name in BLOCKS:
                own.append(NavigableString(" "))
            own.append(child)
        text = _clean(own)
        if text or inner:
            points.append(f"<li>{text}{''.join(_list_html(one) for one in inner)}</li>")
    return f"<{tag.name}>{''.join(points)}</{tag.name}>" if points else ""


def _of_table(tag: Tag, pictures: list[Picture], depth: int) -> Iterator[Item]:
    rows = [row for row in tag.find_all("tr") if row.find_parent("table") is tag]
    widths = [len(row.find_all(["td", "th"], recursive=False)) for row in rows]
    if max(widths, default=0) <= 1 or tag.find(["img", "table"]):
        # It only lays things out: what stands in its cells comes one after the other.
        for row in rows:
            for cell in row.find_all(["td", "th"], recursive=False):
                yield from _walk(cell, pictures, depth)
        return
    grid, merged = grid_of(rows)
    yield Item("table", rows=grid, merged=merged)
