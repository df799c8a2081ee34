"""Writes the whole installation to one file, while it runs."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ops.backup import CannotCopy, make_backup, planned_size


class Command(BaseCommand):
    """`backup [FILE]`: the path of the finished archive goes to stdout."""

    help = (
        "Write database, media, erasures and the generated key to one archive, as they are at one "
        "moment, while the site runs. The archive holds health data: keep it as safe as the site."
    )
    requires_system_checks = []  # a damaged installation is the one that needs this

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="default: DATA_DIR/backups/...")
        parser.add_argument("--output", type=Path, help="the same as FILE")
        parser.add_argument("--dry-run", action="store_true", help="only say how much it would be")

    def handle(self, *args, **options) -> None:
        if options["dry_run"]:
            media, size = planned_size()
            self.stderr.write(f"{media} media files; at most {_mb(size)} before packing.")
            return
        say = self.stderr.write if sys.stderr.isatty() else lambda text: None
        try:
            made = make_backup(target=options["file"] or options["output"], say=say)
        except (CannotCopy, OSError) as error:
            raise CommandError(f"No backup was made. {error}") from None
        self.stderr.write(
            f"{made.rows} rows, {made.media} media files, {_mb(made.size)}. Restore it with: "
            f"manage.py restore {made.path}"
        )
        self.stdout.write(str(made.path))


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
