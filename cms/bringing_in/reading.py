"""Decides what each line of a text from outside is in a piece: title, heading, list, caption, note."""

import re
from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markdown_it import MarkdownIt

from cms.bringing_in.brought import MAX_BLOCKS, Brought, CannotBringIn, Part, Picture
from cms.bringing_in.markup import Item, items_of, plain
from cms.bringing_in.sources import split_off, with_citations

MAX_CHARACTERS = 30_000_000  # pictures inside the text count
MAX_WORDS_CHARACTERS = 2_000_000
HAN = re.compile(r"[\u3400-\u9fff]")
TITLE_CLASSES = {"title", "MsoTitle", "rich_media_title"}
STANDFIRST_CLASSES = {"subtitle", "MsoSubtitle", "standfirst", "lead", "intro", "abstract"}
QUOTE_CLASSES = {"MsoQuote", "MsoIntenseQuote"}
CAPTION_CLASSES = {"caption", "MsoCaption", "figcaption"}
STANDFIRST_LABEL = re.compile(r"^(?:<b>)?\s*(?:摘要|导语|导读|内容提要|summary|abstract|in short)\s*[:：]\s*(?:</b>)?\s*", re.I)  # fmt: skip
CAPTION = re.compile(r"^(?:图|圖|figure|fig\.?|picture)\s*\d{0,2}\s*[:：.、 ]", re.I)
SENTENCE_END = re.compile(r"[.!?。！？；;，,：:…]$")
BULLET = re.compile(r"^(?:<b>)?\s*[•·●▪■◆○▶✔✓*–—-]\s+")
NUMBERED = re.compile(r"^(?:<b>)?\s*[(（]?(\d{1,2})\s*[.、．)）]\s*")
HEADING_CLASS = re.compile(r"MsoHeading(\d)")

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


def read_plain(text: str) -> Brought:
    """Read plain text or Markdown."""
    return read_html(_markdown.render(text.replace("\0", "")), [])


def read_html(html: str, pictures: list[Picture], *, left_out: list[str] | None = None) -> Brought:
    """Return the text as blocks with what was changed and left out.

    `pictures` are those that `<img src="picture:NUMBER">` names. Raises CannotBringIn where there
    is nothing to read, or too much of it.
    """
    if len(html) > MAX_CHARACTERS:
        raise CannotBringIn(_("This text is too long. Bring it in chapter by chapter."))
    try:
        items = items_of(html.replace("\0", ""), pictures)
    except RecursionError:
        raise CannotBringIn(_("This text is nested too deeply. Paste it as plain text.")) from None
    if sum(len(item.html) for item in items) > MAX_WORDS_CHARACTERS:
        raise CannotBringIn(_("This text is too long. Bring it in chapter by chapter."))
    brought = Brought(left_out=list(left_out or []))
    items, brought.references = split_off(items)
    items = _with_lists(_opened(items, brought))
    bodies = _body_size(items)
    headings = list(_headings(items, bodies, brought))
    for part in _parts(headings, brought):
        brought.parts.append(part)
    if not (brought.parts or brought.title or brought.references):
        raise CannotBringIn(_("There is nothing to read in it."))
    if len(brought.parts) > MAX_BLOCKS:
        raise CannotBringIn(
            _("This text has over %(n)d blocks. Bring it in chapter by chapter.")
            % {"n": MAX_BLOCKS}
        )
    return brought


def _opened(items: list[Item], brought: Brought) -> list[Item]:
    """Take title and standfirst from the head of the text, where they are marked as such."""
    words = [place for place, item in enumerate(items) if item.kind == "line"]
    firsts = [place for place in words if items[place].level == 1]
    title = next((place for place in words[:3] if _has(items[place], TITLE_CLASSES)), None)
    if title is None and len(firsts) == 1:
        title = firsts[0] if firsts[0] in words[:5] else None
    if title is None and words and items[words[0]].level:
        title = words[0]
    taken = set()
    if title is not None:
        brought.title = items[title].text[:255]
        taken.add(title)
    for place in words[:4]:
        item = items[place]
        if place not in taken and (
            _has(item, STANDFIRST_CLASSES) or STANDFIRST_LABEL.match(item.html)
        ):
            brought.standfirst = plain(STANDFIRST_LABEL.sub("", item.html))
            taken.add(place)
            break
    return [item for place, item in enumerate(items) if place not in taken]


def _has(item: Item, names: set[str]) -> bool:
    return not names.isdisjoint(item.classes.split())


def _with_lists(items: list[Item]) -> list[Item]:
    """Make one list of lines that follow each other and each begin with a marker."""
    made: list[Item] = []
    place = 0
    while place < len(items):
        run, ordered = _run_of(items, place)
        if run:
            points = "".join(f"<li>{point}</li>" for point in run)
            name = "ol" if ordered else "ul"
            made.append(Item("list", html=f"<{name}>{points}</{name}>"))
            place += len(run)
        else:
            made.append(items[place])
            place += 1
    return made


def _run_of(items: list[Item], start: int) -> tuple[list[str], bool]:
    first = items[start]
    word_list = "MsoList" in first.classes and bool(first.marker)
    ordered = (
        bool(re.search(r"\w", first.marker)) if word_list else bool(NUMBERED.match(first.html))
    )
    run: list[str] = []
    for item in items[start:]:
        if item.kind != "line" or item.level:
            break
        if word_list:
            same = "MsoList" in item.classes and bool(item.marker)
            if not same or bool(re.search(r"\w", item.marker)) != ordered:
                break
            run.append(item.html)
            continue
        number = NUMBERED.match(item.html)
        if ordered and not (number and int(number[1]) == len(run) + 1):
            break
        if not ordered and not BULLET.match(item.html):
            break
        stripped = (NUMBERED if ordered else BULLET).sub("", item.html)
        run.append(stripped.replace("</b>", "", 1) if "<b>" not in stripped else stripped)
    return (run, ordered) if word_list or len(run) > 1 else ([], False)


def _body_size(items: list[Item]) -> float:
    """The size that most of the text is in."""
    sizes: Counter[float] = Counter()
    for item in items:
        if item.kind == "line":
            sizes[item.size] += len(item.html)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _headings(items: list[Item], body_size: float, brought: Brought) -> Iterator[Item]:
    """Mark the lines that are headings: by their element or style, or clearly by their look."""
    levels, looks = set(), 0
    for place, item in enumerate(items):
        styled = HEADING_CLASS.search(item.classes)
        if item.kind == "line" and styled and not item.level:
            item.level = min(int(styled[1]), 6) or 6
        if item.level:
            levels.add(item.level)
        elif _looks_like_heading(items, place, body_size):
            item.level = 2
            looks += 1
        yield item
    if len(levels) > 1:
        brought.changed.append(_("Headings of several levels became headings of one level."))
    if looks:
        told = ngettext(
            "%(n)d bold line became a heading.", "%(n)d bold lines became headings.", looks
        )
        brought.changed.append(told % {"n": looks})


def _looks_like_heading(items: list[Item], place: int, body_size: float) -> bool:
    """A short bold line without a stop, before a line or list that is not bold itself."""
    item = items[place]
    if (
        item.kind != "line"
        or not item.bold
        or _has(item, CAPTION_CLASSES)
        or CAPTION.match(item.text)
    ):
        return False
    text = item.text
    short = len(text) <= (30 if HAN.search(text) else 80)
    if not short or "<br/>" in item.html or SENTENCE_END.search(text):
        return False
    if item.size and body_size and item.size < body_size:
        return False
    following = next((one for one in items[place + 1 :] if one.kind != "picture"), None)
    return following is not None and not (
        following.kind == "line" and following.bold and not following.level
    )


def _parts(items: Iterator[Item], brought: Brought) -> Iterator[Part]:
    """Turn the flow into blocks; paragraphs and lists in a row become one."""
    paragraph: list[str] = []
    unplayed: Counter[str] = Counter()
    merged = outside = 0
    picture: Part | None = None
    for item in items:
        if item.kind in ("line", "list") and not item.level and not _has(item, QUOTE_CLASSES):
            caption = item.kind == "line" and (
                _has(item, CAPTION_CLASSES) or CAPTION.match(item.text)
            )
            if picture is not None and caption:
                picture.value["caption"] = item.text[:255]
                picture = None
                continue
            html = item.html if item.kind == "list" else f"<p>{item.html}</p>"
            if html:
                paragraph.append(with_citations(html, len(brought.references)))
                picture = None
            continue
        if paragraph:
            yield Part("paragraph", "".join(paragraph))
            paragraph = []
        picture = None
        if item.kind == "line" and item.level:
            yield Part("heading", item.text[:255])
        elif item.kind in ("line", "quotation"):
            if item.text:
                yield Part("quotation", {"text": item.text, "attribution": ""})
        elif item.kind == "table":
            merged += item.merged
            if table := _table(item.rows):
                yield Part("table", table)
        elif item.kind == "picture" and item.picture is not None:
            outside += not item.picture.content
            picture = Part("picture", {"picture": item.picture, "caption": ""})
            yield picture
        elif item.kind == "unplayed":
            unplayed[item.name] += 1
    if paragraph:
        yield Part("paragraph", "".join(paragraph))
    _tell(brought, merged=merged, outside=outside, unplayed=sum(unplayed.values()))


def _tell(brought: Brought, *, merged: int, outside: int, unplayed: int) -> None:
    if merged:
        brought.changed.append(
            _("Merged cells were written into each cell they covered. Look at the tables.")
        )
    if outside:
        told = ngettext(
            "%(n)d picture lies elsewhere. A note in the draft says where it stood.",
            "%(n)d pictures lie elsewhere. Notes in the draft say where they stood.",
            outside,
        )
        brought.left_out.append(told % {"n": outside})
    if unplayed:
        brought.left_out.append(_("Video, sound or frames: %(n)d.") % {"n": unplayed})
    if any(not source.url for source in brought.references):
        brought.changed.append(_("Some references have no address yet. Add what you have."))


def _table(rows: list[list[str]]) -> dict | None:
    """A typed table of text, its first row as headings; None where there are no words."""
    rows = [row for row in rows if any(row)]
    width = max((len(row) for row in rows), default=0)
    if not width:
        return None
    full = [row + [""] * (width - len(row)) for row in rows]
    return {
        "columns": [{"type": "text", "heading": heading[:255]} for heading in full[0]],
        "rows": [{"values": row} for row in full[1:]],
        "caption": "",
    }
