"""Makes plain text of what somebody typed; it knows no markup, so there is none to take away."""

import unicodedata

# Marks that would turn the words of others around.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# What nobody sees: alone it would be an empty line, inside a word it would hide from a search.
_UNSEEN = frozenset(
    "\u00ad\u034f\u115f\u1160\u180e\u200b\u2060\u2061\u2062\u2063\u2064\u2800\u3164\ufeff\uffa0"
)


def clean_words(text: str) -> str:
    """The text without what no keyboard writes: control characters, marks that turn text, nothings."""
    kept = (
        letter
        for letter in text.replace("\r\n", "\n")
        if letter == "\n"
        or (
            unicodedata.category(letter) not in ("Cc", "Cs")
            and letter not in _TURNING
            and letter not in _UNSEEN
        )
    )
    return "".join(kept).strip()
