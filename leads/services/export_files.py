"""Writes rows of people to CSV or XLSX as they come, inert in spreadsheets; it chooses no rows.

A file has a name of its own until it is whole, so that two writers never share one. On an error
nothing stays behind. Memory does not grow with the rows.
"""

import csv
import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from leads.models import ExportFormat
from outbox.safe_cells import csv_cell, without_controls

CELL_LIMIT = 32_767  # characters, Excel's own
BUFFER = 1 << 20


def write_file(
    folder: Path, *, format: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> tuple[Path, int, str]:
    """Write the rows to a new file only its owner may read; return it, their count, its SHA-256."""
    write = _write_csv if format == ExportFormat.CSV else _write_xlsx
    return _written(folder, lambda path: write(path, header, rows))


def write_lines(
    folder: Path, *, header: Sequence[str], lots: Iterable[list[bytes]]
) -> tuple[Path, int, str]:
    """Write lots of guarded lines of CSV, without their ends; the result is like write_file's."""
    return _written(folder, lambda path: _write_lines(path, header, lots))


def _written(folder: Path, write: Callable[[Path], int]) -> tuple[Path, int, str]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f".{secrets.token_hex(8)}.new"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        count = write(path)
        path.chmod(0o600)
        return path, count, _sha256(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """UTF-8 with a byte order mark and CRLF, which is what Excel reads Chinese names from."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
        writer.writerow([csv_cell(cell) for cell in header])
        for count, row in enumerate(rows, start=1):  # noqa: B007  the last count is the result
            writer.writerow(csv_cells(row))
    return count


def csv_cells(row: Sequence[Any]) -> list[str]:
    """The row as text: numbers with two places, everything else as safe_cells has it."""
    return [f"{cell:.2f}" if isinstance(cell, float) else csv_cell(cell) for cell in row]


def _write_lines(path: Path, header: Sequence[str], lots: Iterable[list[bytes]]) -> int:
    """The header by csv, as _write_csv has it, and behind it the lines as they are."""
    _write_csv(path, header, ())
    count = 0
    with path.open("ab", buffering=BUFFER) as file:
        for lot in lots:
            count += len(lot)
            file.write(b"\r\n".join([*lot, b""]))
    return count


def _write_xlsx(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Every text goes in as text (format @), so nothing is a formula and a + stays a +."""
    import xlsxwriter  # only here: every command would pay for it at its start

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "tmpdir": str(path.parent),
    }
    count = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        as_text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True, "num_format": "@"})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(header) - 1, 22)
        for column, cell in enumerate(header):
            sheet.write_string(0, column, str(cell), bold)
        for count, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if cell is None:
                    continue
                if isinstance(cell, int | float):
                    sheet.write_number(count, column, cell)
                else:
                    text = str(cell)
                    if not text.isprintable():
                        text = without_controls(text)
                    text = text[:CELL_LIMIT]
                    sheet.write_string(count, column, text, as_text)
    return count


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
