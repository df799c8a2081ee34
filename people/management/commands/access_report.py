"""Writes everything held about one person as one JSON file, and notes that it did."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from outbox.services import record_audit
from people.management.commands.erase_person import find_person
from people.services.access import build_access_report


class Command(BaseCommand):
    """`access_report ID [--output FILE]`."""

    help = "Write everything held about a person as one JSON file, to stdout or --output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", help="external id or imported key")
        parser.add_argument("--output", type=Path, help="a file to write instead of stdout")

    def handle(self, *args, **options) -> None:
        person = find_person(options["person"])
        report = json.dumps(build_access_report(person=person), ensure_ascii=False, indent=2)
        if options["output"] is None:
            self.stdout.write(report)
        else:
            try:
                options["output"].write_text(report + "\n", encoding="utf-8")
            except OSError as error:
                raise CommandError(
                    f"{options['output']} cannot be written ({error.strerror})."
                ) from None
        record_audit(
            actor="command:access_report",
            action="access_report",
            subject=f"person:{person.external_id}",
        )
