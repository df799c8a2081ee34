"""Asks for the pages of a PDF as pictures; the file itself is opened in another process alone."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from classroom.apart import ApartProblem, Limits, ask_apart
from cms.uploads.pictures import walked_through
from cms.uploads.refusal import Refused

JOB = Path(__file__).with_name("pdf_process.py")
MEMORY_BYTES = 768 * 1024 * 1024
CPU_S = 15
WRITTEN_BYTES = 8 * 1024 * 1024
PATIENCE_S = 45


class PdfProblem(ApartProblem):
    """The file, or this page of it, gives no picture; `code` is locked, damaged or heavy."""


@dataclass(frozen=True)
class Page:
    """One page: a WebP, and the text that stands on it."""

    picture: bytes
    text: str


def count_pages(path: Path) -> int:
    """How many pages a PDF has; raises PdfProblem."""
    with tempfile.TemporaryDirectory() as folder:
        pages = _ask(folder, "count", str(path)).get("pages")
    if not isinstance(pages, int):
        raise PdfProblem("damaged")
    return pages


def draw_page(path: Path, *, number: int, fits_into: tuple[int, int]) -> Page:
    """One page, counted from 1, as a picture of at most that width and height; raises PdfProblem."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "page.webp"
        size = [str(length) for length in fits_into]
        told = _ask(folder, "draw", str(path), str(number), str(picture), *size)
        try:
            content = picture.read_bytes()
        except FileNotFoundError:
            raise PdfProblem("damaged") from None
    _check(content, fits_into)
    return Page(picture=content, text=str(told.get("text", "")))


def _ask(folder: str, *words: str) -> dict:
    limits = Limits(MEMORY_BYTES, CPU_S, WRITTEN_BYTES, PATIENCE_S)
    try:
        return ask_apart(JOB, *words, folder=folder, limits=limits)
    except ApartProblem as problem:
        raise PdfProblem(problem.code) from None


def _check(content: bytes, fits_into: tuple[int, int]) -> None:
    """The other process met a stranger's file, so what it wrote is judged like a stranger's picture."""
    try:
        walked = walked_through(content)
    except Refused:
        raise PdfProblem("damaged") from None
    wide, high = walked.sizes[0]
    if walked.kind != "webp" or walked.frames > 1 or wide > fits_into[0] or high > fits_into[1]:
        raise PdfProblem("damaged")
