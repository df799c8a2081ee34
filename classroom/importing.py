"""Lets content files bring live classes: rows of type `class`."""

from typing import Any
from zoneinfo import ZoneInfo

from classroom.models import LiveClass
from cms.importing.builders import builds
from cms.importing.rows import ContentRow
from outbox.records import BadRow

LONGEST_MINUTES = 24 * 60


@builds("class", model=LiveClass)
def fields_of_class(row: ContentRow) -> dict[str, Any]:
    """Return start, length and time zone; a start without an offset is in the class's zone."""
    name = row.extra.get("time_zone") or "UTC"
    try:
        zone = ZoneInfo(name)
    except (ValueError, KeyError, TypeError, OSError):
        raise BadRow("unknown time_zone", repr(name)) from None
    minutes = row.extra.get("minutes")
    minutes = 60 if minutes is None else minutes
    if type(minutes) is not int or not 0 < minutes <= LONGEST_MINUTES:
        raise BadRow(f"minutes is no whole number from 1 to {LONGEST_MINUTES}", repr(minutes))
    return {
        "starts_at": row.moment("starts_at", zone=zone),
        "minutes": minutes,
        "time_zone": name,
    }
