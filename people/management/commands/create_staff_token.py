"""Makes a bearer token for the staff API and prints it, this once."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from people.models import User
from people.services.staff_tokens import DAYS_AT_MOST, create_staff_token
from people.staff_scopes import Scope


class Command(BaseCommand):
    """Prints the token alone on standard output."""

    help = "Make a token for the staff API: Authorization: Bearer TOKEN"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whose it is, what it is for, and how long it lives."""
        parser.add_argument("username", help="the login whose rights the token has")
        parser.add_argument("--name", default="command line", help="what it is for")
        parser.add_argument(
            "--scopes",
            help=f"what it may be used for, with commas: {', '.join(Scope.values)}; "
            "by default everything the login may do",
        )
        parser.add_argument("--days", type=int, default=90, help=f"1 to {DAYS_AT_MOST}, default 90")

    def handle(
        self, *, username: str, name: str, days: int, scopes: str | None, **options: object
    ) -> None:
        """Create and print."""
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no login “{username}”.")
        try:
            token = create_staff_token(
                user=user,
                name=name[:80],
                days=days,
                scopes=None if scopes is None else [one.strip() for one in scopes.split(",")],
            )
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(token)
