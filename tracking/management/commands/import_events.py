"""manage.py import_events: a reading history of another system, and undoing one."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from outbox.progress import Progress
from outbox.records import BadFile, BadRows, RecordFile
from tracking.importing.run import EventsReport, NoSuchBatch, import_events, undo_import
from tracking.models import ImportBatch

LONGEST_BASIS = 500


class Command(BaseCommand):
    help = (
        "Imports events from CSV or JSON lines (.gz too): id, person, item, at, kind, seconds, "
        "count. Items are keys of import_content. The same file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument(
            "--consent-basis",
            metavar="TEXT",
            help="on what ground these people may be profiled; it is recorded with each of them",
        )
        parser.add_argument("--source", metavar="NAME", default="", help="the system it is from")
        parser.add_argument("--undo", metavar="BATCH", type=int, help="take a batch back")
        parser.add_argument("--dry-run", action="store_true", help="read and count, write nothing")
        parser.add_argument("--strict", action="store_true", help="fail if any row is bad")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["undo"] is not None:
            if options["file"]:
                raise CommandError("Give a file or --undo, not both.")
            self._undo(options["undo"], dry_run=options["dry_run"])
            return
        basis = (options["consent_basis"] or "").strip()
        if options["file"] is None:
            raise CommandError("Name a file, or --undo with the number of a batch.")
        if not basis:
            raise CommandError(
                "Say with --consent-basis on what ground these people may be profiled."
            )
        if len(basis) > LONGEST_BASIS:
            raise CommandError(f"--consent-basis is longer than {LONGEST_BASIS} characters.")
        problems = BadRows(self.stderr._out)
        try:
            file = RecordFile(options["file"])
            report = self._import(file, basis=basis, problems=problems, options=options)
        except BadFile as error:
            raise CommandError(str(error)) from None
        self._tell(report, problems=problems, dry_run=options["dry_run"])
        if problems.count and options["strict"]:
            raise CommandError(f"{problems.count} bad rows, and --strict was given.")
        if problems.count and not report.good:
            raise CommandError("No row could be taken.")

    def _import(
        self, file: RecordFile, *, basis: str, problems: BadRows, options: dict[str, Any]
    ) -> EventsReport:
        progress = Progress(out=self.stderr._out, label="import_events", total=file.size)
        try:
            return import_events(
                file=file,
                basis=basis,
                source=options["source"].strip(),
                problems=problems,
                dry_run=options["dry_run"],
                on_progress=lambda done, note: progress.show(
                    done if done >= 0 else file.size, note
                ),
            )
        finally:
            progress.close()

    def _tell(self, report: EventsReport, *, problems: BadRows, dry_run: bool) -> None:
        counts, would = report.counts, "would be " if dry_run else ""
        self.stdout.write(f"{counts.stored} events {would}stored")
        self.stdout.write(f"{counts.known} events known already")
        if counts.no_consent:
            self.stdout.write(
                f"{counts.no_consent} events of people without consent to profiling, not stored"
            )
        self.stdout.write(f"{counts.people} people {would}new")
        if problems.count:
            self.stdout.write(f"{problems.count} bad rows")
            self.stderr.write("\n".join(["Bad rows by reason:", *problems.lines()]))
        if dry_run:
            return
        self.stdout.write(f"{report.folded} people folded")
        if report.batch_id is None:
            self.stdout.write("Nothing new to do.")
        else:
            self.stdout.write(
                f"Batch {report.batch_id}; to take it back: "
                f"manage.py import_events --undo {report.batch_id}"
            )

    def _undo(self, batch_id: int, *, dry_run: bool) -> None:
        if dry_run:
            batch = ImportBatch.objects.filter(pk=batch_id).first()
            if batch is None:
                raise CommandError(f"There is no import batch {batch_id}.")
            self.stdout.write(f"{batch.events.count()} events would be deleted")
            return
        try:
            report = undo_import(batch_id=batch_id)
        except NoSuchBatch as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{report.deleted} events deleted")
        self.stdout.write(f"{report.withdrawn} people have no basis for a profile any more")
        self.stdout.write(f"{report.folded} people folded")
