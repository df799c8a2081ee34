"""Lets one process at a time change profile rows."""

from django.db import connection

# Any constant of ours will do; it spells "fold" on a telephone keypad.
FOLDING_KEY = 3653


def hold_folding_lock() -> None:
    """Wait for the lock and hold it until the transaction ends.

    On SQLite the IMMEDIATE transaction is that lock already.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLDING_KEY])
