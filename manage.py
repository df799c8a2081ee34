#!/usr/bin/env python
"""Runs Wellread's management commands; a wrong setting or a database that is down is one line."""

import os
import sys


def main() -> None:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError, ProgrammingError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except (OperationalError, ProgrammingError) as error:
        if "--traceback" in sys.argv:
            raise
        first = (str(error).splitlines() or [""])[0]
        missing = "no such table" in first or "does not exist" in first
        cure = (
            "Run `manage.py migrate` first."
            if missing
            else "Start the database or correct DATABASE_URL; nothing was lost."
        )
        sys.exit(f"The database did not answer: {first}. {cure}")


if __name__ == "__main__":
    main()
