"""manage.py import_device_results: what a device of the clinic measured, as evidence of interest."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from outbox.records import BadFile, BadRows, RecordFile
from tracking.importing.device_results import import_results, undo_results

LONGEST_DEVICE = 80


class Command(BaseCommand):
    help = (
        "Imports results of a device from CSV: person (imported key or opaque id), topic (slug), "
        "value, at. Only of people who agreed to profiling. The same file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--device", required=True, metavar="NAME", help="what measured it")
        parser.add_argument("--undo", action="store_true", help="take this file's results back")
        parser.add_argument("--dry-run", action="store_true", help="read and count, write nothing")
        parser.add_argument("--strict", action="store_true", help="fail if any row is bad")

    def handle(self, *args: Any, **options: Any) -> None:
        device = options["device"].strip()
        if not device or len(device) > LONGEST_DEVICE:
            raise CommandError(f"--device wants a name of at most {LONGEST_DEVICE} characters.")
        if options["undo"] and options["dry_run"]:
            raise CommandError("Give --undo or --dry-run, not both.")
        problems = BadRows(self.stderr._out)
        try:
            good = self._run(RecordFile(options["file"]), device, problems, options)
        except BadFile as error:
            raise CommandError(str(error)) from None
        if problems.count:
            self.stderr.write("\n".join(["Bad rows by reason:", *problems.lines()]))
            if options["strict"] or not good:
                raise CommandError(f"{problems.count} bad rows.")

    def _run(
        self, file: RecordFile, device: str, problems: BadRows, options: dict[str, Any]
    ) -> int:
        facts: dict[str, Any] = {"device": device, "problems": problems, "now": timezone.now()}
        if options["undo"]:
            taken = undo_results(file=file, **facts)
            self.stdout.write(f"{taken} results taken back")
            return taken
        report = import_results(file=file, dry_run=options["dry_run"], **facts)
        would = "would be " if options["dry_run"] else ""
        self.stdout.write(f"{report.stored} results {would}stored")
        self.stdout.write(f"{report.known} results known already")
        if report.no_consent:
            self.stdout.write(
                f"{report.no_consent} results of people without consent to profiling, not stored"
            )
        return report.stored + report.known + report.no_consent
