"""Erases one person everywhere; the confirmation is asked for on a terminal."""

import sys

from django.core.management.base import BaseCommand, CommandError, CommandParser

from people.models import Person
from people.services.access import build_access_report
from people.services.erasure import erase_person


class Command(BaseCommand):
    """`erase_person ID`: by external id or imported key."""

    help = "Erase a person from every table and file. What stays is proof by opaque id."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", help="external id or imported key")
        parser.add_argument("--dry-run", action="store_true", help="only count what is held")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args, **options) -> None:
        person = find_person(options["person"])
        if options["dry_run"]:
            for entry in build_access_report(person=person)["data"]:
                if entry["rows"]:
                    self.stdout.write(f"{entry['model']}\t{len(entry['rows'])}")
            return
        if not options["yes"] and sys.stdin.isatty():
            self.stderr.write(f"This erases {person.external_id} for good.")
            if input("Type yes to go on: ").strip().lower() != "yes":
                raise CommandError("Nothing was erased.")
        counts = erase_person(person=person, actor="command:erase_person")
        for label, number in sorted(counts.items()):
            self.stdout.write(f"{label}\t{number}")


def find_person(name: str) -> Person:
    """Return the person of that external id or imported key; raises CommandError."""
    person = (
        Person.objects.filter(external_id=name).first()
        or Person.objects.filter(imported_key=name).first()
    )
    if person is None:
        raise CommandError("No such person. Give the external id or the imported key.")
    return person
