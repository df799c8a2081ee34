"""Turns a CSV, tab-separated or XLSX file into numbered rows of cells; it knows no columns."""

import csv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import NamedTuple

import python_calamine
from django.utils.translation import gettext as _

from classroom.reports.stays import BadLine
from outbox.records import BadFile, BadRow, RecordFile

SEPARATORS = "\t;,|"
LARGEST_BYTES = 64 * 1024 * 1024
LARGEST_UNPACKED_BYTES = 4 * LARGEST_BYTES
MOST_JOINED_LINES = 5
SAMPLE_BYTES = 4096


class Row(NamedTuple):
    """One row; `cut` says that the file ends in the middle of it."""

    line: int
    cells: list[str]
    cut: bool = False


@dataclass
class Table:
    """All rows of a file in order, blank ones too, and lines that are no row; of a workbook no encoding."""

    rows: list[Row] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    encoding: str = ""


def table_of(path: Path) -> Table:
    """Read a file; raises BadFile with one line for the person who gave it."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise BadFile(
                _("%(file)s is larger than any attendance report (64 MiB).") % {"file": path}
            )
        with path.open("rb") as raw:
            start = raw.read(8)
    except OSError as error:
        raise BadFile(f"{path} cannot be read ({error.strerror or error}).") from None
    if start.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return _table_of_workbook(path)
    return _table_of_text(RecordFile(path))


def text_of(path: Path) -> str:
    """Return a whole text file, its encoding recognised; raises BadFile."""
    file = RecordFile(path)
    text = "\n".join(line for _number, line in file)
    if file.broken:
        raise BadFile(_("%(file)s is damaged (%(why)s).") % {"file": path, "why": file.broken})
    return text


def _table_of_text(file: RecordFile) -> Table:
    table = Table()
    file.encoding = table.encoding = _wide_encoding(file.path) or file.encoding
    # Lines of very old programs end in a carriage return alone.
    lines = [(number, part) for number, text in file for part in text.split("\r")]
    if file.broken:
        table.bad.append(BadLine(file.last_line + 1, BadRow(file.broken)))
    unended = bool(file.broken) or not _ends_with_line_end(file)
    separator = _separator_of([text for _number, text in lines[:50]])
    for line, text in _joined(lines):
        if line in file.undecodable:
            table.bad.append(BadLine(line, BadRow(f"not {file.encoding} text")))
            continue
        try:
            cells = [cell.strip() for cell in _cells(text, separator)]
        except csv.Error as error:
            table.bad.append(BadLine(line, BadRow("not CSV", str(error))))
            continue
        table.rows.append(Row(line, cells))
    if unended and table.rows:
        table.rows[-1] = table.rows[-1]._replace(cut=True)
    return table


def _wide_encoding(path: Path) -> str | None:
    """Recognise UTF-16 without a mark, also where it begins in Chinese: no other text has zeros."""
    with path.open("rb") as raw:
        sample = raw.read(SAMPLE_BYTES)
    low, high = sample[1::2].count(0), sample[0::2].count(0)
    if sample.startswith((b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b")) or not low + high:
        return None
    return "utf-16-le" if low > high else "utf-16-be"


def _ends_with_line_end(file: RecordFile) -> bool:
    width = 2 if "16" in file.encoding else 1
    with file.path.open("rb") as raw:
        raw.seek(max(0, file.size - width))
        return raw.read().strip(b"\x00") in (b"\n", b"\r")


def _joined(lines: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Put together a quoted cell that runs over a few lines; a lone quote stays on its line."""
    index = 0
    while index < len(lines):
        number, text = lines[index]
        index += 1
        if text.count('"') % 2:
            more = lines[index : index + MOST_JOINED_LINES]
            whole = text
            for used, (_number, following) in enumerate(more, start=1):
                whole += "\n" + following
                if following.count('"') % 2:
                    text, index = whole, index + used
                    break
        yield number, text


def _cells(text: str, separator: str) -> list[str]:
    if text.count('"') % 2 == 0:
        return next(csv.reader([text], delimiter=separator), [])
    return text.split(separator)


def _separator_of(lines: list[str]) -> str:
    """Return the separator of the line that has most of it; a header has no other one."""
    counts = {mark: max((line.count(mark) for line in lines), default=0) for mark in SEPARATORS}
    if counts["\t"] >= 2:
        return "\t"
    for mark in SEPARATORS:
        if counts[mark] >= 2 and counts[mark] >= counts[","]:
            return mark
    return ","


def _table_of_workbook(path: Path) -> Table:
    _refuse_bomb(path)
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(path)
        sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
        grids = [sheet.to_python(skip_empty_area=False) for sheet in sheets]
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError):
        raise BadFile(_("%(file)s is no workbook that can be read.") % {"file": path}) from None
    fullest = max(grids, key=lambda grid: sum(map(len, grid)), default=[])
    if not fullest:
        raise BadFile(_("%(file)s is empty.") % {"file": path})
    rows = [
        Row(number, [_written(value) for value in values])
        for number, values in enumerate(fullest, start=1)
    ]
    return Table(rows=rows)


def _refuse_bomb(path: Path) -> None:
    """Refuse a workbook that unpacks to far more than any report, before it is unpacked."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED_BYTES:
            raise BadFile(
                _("%(file)s is larger than any attendance report (64 MiB).") % {"file": path}
            )


def _written(value: object) -> str:
    """Write a cell as a text file would have it; moments in ISO."""
    if isinstance(value, datetime):
        return value.replace(microsecond=0).isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
