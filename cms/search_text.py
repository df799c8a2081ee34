"""How text is cut into what the search index holds and what a query asks for; touches no database.

Neither SQLite's nor PostgreSQL's full text index finds words inside Chinese text, which has no
spaces. So a run of Chinese characters is indexed as its characters and its overlapping pairs, and a
query asks for the pairs, or for the character where it is alone.
"""

import re
import unicodedata
from collections.abc import Iterator

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HAN_RUN = re.compile(f"[{HAN}]+")
PART = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")
#: No query asks for more parts than this; the rest of it is not looked at.
WORDS_AT_MOST = 24


def folded(text: str) -> str:
    """The text with full-width forms, letter case and white space made one."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def index_text(text: str) -> str:
    """The text as the index takes it: Chinese as characters and pairs, the rest as it stands."""
    if text.isascii():
        return text
    return HAN_RUN.sub(_spaced, unicodedata.normalize("NFKC", text))


def suffixes_text(text: str) -> str:
    """The text with every end of each Chinese run, so that a search by beginnings finds any part."""
    if text.isascii():
        return text
    return HAN_RUN.sub(
        lambda run: " ".join(("", *(run[0][at:] for at in range(len(run[0]))), "")),
        unicodedata.normalize("NFKC", text),
    )


def query_words(query: str) -> list[str]:
    """What a reader's words ask the index for, all of which a page must have; no signs of its own."""
    words: dict[str, None] = {}
    for part in PART.findall(folded(query)):
        words.update(dict.fromkeys(_pairs(part) if HAN_RUN.match(part) else (part,)))
    return list(words)[:WORDS_AT_MOST]


def query_parts(query: str) -> list[str]:
    """The words and whole Chinese runs of a query, as they are marked in a text."""
    return list(dict.fromkeys(PART.findall(folded(query))))[:WORDS_AT_MOST]


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for at in range(len(run) - 1):
        yield run[at : at + 2]


def _spaced(match: re.Match[str]) -> str:
    run = match[0]
    pairs = () if len(run) == 1 else _pairs(run)
    return " ".join(("", *run, *pairs, ""))
