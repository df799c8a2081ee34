"""Reads signals and interests of many profiles as columns of numbers, without a Python object a row."""

from collections.abc import Mapping, Sequence

import numpy as np
from django.db import connection

from tracking.models import Interest, Signal
from tracking.scoring import KINDS, SIGNAL

INTEREST = np.dtype(
    [
        ("id", np.int64),
        ("profile", np.int64),
        ("topic", np.int64),
        ("mass", np.float64),
        ("signals", np.int64),
        ("last_us", np.int64),
    ]
)
# An array in PostgreSQL's binary form: 20 bytes that say what it is, then length and value of each.
ARRAY_HEAD = 20
SINCE_2000_US = 946_684_800_000_000


def signal_columns(profile_ids: Sequence[int]) -> np.ndarray:
    """Every signal of the profiles, of dtype SIGNAL, in no particular order: 1 query."""
    cases = "".join(f" WHEN '{kind}' THEN {place}" for place, kind in enumerate(KINDS))
    return _columns(
        SIGNAL,
        Signal._meta.db_table,
        {
            "profile": "profile_id",
            "at_us": _microseconds("at"),
            "strength": "strength",
            "bearing": "coalesce(-topic_id, yardstick_id, 0)",
            "kind": f"CASE kind{cases} END",
            "page": "coalesce(page_id, 0)",
        },
        profile_ids,
    )


def interest_columns(profile_ids: Sequence[int]) -> np.ndarray:
    """Every stored interest of the profiles, of dtype INTEREST, in no particular order: 1 query."""
    return _columns(
        INTEREST,
        Interest._meta.db_table,
        {
            "id": "id",
            "profile": "profile_id",
            "topic": "topic_id",
            "mass": "mass",
            "signals": "signals",
            "last_us": _microseconds("last_at"),
        },
        profile_ids,
    )


def _microseconds(column: str) -> str:
    """What becomes whole microseconds since 1970, exactly."""
    if connection.vendor == "postgresql":
        return column
    return (
        f"strftime('%%s', substr({column}, 1, 19)) * 1000000"
        f" + CAST(substr(substr({column}, 21) || '000000', 1, 6) AS INTEGER)"
    )


def _columns(
    kind: np.dtype, table: str, wanted: Mapping[str, str], profile_ids: Sequence[int]
) -> np.ndarray:
    if connection.vendor == "postgresql":
        return _by_arrays(kind, table, wanted, profile_ids)
    places = ", ".join(["%s"] * len(profile_ids))
    names = ", ".join(wanted[name] for name in kind.names or ())
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {names} FROM {table} WHERE profile_id IN ({places})", list(profile_ids)
        )
        return np.array(cursor.fetchall(), dtype=kind)


def _by_arrays(
    kind: np.dtype, table: str, wanted: Mapping[str, str], profile_ids: Sequence[int]
) -> np.ndarray:
    """One array a column in PostgreSQL's binary form, whose bytes are read as they are."""
    names = kind.names or ()
    arrays = ", ".join(
        f"array_send(array_agg(({wanted[name]})::{_cast(name, kind)}))" for name in names
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), {arrays} FROM {table} WHERE profile_id = ANY(%s)",
            [list(profile_ids)],
        )
        number, *columns = cursor.fetchone()
    found = np.empty(number, dtype=kind)
    for name, column in zip(names if number else (), columns, strict=False):
        element = np.dtype([("length", ">i4"), ("value", kind[name].newbyteorder(">"))])
        found[name] = np.frombuffer(column, dtype=element, offset=ARRAY_HEAD)["value"]
        if name.endswith("_us"):
            found[name] += SINCE_2000_US
    return found


def _cast(name: str, kind: np.dtype) -> str:
    if name.endswith("_us"):
        return "timestamptz"  # whose binary form is microseconds since 2000
    return "float8" if kind[name].kind == "f" else "bigint"
