"""Lists dead letters, and gives those named their attempts again."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from outbox.selectors import dead_letters
from outbox.services import replay_effect


class Command(BaseCommand):
    """`replay_effects` lists; `replay_effects 7 9` or `--all` puts them back."""

    help = "List effects that failed for good, and put those named (or --all) back to work."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("effects", nargs="*", type=int, metavar="ID")
        parser.add_argument("--all", action="store_true", help="every dead letter")
        parser.add_argument("--dry-run", action="store_true", help="only list")

    def handle(self, *args, **options) -> None:
        letters = dead_letters().order_by("pk")
        if options["effects"]:
            letters = letters.filter(pk__in=options["effects"])
            missing = set(options["effects"]) - set(letters.values_list("pk", flat=True))
            if missing:
                raise CommandError(f"Not a dead letter: {', '.join(map(str, sorted(missing)))}.")
        replaying = (options["effects"] or options["all"]) and not options["dry_run"]
        for letter in list(letters):
            last = letter.deliveries.order_by("-started_at", "-pk").first()
            self.stdout.write(f"{letter.pk}\t{letter.kind}\t{last.problem if last else ''}")
            if replaying:
                replay_effect(effect_id=letter.pk)
