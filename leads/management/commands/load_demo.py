"""Loads the demo clinic once, or moves its dates to today; calls the packages' own loaders."""

from django.core.management.base import BaseCommand

from leads.services.demo_lists import load_demo, renew_demo


class Command(BaseCommand):
    help = "Load the demo clinic where no clinic is set up; --renew moves its dates to today."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--renew", action="store_true", help="count its dates from today again")

    def handle(self, *args, renew: bool = False, **options) -> None:
        if renew:
            done = renew_demo()
            self.stdout.write(
                "The demo's dates count from today." if done else "There is no demo here to renew."
            )
        elif load_demo():
            self.stdout.write("The demo clinic is loaded.")
