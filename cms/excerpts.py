"""Where in a page the words of a query stand: its title in parts, and an excerpt; no queries."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile

from wagtail.models import Page

from cms.passages import passages_of
from cms.search_text import HAN, HAN_RUN, query_parts

#: How much of a page is looked at, and how much of it an excerpt shows, in characters.
LOOKED_AT = 30_000
EXCERPT = 180
EXCERPT_IN_CHINESE = 80
BEFORE_THE_HIT = 0.3
LEAVE_OUT = frozenset({"title", "seo_title", "references", "corrections"})
LETTER = rf"[^\W{HAN}]"
SENTENCE_END = re.compile(r"[.!?。！？；;]\s*")


@dataclass(frozen=True)
class Part:
    """A stretch of text; `hit` where it is what was looked for."""

    text: str
    hit: bool


@dataclass(frozen=True)
class Wanted:
    """What is marked in a text: `parts` in lower case, of which a text without hits has none."""

    parts: tuple[str, ...]
    pattern: re.Pattern[str]

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """The hits in a text, left to right."""
        lowered = text.lower()
        # Most passages hold none, and looking for plain text is far quicker.
        if any(part in lowered for part in self.parts):
            yield from self.pattern.finditer(text)


def wanted_by(query: str, names: Iterable[str] = ()) -> Wanted | None:
    """What to mark: the words of a query and of other names; Chinese anywhere, others as beginnings.

    None where there is nothing to mark.
    """
    wanted: list[str] = []
    plain: list[str] = []
    for part in dict.fromkeys([*query_parts(query), *(p for n in names for p in query_parts(n))]):
        if HAN_RUN.match(part):
            # A page may hold the pairs of a long run apart.
            plain += (
                pairs if (pairs := [part[at : at + 2] for at in range(len(part) - 1)]) else [part]
            )
            wanted += [part, *pairs]
        else:
            plain.append(part)
            wanted.append(f"(?<!{LETTER}){re.escape(part)}{LETTER}{{0,3}}(?!{LETTER})")
    if not wanted:
        return None
    longest_first = sorted(dict.fromkeys(wanted), key=len, reverse=True)
    pattern = re.compile("|".join(longest_first), re.IGNORECASE)
    return Wanted(tuple(dict.fromkeys(plain)), pattern)


def marked(text: str, wanted: Wanted | None) -> list[Part]:
    """The text in parts, hits apart; put together they are the text again."""
    if wanted is None:
        return [Part(text, False)]
    parts, end = [], 0
    for match in wanted.finditer(text):
        if match.start() > end:
            parts.append(Part(text[end : match.start()], False))
        parts.append(Part(match[0], True))
        end = match.end()
    if end < len(text):
        parts.append(Part(text[end:], False))
    return parts


def excerpt_of(page: Page, wanted: Wanted | None) -> list[Part]:
    """The stretch of the page that holds the most different hits, in parts; empty where none."""
    if wanted is None:
        return []
    best: tuple[int, str, int] = (0, "", 0)
    looked_at = 0
    for passage in passages_of(page, leave_out=LEAVE_OUT):
        text = " ".join(passage.text.split())
        looked_at += len(text)
        hits = [(match.start(), match[0].casefold()) for match in wanted.finditer(text)]
        length = _length_for(text) if hits else 0
        for place, (start, _word) in enumerate(hits):
            reach = start + length
            near = takewhile(lambda hit, reach=reach: hit[0] < reach, islice(hits, place, None))
            kinds = len({word for _at, word in near})
            if kinds > best[0]:
                best = (kinds, text, start)
        if looked_at > LOOKED_AT:
            break
    kinds, text, start = best
    return marked(_stretch(text, start), wanted) if kinds else []


def show_hits(pages: Sequence[Page], *, query: str, names: Iterable[str] = ()) -> None:
    """Give pages `title_parts` and `excerpt_parts`, in which the query is marked."""
    wanted = wanted_by(query, names)
    for page in pages:
        page.title_parts = marked(page.title, wanted)
        page.excerpt_parts = excerpt_of(page, wanted)


def _length_for(text: str) -> int:
    return EXCERPT if text.isascii() or not HAN_RUN.search(text) else EXCERPT_IN_CHINESE


def _stretch(text: str, hit: int) -> str:
    """Some text around a hit, from the beginning of a sentence or a word where one is near."""
    length = _length_for(text)
    if len(text) <= length:
        return text
    earliest = max(0, hit - int(length * BEFORE_THE_HIT))
    start = earliest
    if earliest:
        ends = [end.end() for end in SENTENCE_END.finditer(text, earliest, hit)]
        space = text.find(" ", earliest, hit)
        start = ends[0] if ends else space + 1 if space >= 0 else earliest
    end = min(len(text), start + length)
    if end < len(text):
        space = text.rfind(" ", hit, end)
        end = space if space > hit + 20 else end
    return ("… " if start else "") + text[start:end].strip() + (" …" if end < len(text) else "")
