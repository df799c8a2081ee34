"""Wagtail's command of this name, which here goes on when one page may not go live."""

from typing import Any

from django.utils import timezone
from wagtail.management.commands import publish_scheduled

from cms.services.scheduling import publish_due


class Command(publish_scheduled.Command):
    help = "Publish what is due and take down what is over; name what may not go live, and why."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one round; with --dryrun say as Wagtail does what it would be."""
        if options["dryrun"]:
            super().handle(*args, **options)
            return
        done = publish_due(now=timezone.now())
        for page_id, reason in done.held_back.items():
            self.stderr.write(f"page {page_id} waits: {reason}")
