"""manage.py report_attendance: who attended a class, as CSV on stdout; it is audited."""

import csv
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from classroom.attendance_report import COLUMNS, attendance_lines, cells_of
from classroom.selectors import class_of_reference
from outbox.services import record_audit


class Command(BaseCommand):
    help = "Writes who attended a class as CSV, one row a person, unmatched ones too."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("live_class", metavar="CLASS", help="id or imported key of the class")

    def handle(self, *args: Any, **options: Any) -> None:
        live_class = class_of_reference(options["live_class"])
        if live_class is None:
            raise CommandError(f"There is no class with the id or key {options['live_class']!r}.")
        lines = attendance_lines(live_class)
        record_audit(
            actor="command:report_attendance",
            action="attendance.report",
            subject=f"class:{live_class.pk}",
            detail={"rows": len(lines)},
        )
        writer = csv.writer(self.stdout._out, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(cells_of(line, live_class.zone) for line in lines)
