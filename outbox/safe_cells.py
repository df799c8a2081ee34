"""Makes text inert in spreadsheets: pure functions, used by every file with rows of people."""

import unicodedata

STARTERS = frozenset("=+-@\u2212")
# What spreadsheets may skip before they look for a formula, besides what str.isspace knows.
INVISIBLE = frozenset("\ufeff\u200b\u200c\u200d\u2060\u00ad")


def without_controls(text: str) -> str:
    """The text without control characters, which no cell needs and some programs choke on."""
    return "".join(
        character if character in "\t\r\n" or unicodedata.category(character) != "Cc" else " "
        for character in text
    )


def starts_like_formula(text: str) -> bool:
    """Whether a spreadsheet could take the text for a formula, full-width forms included."""
    if text[:1] in ("\t", "\r", "\n"):
        return True
    for character in text:
        if character.isspace() or character in INVISIBLE:
            continue
        folded = unicodedata.normalize("NFKC", character)
        return folded[:1] in STARTERS
    return False


def csv_cell(value: object) -> str:
    """The value as it may stand in a CSV file.

    Numbers stay as they are. Text that a spreadsheet could take for a formula gets a leading
    apostrophe, which marks it as text; a phone number keeps its + and all its figures this way.
    """
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = str(value)
    if text[:1].isalnum() and text.isprintable():
        return text  # begins with no starter and holds no control character: the usual cell
    text = without_controls(text)
    return f"'{text}" if starts_like_formula(text) else text
