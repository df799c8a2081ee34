"""Turns names of any script into addresses; touches no database."""

import unicodedata

from anyascii import anyascii
from django.utils.text import slugify


def ascii_slug(text: str, *, fallback: str, length: int = 200) -> str:
    """Return the slug of the text turned to ASCII, `fallback` where nothing is left of it."""
    return slugify(anyascii(text))[:length].strip("-") or fallback


def numbered_slug(base: str, number: int, *, length: int = 200) -> str:
    """Return `base`, or from the second on `base-2`, `base-3`, never over `length`."""
    if number < 2:
        return base
    end = f"-{number}"
    return base[: length - len(end)].rstrip("-") + end


def is_latin(name: str) -> bool:
    """Tell whether all letters of a name are Latin, with accents or without."""
    return all(
        unicodedata.name(character, "").startswith("LATIN")
        for character in name
        if character.isalpha()
    )
