"""Writes a class as an iCalendar file, right across summer time; it stores nothing."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from classroom.models import LiveClass

PRODUCT = "-//Wellread//Classes//EN"


def calendar_of(live_class: LiveClass, *, host: str, url: str) -> bytes:
    """Return the file; the class has a start. Times are in its own zone, with that zone's rules.

    The UID stays when the class moves, and SEQUENCE grows with every publication, so that a
    calendar replaces what it has; a cancelled class is marked so.
    """
    start, end = live_class.starts_at, live_class.ends_at
    assert start is not None and end is not None
    event = Event()
    event.add("uid", f"class-{live_class.pk}@{host}")
    event.add("summary", live_class.title)
    if live_class.standfirst:
        event.add("description", live_class.standfirst)
    event.add("url", url)
    event.add("status", "CANCELLED" if live_class.cancelled_at else "CONFIRMED")
    event.add("dtstart", _in_zone(start, live_class.zone))
    event.add("dtend", _in_zone(end, live_class.zone))
    changed_at = live_class.last_published_at or live_class.first_published_at or start
    event.add("dtstamp", changed_at.astimezone(UTC))
    event.add("last-modified", changed_at.astimezone(UTC))
    event.add("sequence", live_class.live_revision_id or 0)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _in_zone(at: datetime, zone: ZoneInfo) -> datetime:
    """The moment on the class's own clock; UTC needs no rules of a zone."""
    return at.astimezone(UTC if zone.key == "UTC" else zone)
