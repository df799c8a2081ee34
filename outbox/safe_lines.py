"""The rules of safe_cells for finished lines of CSV, looked through a thousand at a time.

Nothing is decided here. A line in which some byte could matter is taken apart and put through
safe_cells cell by cell; which bytes those are is asked of safe_cells, too. The others, nearly all,
are never taken apart: they are looked at together, in a few passes over their bytes.
"""

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate

from outbox.safe_cells import INVISIBLE, csv_cell, starts_like_formula, without_controls

# What bytes stand for while they are looked at: an end of a cell or a line, a quotation mark, a
# character that may not begin a cell unseen, one that may stand nowhere unseen, any other.
END, QUOTE, FIRST, EVER, ANY = b',"!?.'
#: A cell that begins with such a character, in quotation marks or not. Two quotation marks, or one
#: and an end, may be something else; they are looked at as well.
BEGINS_ODDLY = re.compile(rb',(?=!|"[!",])')
# Letters and Chinese characters as they begin in UTF-8. Text of another beginning is looked at.
LEADS = [*range(0x21, 0x7F), *range(0xE4, 0xEA)]


def guarded_lines(lines: Sequence[bytes], *, texts: Sequence[bool]) -> list[bytes]:
    """The lines (with their ends, as COPY writes them) made inert, without their ends.

    `texts` says of each column whether it holds text; a number keeps its sign. Text that was put
    through safe_cells before stays as it is.
    """
    found = [line[:-1] for line in lines]
    whole = b"".join([b"\n", *lines])
    looked_at = whole.translate(_table())
    odd: set[int] = set()
    if EVER in looked_at:
        odd.update(number for number, line in enumerate(lines) if EVER in line.translate(_table()))
    begins = list(accumulate(map(len, lines), initial=1))
    for match in BEGINS_ODDLY.finditer(looked_at):
        number = bisect_right(begins, match.end()) - 1
        if whole.count(b'"', begins[number], match.end()) % 2 == 0:  # else it stands inside a cell
            odd.add(number)
    for number in odd:
        found[number] = _guarded_line(found[number], texts)
    return found


def _guarded_line(line: bytes, texts: Sequence[bool]) -> bytes:
    """One line, cell by cell."""
    (cells,) = csv.reader(io.StringIO(line.decode(), newline=""))
    told = io.StringIO()
    # With other ends the writer would leave cells that hold these without quotation marks.
    csv.writer(told, lineterminator="\r\n").writerow(
        [csv_cell(cell) if text else cell for cell, text in zip(cells, texts, strict=True)]
    )
    return told.getvalue()[:-2].encode()


@cache
def _table() -> bytes:
    """What each byte of UTF-8 stands for."""
    table = bytearray([FIRST]) * 256
    for byte in range(256):
        if 0x80 <= byte <= 0xBF:  # never the first of a character
            table[byte] = ANY
        elif byte == 0xC2 or (byte < 0x80 and without_controls(chr(byte)) != chr(byte)):
            table[byte] = EVER  # U+0080 to U+009F begin with C2
    for lead in LEADS:
        if not any(map(_may_begin_formula, _characters(lead))):
            table[lead] = ANY
    for byte in b",\n":
        table[byte] = END
    table[ord('"')] = QUOTE
    return bytes(table)


def _characters(lead: int) -> list[str]:
    """Every character whose UTF-8 begins with the byte: one for ASCII, 4096 for the others here."""
    if lead < 0x80:
        return [chr(lead)]
    first = (lead & 0x0F) << 12
    return [chr(code) for code in range(first, first + 0x1000)]


def _may_begin_formula(character: str) -> bool:
    """Whether it begins one, or may be skipped before one."""
    return character.isspace() or character in INVISIBLE or starts_like_formula(character)
