"""manage.py import_attendance: a meeting room's report for one class, and undoing one."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from classroom.models import AttendanceImport, LiveClass
from classroom.reports.stays import ReportFormat
from classroom.selectors import class_of_reference
from classroom.services.attendance_imports import (
    ImportReport,
    NoSuchImport,
    import_report,
    undo_import,
)
from outbox.progress import Progress
from outbox.records import BadFile, BadRows

ACTOR = "command:import_attendance"


class Command(BaseCommand):
    help = (
        "Imports who attended a class from a report of Zoom, Teams, Google Meet or BigBlueButton, "
        "or from any CSV or XLSX whose columns you name. The same file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "live_class", metavar="CLASS", nargs="?", help="id or imported key of the class"
        )
        parser.add_argument("file", metavar="FILE", type=Path, nargs="?")
        parser.add_argument(
            "--format",
            choices=[format.value for format in ReportFormat],
            help="the room, where it is not recognised rightly",
        )
        parser.add_argument(
            "--columns",
            metavar="name=HEADING,...",
            help="headings of a table: name, first_name, last_name, email, phone, join, leave, "
            "duration",
        )
        parser.add_argument("--undo", metavar="IMPORT", type=int, help="take an import back")
        parser.add_argument("--dry-run", action="store_true", help="read and count, write nothing")
        parser.add_argument("--strict", action="store_true", help="fail if any row is bad")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["undo"] is not None:
            if options["live_class"] or options["file"]:
                raise CommandError("Give a class and a file, or --undo, not both.")
            self._undo(options["undo"], dry_run=options["dry_run"])
            return
        if not options["live_class"] or options["file"] is None:
            raise CommandError("Name a class and a file, or --undo with the number of an import.")
        live_class = class_of_reference(options["live_class"])
        if live_class is None:
            raise CommandError(f"There is no class with the id or key {options['live_class']!r}.")
        try:
            report = self._import(live_class, options)
        except BadFile as error:
            raise CommandError(str(error)) from None
        problems = BadRows(self.stderr._out)
        for bad in report.read.bad:
            problems.add(line=bad.line, problem=bad.problem)
        self._tell(report, problems, dry_run=options["dry_run"])
        if problems.count and options["strict"]:
            raise CommandError(f"{problems.count} bad rows, and --strict was given.")
        if problems.count and not report.read.stays:
            raise CommandError("No row could be taken.")

    def _import(self, live_class: LiveClass, options: dict[str, Any]) -> ImportReport:
        progress = Progress(out=self.stderr._out, label="import_attendance", total=100)
        chosen = options["format"]
        try:
            return import_report(
                live_class=live_class,
                path=options["file"],
                actor=ACTOR,
                format=ReportFormat(chosen) if chosen else None,
                columns=columns_written(options["columns"]) if options["columns"] else None,
                dry_run=options["dry_run"],
                on_progress=lambda done, total, note: progress.show(
                    100 * done // max(total, 1), note
                ),
            )
        finally:
            progress.close()

    def _tell(self, report: ImportReport, problems: BadRows, *, dry_run: bool) -> None:
        counts, would = report.counts, "would be " if dry_run else ""
        self.stdout.write(f"{counts['rows']} rows in a {report.read.format.value} report")
        self.stdout.write(f"  {counts['new']} {would}stored")
        self.stdout.write(f"  {counts['known']} known already")
        self.stdout.write(f"  {counts['bad']} bad")
        self.stdout.write(f"{counts['attendees']} attendees")
        self.stdout.write(
            f"  {counts['matched']} matched with a person, {counts['matched_by_name']} by name"
        )
        self.stdout.write(f"  {counts['unmatched']} unmatched, waiting for a decision")
        self.stdout.write(f"{counts['clipped']} rows clipped to the class")
        self.stdout.write(f"{counts['outside']} rows wholly outside the class")
        for note in report.read.notes:
            self.stdout.write(f"Note: {note}.")
        if problems.count:
            self.stderr.write("\n".join(["Bad rows by reason:", *problems.lines()]))
        if dry_run:
            return
        if report.import_id is not None:
            self.stdout.write(
                f"Import {report.import_id}; to take it back: "
                f"manage.py import_attendance --undo {report.import_id}"
            )
            return
        self.stdout.write("Nothing new to do.")
        if report.earlier_id is not None:
            self.stdout.write(
                f"Import {report.earlier_id} has this file. To take it in anew, undo that first."
            )

    def _undo(self, import_id: int, *, dry_run: bool) -> None:
        if dry_run:
            batch = AttendanceImport.objects.filter(pk=import_id).first()
            if batch is None:
                raise CommandError(f"There is no attendance import {import_id}.")
            self.stdout.write(f"{batch.rows.count()} rows would be deleted")
            return
        try:
            report = undo_import(import_id=import_id, actor=ACTOR)
        except NoSuchImport as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{report.deleted} rows deleted")
        self.stdout.write(f"{report.changed} people have another attendance now")


def columns_written(text: str) -> dict[str, str]:
    """Read `name=Nickname,join=Entered`; a heading with a comma goes in with a backslash."""
    columns = {}
    for part in text.replace("\\,", "\x00").split(","):
        name, equals, heading = part.replace("\x00", ",").partition("=")
        if not equals or not name.strip() or not heading.strip():
            raise CommandError(f"--columns takes name=HEADING pairs; {part!r} is none.")
        columns[name.strip()] = heading.strip()
    return columns
