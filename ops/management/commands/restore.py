"""Puts a backup in the place of this installation."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ops.backup import BadArchive, CannotCopy, check_archive, restore_backup


class Command(BaseCommand):
    """`restore FILE`: asks on a terminal; what stood there is kept as a backup of its own."""

    help = (
        "Replace database and media by those of a backup, migrate them to this version, and erase "
        "and take back again what was since. Stop Wellread first."
    )
    requires_system_checks = []  # a damaged installation is the one that needs this

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only read and prove the file")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument(
            "--no-keep", action="store_true", help="make no backup of what stands here now"
        )

    def handle(self, *args, **options) -> None:
        say = self.stderr.write if sys.stderr.isatty() else lambda text: None
        try:
            if options["dry_run"]:
                manifest = check_archive(options["file"], say=say)
                self.stderr.write(
                    f"A sound backup of {manifest.made_at}: {sum(manifest.rows.values())} rows, "
                    f"{len(manifest.files)} files. Nothing was changed."
                )
                return
            if not options["yes"] and sys.stdin.isatty():
                self.stderr.write(f"This replaces everything here by {options['file']}.")
                if input("Type yes to go on: ").strip().lower() != "yes":
                    raise CommandError("Nothing was changed.")
            done = restore_backup(options["file"], say=say, keep=not options["no_keep"])
        except (BadArchive, CannotCopy, OSError) as error:
            raise CommandError(str(error)) from None
        self.stderr.write(
            f"Back at {done.made_at}: {done.rows} rows, {done.media} media files; "
            f"{done.erased_again} erased again, {done.withdrawn_again} consents taken back again, "
            f"{done.paused_again} pauses repeated."
        )
        if done.kept:
            self.stderr.write(f"What stood here is in {done.kept}")
