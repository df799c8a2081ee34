"""Rebuilds interests from their evidence, or checks that the stored ones equal such a rebuild."""

from django.core.management.base import BaseCommand, CommandError

from outbox.services import record_audit
from tracking.models import Profile
from tracking.services.rebuild import check_interests, rebuild_interests

SHOWN = 20


class Command(BaseCommand):
    help = "Rebuild readings, signals, interests and interest tags from their evidence."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="write nothing; exit 1 where a rebuild would differ from what is stored",
        )
        parser.add_argument(
            "--dry-run", action="store_true", dest="check", help="the same as --check"
        )

    def handle(self, *args, check: bool, **options) -> None:
        total = Profile.objects.count()

        def progress(done: int) -> None:
            if self.stderr.isatty():
                self.stderr.write(f"\r{done} of {total} profiles", ending="")

        report = (check_interests if check else rebuild_interests)(progress=progress)
        if self.stderr.isatty():
            self.stderr.write("")
        self.stdout.write(
            f"{report.profiles} profiles, {report.interests} interests, {report.tags} interest tags"
            + (", compared with a rebuild" if check else ", rebuilt")
        )
        if not check:
            record_audit(actor="command:rebuild_interests", action="interests.rebuilt")
        for line in report.differences[:SHOWN]:
            self.stderr.write(line)
        if report.differences:
            raise CommandError(
                f"{len(report.differences)} differences. `manage.py rebuild_interests` puts them right."
            )
