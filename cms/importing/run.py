"""Imports a content file whole: which rows are good, which are news, written chunk by chunk."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cms.importing.builders import builder_of, known_types
from cms.importing.rows import ContentRow, parse_row
from cms.importing.writing import Library
from cms.models import ImportedItem
from outbox.records import BadRow, BadRows, RecordFile

# Chunks grow and shrink so that a transaction, which holds SQLite's one writer, stays well under
# 200 ms. Steered by processor time: on a busy machine smaller chunks would only add to the work.
SMALLEST_CHUNK, LARGEST_CHUNK = 5, 20
AIM_S = 0.06


@dataclass
class ContentReport:
    """What an import did, in rows. `repeated` maps keys to how often they occur, if over once."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    repeated: dict[str, int] = field(default_factory=dict)
    broken: str = ""

    @property
    def good(self) -> int:
        """Rows that were taken or had been taken before."""
        return self.created + self.updated + self.unchanged


def import_content(
    *,
    file: RecordFile,
    problems: BadRows,
    dry_run: bool = False,
    on_progress: Callable[[int, str], None] = lambda position, note: None,
) -> ContentReport:
    """Import JSON lines into the library; returns what was done, and puts bad rows in `problems`.

    Each key is written once, as its last good row has it. A second run of the same file writes
    nothing. Each chunk is whole or absent, so a run that was killed can be run again.
    """
    report = ContentReport()
    last_lines = _survey(file, problems=problems, report=report)
    library = Library()
    chunk: list[tuple[int, ContentRow]] = []
    size = SMALLEST_CHUNK
    for number, row in _chosen(file, last_lines):
        chunk.append((number, row))
        if len(chunk) < size:
            continue
        took_s = _write(chunk, library=library, report=report, problems=problems, dry_run=dry_run)
        size = _next_size(size, took_s=took_s)
        chunk = []
        on_progress(file.position, f"line {number}")
    _write(chunk, library=library, report=report, problems=problems, dry_run=dry_run)
    return report


def _survey(file: RecordFile, *, problems: BadRows, report: ContentReport) -> dict[str, int]:
    """Walk the file once: tell the bad rows, return each key's last good line."""
    types = known_types()
    last_lines: dict[str, int] = {}
    times: Counter[str] = Counter()
    for number, text in file:
        if not text.strip():
            continue
        try:
            if number in file.undecodable:
                raise BadRow(f"not {file.encoding} text")
            row = parse_row(text, types=types)
            builder_of(row.type).own_fields(row)
        except BadRow as problem:
            problems.add(line=number, problem=problem)
            continue
        last_lines[row.key] = number
        times[row.key] += 1
    report.repeated = {key: count for key, count in times.items() if count > 1}
    if file.broken:
        report.broken = file.broken
        problems.add(line=file.last_line + 1, problem=BadRow(file.broken))
    return last_lines


def _chosen(file: RecordFile, last_lines: dict[str, int]) -> Iterator[tuple[int, ContentRow]]:
    wanted = set(last_lines.values())
    types = known_types()
    for number, text in file:
        if number in wanted:
            yield number, parse_row(text, types=types)


def _write(
    chunk: list[tuple[int, ContentRow]],
    *,
    library: Library,
    report: ContentReport,
    problems: BadRows,
    dry_run: bool,
) -> float:
    """Write what is new or changed in a chunk; returns the processor seconds its transaction took."""
    known = {
        item.key: item
        for item in ImportedItem.objects.filter(
            key__in=[row.key for _, row in chunk]
        ).select_related("page__content_type", "page__locale")
    }
    prepared = []
    for number, row in chunk:
        item = known.get(row.key)
        if item and item.content_hash == row.content_hash:
            report.unchanged += 1
            continue
        try:
            _check_same_kind(row, item=item)
        except BadRow as problem:
            problems.add(line=number, problem=problem)
            continue
        if item:
            report.updated += 1
        else:
            report.created += 1
        if not dry_run:
            prepared.append(library.prepare(row, known_as=item.pk if item else None))
    started = time.thread_time()
    if prepared:
        library.write(prepared)
    return time.thread_time() - started


def _check_same_kind(row: ContentRow, *, item: ImportedItem | None) -> None:
    if item is None:
        return
    if item.page.content_type.model_class() is not builder_of(row.type).model:
        raise BadRow("the key has a page of another type", row.key)
    if item.page.locale.language_code != row.language:
        raise BadRow("the key has a page in another language", row.key)


def _next_size(size: int, *, took_s: float) -> int:
    """Steer towards chunks of AIM_S: slowly up, fast down; runs that write nothing go large."""
    wished = round(size * min(1.3, AIM_S / max(took_s, 1e-3)))
    return max(SMALLEST_CHUNK, min(LARGEST_CHUNK, wished))
