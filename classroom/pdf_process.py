"""Counts and draws the pages of a PDF; run by limited_process.py in a process of its own, no Django here.

`count FILE` and `draw FILE NUMBER PICTURE WIDTH HEIGHT` give `pages`, or `text`, or `problem` (a code).
It writes one picture and opens nothing else of ours.
"""

import math

import pypdfium2

QUALITY = 82
#: Enough for a description; a page may hold a million letters.
LETTERS_READ = 2000
# PDFium's own numbers for a file that asks for a password, or for a lock that it does not know.
LOCKED = (4, 5)


def count(path: str) -> dict:
    """How many pages the file has."""
    try:
        with pypdfium2.PdfDocument(path) as document:
            return {"pages": len(document)}
    except pypdfium2.PdfiumError as error:
        return {"problem": "locked" if error.err_code in LOCKED else "damaged"}


def draw(path: str, number: int, picture: str, most: tuple[int, int]) -> dict:
    """Draw one page, counted from 1, as WebP within `most`, and give its text."""
    try:
        with pypdfium2.PdfDocument(path) as document:
            page = document[number - 1]
            bitmap = page.render(scale=_scale(page.get_size(), most))
            image = bitmap.to_pil().convert("RGB")
            image.thumbnail(most)
            image.save(picture, "WEBP", quality=QUALITY)
            words = page.get_textpage()
            return {"text": words.get_text_range(0, min(words.count_chars(), LETTERS_READ))}
    except (pypdfium2.PdfiumError, IndexError, ValueError):
        return {"problem": "damaged"}


def _scale(size: tuple[float, float], most: tuple[int, int]) -> float:
    """What brings a page of that size, in points, to the size of a screen, however large it says it is."""
    wide, high = size
    if not (math.isfinite(wide) and math.isfinite(high) and wide > 0 and high > 0):
        raise ValueError
    return min(most[0] / wide, most[1] / high)


def main(*words: str) -> dict:
    """Do what these words say."""
    match words:
        case ("count", path):
            return count(path)
        case ("draw", path, number, picture, wide, high):
            return draw(path, int(number), picture, (int(wide), int(high)))
    raise SystemExit("count or draw")
