"""Imports an event file whole and undoes a batch; folds the people it touched before it returns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from cms.models import ImportedItem
from outbox.records import BadRow, BadRows, RecordFile
from outbox.services import record_audit
from people.services.consent import replace_import_basis, undo_import_basis
from tracking.importing.identity import RowKeys
from tracking.importing.rows import RowReader
from tracking.importing.writing import BatchWriter, Counts
from tracking.models import ImportBatch
from tracking.services.imports import refold_people

CHUNK = 1000
PEOPLE_A_SLICE = 8
ACTOR = "command:import_events"
Progress = Callable[[int, str], None]


@dataclass
class EventsReport:
    """What an import did; `batch_id` is None where nothing was new, `folded` counts people."""

    counts: Counts = field(default_factory=Counts)
    batch_id: int | None = None
    folded: int = 0

    @property
    def good(self) -> int:
        """Rows that could be read and belong to known items."""
        return self.counts.stored + self.counts.known + self.counts.no_consent


class NoSuchBatch(Exception):
    """The batch to undo does not exist."""


def import_events(
    *,
    file: RecordFile,
    basis: str,
    source: str,
    problems: BadRows,
    dry_run: bool = False,
    on_progress: Progress = lambda done, note: None,
) -> EventsReport:
    """Store what is new in a file, fold it, and return what was done; raises BadFile.

    Rows of people who refused or withdrew profiling are counted and not stored. A second run
    stores nothing; after a run that was killed it stores and folds the rest.
    """
    writer = BatchWriter(
        file_name=file.path.name, file_hash=file.sha256(), source=source, basis=basis
    )
    keys = RowKeys(source=source)
    chunk = []

    def on_bad(line: int, problem: BadRow) -> None:
        problems.add(line=line, problem=problem)

    pages = dict(ImportedItem.objects.values_list("key", "page_id"))
    handle = writer.count if dry_run else writer.write
    for row in RowReader(file, pages=pages, now=timezone.now()).rows(on_bad):
        chunk.append((keys.key_of(row), row))
        if len(chunk) == CHUNK:
            handle(chunk)
            chunk = []
            on_progress(file.position, f"line {row.line}")
    handle(chunk)
    report = EventsReport(counts=writer.counts)
    if not dry_run:
        report.batch_id = writer.batch.pk if writer.batch else None
        report.folded = _finish(writer, problems=problems, on_progress=on_progress)
    return report


def _finish(writer: BatchWriter, *, problems: BadRows, on_progress: Progress) -> int:
    """Fold the people of this batch and of batches whose run was killed, and close them."""
    open_batches = list(ImportBatch.objects.filter(finished_at=None, undone_at=None))
    people = set(writer.touched)
    for batch in open_batches:
        if writer.batch is None or batch.pk != writer.batch.pk:
            people |= _people_of(batch)
    total = max(len(people), 1)
    folded = refold_people(
        person_ids=sorted(people),
        progress=lambda done: on_progress(-1, f"folding {done} of {total} people"),
    )
    for batch in open_batches:
        if writer.batch is not None and batch.pk == writer.batch.pk:
            batch.counts = {**vars(writer.counts), "bad": problems.count}
        batch.finished_at = timezone.now()
        batch.save(update_fields=["finished_at", "counts"])
    if writer.batch is not None:
        record_audit(
            actor=ACTOR,
            action="events.import",
            subject=f"batch:{writer.batch.pk}",
            detail={"file_hash": writer.file_hash, **vars(writer.counts)},
        )
    return folded


@dataclass
class UndoReport:
    """What an undo did: rows deleted, people whose only basis it was, people folded again."""

    deleted: int = 0
    withdrawn: int = 0
    folded: int = 0


def undo_import(*, batch_id: int, on_progress: Progress = lambda done, note: None) -> UndoReport:
    """Delete a batch's rows, take its basis back from people who had no other, fold the others.

    Raises NoSuchBatch. A second call finds nothing left to do.
    """
    batch = ImportBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise NoSuchBatch(f"There is no import batch {batch_id}.")
    report = UndoReport()
    people = _people_of(batch)
    elsewhere = _other_batches(batch, people=people)
    for other in set(elsewhere.values()):
        if other.file_hash != batch.file_hash:
            replace_import_basis(
                people=[person for person, held in elsewhere.items() if held == other],
                old_file_hash=batch.file_hash,
                basis=other.basis,
                file_hash=other.file_hash,
            )
    report.deleted = batch.events.count()
    # A few people at a time, and each of them whole, so that a killed undo can be run again.
    for some in _slices(people - set(elsewhere)):
        report.withdrawn += len(undo_import_basis(file_hash=batch.file_hash, people=some))
    for some in _slices(people):
        with transaction.atomic():
            batch.events.filter(person_id__in=some).delete()
            report.folded += refold_people(person_ids=some)
        on_progress(report.folded, "people folded")
    if batch.undone_at is None:
        batch.undone_at = timezone.now()
        batch.save(update_fields=["undone_at"])
        record_audit(
            actor=ACTOR,
            action="events.undo",
            subject=f"batch:{batch.pk}",
            detail={"deleted": report.deleted, "withdrawn": report.withdrawn},
        )
    return report


def _slices(people: set[int]) -> Iterator[list[int]]:
    ordered = sorted(people)
    for start in range(0, len(ordered), PEOPLE_A_SLICE):
        yield ordered[start : start + PEOPLE_A_SLICE]


def _people_of(batch: ImportBatch) -> set[int]:
    return set(batch.events.order_by().values_list("person_id", flat=True).distinct())


def _other_batches(batch: ImportBatch, *, people: set[int]) -> dict[int, ImportBatch]:
    """Return person id to another batch, not undone, that has rows of theirs; the newest one."""
    found: dict[int, ImportBatch] = {}
    for other in ImportBatch.objects.filter(undone_at=None).exclude(pk=batch.pk).order_by("pk"):
        found |= dict.fromkeys(people & _people_of(other), other)
    return found
