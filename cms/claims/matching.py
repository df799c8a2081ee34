"""Finds governed phrases in text, in one pass and in bounded time; touches no database.

A phrase is plain text with two signs: `*` for the rest of a word (twelve letters at most) and `#`
for a number. Nothing else of it is a pattern, so no phrase can make the search slow. Letter case,
full and half width and white space are made one; a phrase that begins or ends with a letter or a
figure begins or ends a word there, and Chinese, which has no spaces, stands anywhere.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from cms.search_text import HAN

LETTER = rf"[^\W{HAN}]"
NUMBER = r"\d{1,7}(?:[.,]\d{1,3})?"
REST_OF_WORD = rf"{LETTER}{{0,12}}"
REST_OF_HAN = f"[{HAN}]{{0,4}}"
WORD_START = rf"(?<!{LETTER})"
SIGNS_AT_MOST = 3
AROUND = 60
SENTENCE_AT_MOST = 400
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
SPACE_IN_HAN = re.compile(rf"(?<=[{HAN}])\s+(?=[{HAN}])")
SENTENCE_END = re.compile(r"[。！？!?；;]+|\.(?=\s|$)")
PIECES = re.compile(r"[*#% -]|[^*#% -]+")


class PhraseRefused(ValueError):
    """The phrase cannot be looked for; the message says why."""


@dataclass(frozen=True)
class Phrase:
    """A phrase to look for, with the words around it in which it is meant otherwise."""

    text: str
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """A phrase at its place in a tidied text, and the sentence it stands in."""

    phrase: str
    words: str
    sentence: str

    @property
    def sentence_hash(self) -> str:
        """What stays the same as long as the sentence does."""
        return hashlib.sha256(self.sentence.casefold().encode()).hexdigest()


def tidied(text: str) -> str:
    """The text with width and white space made one and unseen characters taken out."""
    text = unicodedata.normalize("NFKC", UNSEEN.sub("", text)).replace("’", "'")
    return SPACE_IN_HAN.sub("", " ".join(text.split()))


def checked_phrase(text: str) -> str:
    """Return the phrase tidied; raises PhraseRefused with what is wrong."""
    phrase = tidied(text).casefold()
    signs = phrase.count("*") + phrase.count("#")
    plain = re.sub(r"[\W_]", "", phrase)
    if not re.search(f"[{HAN}]", plain) and len(plain) < 2 and "#" not in phrase:
        raise PhraseRefused(_("It is too short."))
    if phrase.startswith("*"):
        raise PhraseRefused(_("It may not begin with *."))
    if signs > SIGNS_AT_MOST or re.search(r"[*#]{2}", phrase):
        raise PhraseRefused(_("It has too many * and # signs."))
    if len(re.sub(r"[*#\s]", "", phrase)) < 1:
        raise PhraseRefused(_("It needs words beside its signs."))
    return phrase


def pattern_text(text: str) -> str:
    """The regular expression of a phrase; only literals and short bounded repeats."""
    phrase = checked_phrase(text)
    parts, before = [], ""
    for piece in PIECES.findall(phrase):
        if piece == "*":
            parts.append(REST_OF_HAN if re.search(f"[{HAN}]$", before) else REST_OF_WORD)
        elif piece == "#":
            parts.append(NUMBER)
        elif piece == "%":
            parts.append(" ?% ?")
        elif piece in " -":
            parts.append("[ -]")
        else:
            parts.append(re.escape(piece))
        before = piece
    edge = re.compile(f"{LETTER}|#")
    start = WORD_START if edge.match(phrase[0]) else ""
    if phrase[0] == "#":
        start += r"(?<![\d.,])"
    end = rf"(?!{LETTER})" if edge.match(phrase[-1]) or phrase[-1] == "*" else ""
    return start + "".join(parts) + end


class Matcher:
    """Looks for many phrases at once."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._phrases = sorted(phrases, key=lambda phrase: len(phrase.text), reverse=True)
        # Phrases of one beginning stand together behind it, as a text has few of the beginnings:
        # that makes the search ten times as fast. The name of a group tells the phrase.
        by_beginning: dict[str, list[str]] = {}
        for number, phrase in enumerate(self._phrases):
            begin, rest = _beginning(pattern_text(phrase.text))
            by_beginning.setdefault(begin, []).append(f"(?P<p{number}>{rest})")
        branches = [f"{begin}(?:{'|'.join(rests)})" for begin, rests in by_beginning.items()]
        word_starts = [branch[len(WORD_START) :] for branch in branches if _at_word(branch)]
        anywhere = [branch for branch in branches if not _at_word(branch)]
        if word_starts:
            anywhere.append(f"{WORD_START}(?:{'|'.join(word_starts)})")
        self._any = re.compile("|".join(anywhere) or r"(?!)")
        self._exceptions = {
            phrase.text: re.compile("|".join(pattern_text(text) for text in phrase.exceptions))
            for phrase in self._phrases
            if phrase.exceptions
        }

    def find(self, text: str) -> Iterator[Found]:
        """Yield the phrases in a text, left to right, the longest at each place."""
        shown = tidied(text)
        lowered = shown.lower()
        if len(lowered) != len(shown):  # a rare letter grows when lowered; places would be off
            shown = lowered
        at = 0
        while match := self._any.search(lowered, at):
            phrase = self._phrases[int((match.lastgroup or "p0")[1:])]
            if self._is_meant_otherwise(phrase.text, lowered, match):
                at = match.start() + 1
                continue
            yield Found(
                phrase=phrase.text,
                words=shown[match.start() : match.end()],
                sentence=_sentence(shown, match.start(), match.end()),
            )
            at = match.end()

    def _is_meant_otherwise(self, phrase: str, text: str, hit: re.Match[str]) -> bool:
        pattern = self._exceptions.get(phrase)
        if pattern is None:
            return False
        at, last = max(0, hit.start() - AROUND), min(len(text), hit.end() + AROUND)
        while found := pattern.search(text, at, last):
            if found.start() > hit.start():
                return False
            if found.end() >= hit.end():
                return True
            at = found.start() + 1
        return False


def _at_word(pattern: str) -> bool:
    return pattern.startswith(WORD_START)


def _beginning(pattern: str) -> tuple[str, str]:
    """A phrase's pattern cut behind its first letter, or before what is no plain letter."""
    start = WORD_START if _at_word(pattern) else ""
    rest = pattern[len(start) :]
    length = 1 if rest[:1].isalpha() else 0
    return start + rest[:length], rest[length:]


@lru_cache(maxsize=8)
def matcher_of(phrases: tuple[Phrase, ...]) -> Matcher:
    """The matcher of a list; the same one for the same list."""
    return Matcher(phrases)


def _sentence(text: str, start: int, end: int) -> str:
    """The sentence around a stretch, without end no longer than a few lines."""
    first = 0
    for stop in SENTENCE_END.finditer(text, max(0, start - SENTENCE_AT_MOST), start):
        first = stop.end()
    first = max(first, start - SENTENCE_AT_MOST)
    stop_after = SENTENCE_END.search(text, end, min(len(text), end + SENTENCE_AT_MOST))
    last = stop_after.end() if stop_after else min(len(text), end + SENTENCE_AT_MOST)
    return text[first:last].strip()
