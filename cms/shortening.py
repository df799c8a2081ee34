"""Gives the names that a stripped module declares shorter ones; what others can see keeps its name.

It is no parser. It renames a name everywhere in the module where it was declared at its top, and
else inside the one statement at the top that declares it. Properties, keys, exports and names that
were not declared there are left alone. It asks of a source that strings in backquotes hold no code,
and that no statement means something of the browser's by a name that it declares itself.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, product
from typing import NamedTuple

from cms.stripping import PIECE

WORD = re.compile(r"[A-Za-z_$][\w$]*|\d[\w.]*|\?\.(?!\d)|=>|\.\.\.|.", re.S)
NAME = re.compile(r"[A-Za-z_$][\w$]*\Z")
RESERVED = frozenset(
    [
        "async",
        "await",
        "break",
        "case",
        "catch",
        "class",
        "const",
        "continue",
        "default",
        "delete",
        "do",
        "else",
        "export",
        "extends",
        "false",
        "finally",
        "for",
        "function",
        "if",
        "import",
        "in",
        "instanceof",
        "let",
        "new",
        "null",
        "of",
        "return",
        "static",
        "super",
        "switch",
        "this",
        "throw",
        "true",
        "try",
        "typeof",
        "undefined",
        "var",
        "void",
        "while",
        "yield",
    ]
)
OPENING, CLOSING = "([{", ")]}"
BEFORE_BLOCK = frozenset(
    ["=>", ")", ";", "{", "}", "\n", "", "try", "catch", "else", "do", "finally"]
)
# The letters that are frequent in what stays, first.
LETTERS = "etnoiasrlcdupmhgfvbywkxqjz"


class Token(NamedTuple):
    """A piece of the source: what it is to a renamer, and the statement at the top it stands in."""

    text: str
    use: str  # "name", "shorthand" (as in {name}), or "" for all that keeps its text
    statement: int


def shortened(source: str) -> str:
    """The same program with short names; `source` has been stripped."""
    tokens = list(_tokens(source))
    top, inside, exported = _declared(tokens)
    new = _choose(tokens, top=top - exported, inside=inside)
    out = []
    for text, use, statement in tokens:
        short = new.get((statement, text), text) if use else text
        # {name} stands for a key of that name as well, which stays.
        out.append(f"{text}:{short}" if use == "shorthand" and short != text else short)
    return "".join(_joined(out))


def _words(source: str) -> Iterator[str]:
    place = 0
    for match in PIECE.finditer(source):
        if match["keep"]:
            yield from WORD.findall(source[place : match.start()])
            yield match["keep"]
            place = match.end()
    yield from WORD.findall(source[place:])


def _tokens(source: str) -> Iterator[Token]:
    words = list(_words(source))
    open_ones: list[str] = []
    statement = 0
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        after = words[place + 1] if place + 1 < len(words) else ""
        use = ""
        if word in OPENING:
            open_ones.append("block" if word == "{" and before in BEFORE_BLOCK else word)
        elif word in CLOSING:
            open_ones.pop()
        elif word in ";\n" and not open_ones:
            statement += 1
        elif NAME.match(word) and word not in RESERVED and before not in (".", "?."):
            in_braces = open_ones[-1:] == ["{"] and before in "{,"
            use = "shorthand" if in_braces and after != ":" else "" if in_braces else "name"
        yield Token(word, use, statement)


def _declared(tokens: list[Token]) -> tuple[set[str], dict[int, set[str]], set[str]]:
    """Names declared at the top, names declared deeper by statement, and exported ones."""
    top: set[str] = set()
    exported: set[str] = set()
    inside: dict[int, set[str]] = defaultdict(set)
    level = 0
    for place, (text, _, statement) in enumerate(tokens):
        level += (text in OPENING) - (text in CLOSING)
        found: Iterable[str] = ()
        if text in ("const", "let"):
            found = _declarators(tokens, place + 1)
            if place and tokens[place - 2].text == "export":
                exported.update(found := list(found))
        elif text == "=>":
            found = _parameters(tokens, place - 1)
        (top if level == 0 and text != "=>" else inside[statement]).update(found)
    return top, inside, exported


def _declarators(tokens: list[Token], place: int) -> Iterator[str]:
    """The names of `a, b = f(c, d)` or `{ a, b } = c`, as they follow `const` or `let`."""
    level, wanted = 0, True
    while place < len(tokens):
        text, use, _ = tokens[place]
        if level == 0 and text in (";", "\n", "of", "in", ")"):
            return
        if wanted and use:
            yield text
        if text in OPENING:
            level += 1
        elif text in CLOSING:
            level -= 1
        if text == "=":
            wanted = False
        elif text == "," and level == 0:
            wanted = True
        place += 1


def _parameters(tokens: list[Token], place: int) -> Iterator[str]:
    """The names before an arrow: one, or those in brackets without their defaults."""
    if tokens[place].text != ")":
        yield tokens[place].text
        return
    level = 0
    while True:
        text, use, _ = tokens[place]
        level += (text in CLOSING) - (text in OPENING)
        if level == 0:
            return
        if use and tokens[place - 1].text in ("(", "[", "{", ",", "..."):
            yield text
        place -= 1


def _choose(
    tokens: list[Token], *, top: set[str], inside: dict[int, set[str]]
) -> dict[tuple[int, str], str]:
    """The new name by statement and old name; the most frequent get the shortest."""
    places: dict[str, set[int]] = defaultdict(set)
    counts: Counter[tuple[int, str]] = Counter()  # statement -1 stands for the top
    kept = set(RESERVED)
    for text, use, statement in tokens:
        if not use:
            continue
        places[text].add(statement)
        if text in top:
            counts[-1, text] += 1
        elif text in inside[statement]:
            counts[statement, text] += 1
        else:
            kept.add(text)
    new: dict[tuple[int, str], str] = {}
    taken: dict[int, set[str]] = defaultdict(set)
    for (statement, text), _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        everywhere = set().union(*taken.values()) if statement == -1 else taken[-1]
        busy = kept | everywhere | taken[statement]
        short = next(name for name in _names() if name not in busy)
        taken[statement].add(short)
        for found in places[text] if statement == -1 else [statement]:
            new[found, text] = short
    return new


def _names() -> Iterator[str]:
    return ("".join(name) for name in chain(LETTERS, LETTERS.upper(), product(LETTERS, repeat=2)))


def _joined(words: list[str]) -> list[str]:
    """The words with neighbouring declarations made one: `const a=1;const b=2` to `const a=1,b=2`."""
    begun = [""]  # what the statement on each level began with
    fresh = True
    out: list[str] = []
    for word in words:
        if word in OPENING:
            begun.append("")
        elif word in CLOSING:
            begun.pop()
        if fresh and word == "const" and begun[-1] == "const" and out[-1] == ";":
            out[-1], fresh = ",", False
            continue
        if word == " " and out and out[-1] == ",":
            continue
        if fresh:
            begun[-1] = word
        fresh = word in (";", "\n", "{", "}")
        out.append(word)
    return out
