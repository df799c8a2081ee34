"""manage.py import_content: articles, courses, modules and classes from a file of JSON lines."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cms.importing.run import ContentReport, import_content
from outbox.progress import Progress
from outbox.records import BadFile, BadRows, RecordFile


class Command(BaseCommand):
    help = (
        "Imports content from JSON lines (.gz too), one page a line. Required are key, type, "
        "language and title. The same file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="read and count, write nothing")
        parser.add_argument("--strict", action="store_true", help="fail if any row is bad")

    def handle(self, *args: Any, **options: Any) -> None:
        problems = BadRows(self.stderr._out)
        try:
            file = RecordFile(options["file"])
        except BadFile as error:
            raise CommandError(str(error)) from None
        if file.start.startswith("["):
            raise CommandError(
                f"{file.path} is one JSON array; import_content takes one JSON object a line."
            )
        progress = Progress(out=self.stderr._out, label="import_content", total=file.size)
        try:
            report = import_content(
                file=file,
                problems=problems,
                dry_run=options["dry_run"],
                on_progress=progress.show,
            )
        finally:
            progress.close()
        self._tell(report, problems=problems, dry_run=options["dry_run"])
        if problems.count and options["strict"]:
            raise CommandError(f"{problems.count} bad rows, and --strict was given.")
        if problems.count and not report.good:
            raise CommandError("No row could be taken.")

    def _tell(self, report: ContentReport, *, problems: BadRows, dry_run: bool) -> None:
        would = "would be " if dry_run else ""
        self.stdout.write(f"{report.created} pages {would}created")
        self.stdout.write(f"{report.updated} pages {would}updated")
        self.stdout.write(f"{report.unchanged} pages unchanged")
        more = sum(report.repeated.values()) - len(report.repeated)
        if more:
            keys = ", ".join(f"{key} ({count} times)" for key, count in _first(report.repeated))
            self.stdout.write(
                f"{more} rows repeat a key of this file, and the last one counts: {keys}"
            )
        if problems.count:
            self.stdout.write(f"{problems.count} bad rows")
            self.stderr.write("\n".join(["Bad rows by reason:", *problems.lines()]))
        if not report.created + report.updated:
            self.stdout.write("Nothing new to do.")


def _first(repeated: dict[str, int], limit: int = 5) -> list[tuple[str, int]]:
    return sorted(repeated.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
