"""What an export takes in a process of its own, beside the same cells out of one flat table."""

import csv
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bench import generated, generated_people
from bench.inside_rescore import timed

COLUMNS = (
    "external_id", "name", "email", "phone", "language", "branch", "source", "entered_at", "heat",
    "tags", "labels", "stage", "owner", "last_active", "agreed_at",
)  # fmt: skip
CELLS = ", ".join(f"c{place}" for place in range(len(COLUMNS)))
BATCH = 2000


def make_export_people(contactable: str) -> dict:
    """So many people who may be in a file, and a flat table of what it holds of them."""
    from django.db import connection

    from leads.selectors.export_statement import export_statement

    generated_people.make_people(int(contactable))
    lead_list, columns, now = _subject("bench")
    statement = export_statement(lead_list, columns, now=now)
    names = f" (person, {CELLS})" if _is_pg() else ""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_flat{names} AS {statement.sql}", statement.params)
    generated.run("ANALYZE")
    return {"rows": generated.value("SELECT count(*) FROM bench_flat")}


def bare_csv() -> dict:
    """The flat table as CSV: by COPY, or by the csv module on SQLite."""
    from django.db import connection

    with _ready() as folder, connection.cursor() as cursor, timed() as figures:
        if _is_pg():
            _copy(cursor, f"COPY bench_flat ({CELLS}) TO STDOUT (FORMAT csv)", folder)
        else:
            with (folder / "bare.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                cursor.execute("SELECT * FROM bench_flat")
                while rows := cursor.fetchmany(BATCH):
                    writer.writerows([row[1:] for row in rows])
    return figures


def bare_joins() -> dict:
    """The statement's joins by COPY, every cell as it is: nothing is guarded, noted or counted."""
    from django.db import connection

    from leads.selectors.export_rows import one_snapshot
    from leads.selectors.export_statement import export_statement

    lead_list, columns, now = _subject("bench")
    statement = export_statement(lead_list, columns, now=now, most=True)
    with _ready() as folder, timed() as figures, one_snapshot(), connection.cursor() as cursor:
        _copy(cursor, f"COPY ({statement.sql}) TO STDOUT (FORMAT csv)", folder, statement.params)
    return figures


def _copy(cursor: Any, copy: str, folder: Path, params: dict | None = None) -> None:
    """What COPY tells, into a file, block by block."""
    with (folder / "bare.csv").open("wb") as file, cursor.copy(copy, params) as blocks:
        for block in blocks:
            file.write(block)


def bare_xlsx() -> dict:
    """XlsxWriter alone: cells that lie in memory, as an export would write them."""
    import xlsxwriter
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM bench_flat")
        rows = [row[1:] for row in cursor.fetchall()]
    options = {"constant_memory": True}
    with (
        _ready() as folder,
        timed() as figures,
        xlsxwriter.Workbook(str(folder / "bare.xlsx"), options) as book,
    ):
        as_text, sheet = book.add_format({"num_format": "@"}), book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell is None:
                    continue
                if isinstance(cell, float):
                    sheet.write_number(number, column, cell)
                else:
                    sheet.write_string(number, column, cell, as_text)
    return figures


def our_file(slug: str, format: str) -> dict:
    """The file alone, out of one snapshot."""
    from leads.selectors.export_rows import (
        can_be_copied,
        copied_lines,
        export_rows,
        one_snapshot,
    )
    from leads.services.export_files import write_file, write_lines

    lead_list, columns, now = _subject(slug)
    with _ready() as folder, timed() as figures, one_snapshot():
        if format == "csv" and can_be_copied(columns):
            with closing(copied_lines(lead_list, columns, now=now, most=True)) as lots:
                lines = (lot.lines for lot in lots)
                _path, rows, _hash = write_lines(folder, header=COLUMNS, lots=lines)
        else:
            with closing(export_rows(lead_list, columns, now=now, most=True)) as found:
                cells = (row for _id, row in found)
                _path, rows, _hash = write_file(folder, format=format, header=COLUMNS, rows=cells)
    return {**figures, "rows": rows}


def our_build(slug: str, format: str) -> dict:
    """The whole build: counts, file, ledger, and the look at everybody's consent at the end."""
    from leads.models import Export, ExportPerson, LeadList
    from leads.services.export_building import build_export
    from leads.services.export_folder import delete_file

    export = Export.objects.create(
        lead_list=LeadList.objects.get(slug=slug), format=format, columns=list(COLUMNS)
    )
    with _ready(), timed() as figures:
        made = build_export(public_id=export.public_id)
    if made is None or made.state != "ready":
        raise RuntimeError(made.problem if made else "no export")
    figures |= {"rows": made.rows, "ledger": ExportPerson.objects.filter(export=made).count()}
    delete_file(made)
    made.delete()
    return figures


def _subject(slug: str) -> tuple:
    """The list, the columns and the moment."""
    from django.utils import timezone

    from leads.export_columns import chosen_columns
    from leads.models import LeadList

    return LeadList.objects.get(slug=slug), chosen_columns(COLUMNS), timezone.now()


@contextmanager
def _ready() -> Iterator[Path]:
    """A folder, and a process that has loaded what it needs before the clock runs."""
    import xlsxwriter  # noqa: F401
    from django.conf import settings
    from django.db import connection

    import leads.services.export_building  # noqa: F401

    connection.ensure_connection()
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
        yield Path(folder)


def _is_pg() -> bool:
    from django.db import connection

    return connection.vendor == "postgresql"


MEASUREMENTS: dict[str, Callable[..., dict]] = {
    one.__name__: one
    for one in (make_export_people, bare_csv, bare_joins, bare_xlsx, our_file, our_build)
}
