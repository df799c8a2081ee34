"""Builds every lead list anew, or checks that what is kept equals such a rebuild."""

from django.core.management.base import BaseCommand, CommandError

from leads.models import LeadList
from leads.services.membership import refresh_lists
from leads.services.rebuild import check_lists, rebuild_lists
from outbox.services import record_audit
from tracking.services.folding import fold_everything

SHOWN = 20


class Command(BaseCommand):
    help = "Rebuild who is on every lead list; --check compares instead and writes nothing."

    def add_arguments(self, parser) -> None:
        """Take --check, or --dry-run, which is the same."""
        parser.add_argument(
            "--check",
            action="store_true",
            help="exit 1 where a rebuild would differ from what is kept",
        )
        parser.add_argument(
            "--dry-run", action="store_true", dest="check", help="the same as --check"
        )

    def handle(self, *args, check: bool, **options) -> None:
        """Follow what waits first, as that is no difference, then compare or rebuild."""

        def progress(lead_list: LeadList) -> None:
            if self.stderr.isatty():
                self.stderr.write(f"{lead_list.slug} ...")

        fold_everything()
        refresh_lists()
        report = (check_lists if check else rebuild_lists)(progress=progress)
        self.stdout.write(
            f"{report.lists} lists, {report.members} memberships"
            + (", compared with a rebuild" if check else f", rebuilt: {report.changed} changed")
        )
        if not check:
            record_audit(actor="command:rebuild_lists", action="lists.rebuilt")
        for line in report.differences[:SHOWN]:
            self.stderr.write(line)
        if report.differences:
            raise CommandError(
                f"{len(report.differences)} differences. `manage.py rebuild_lists` puts them right."
            )
