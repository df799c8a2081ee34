"""Knows what counts as white space in texts from outside, and where there should be none."""

import re

SPACES = re.compile(r"[ \t\r\n\f\u00a0\u200b\ufeff]+")


def one_line(text: str) -> str:
    """The text with every run of white space as one blank."""
    return SPACES.sub(" ", text).strip()
