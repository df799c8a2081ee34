"""Writes classes as iCalendar files, right across summer time; it stores nothing."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, Event

from classroom.models import LiveClass

PRODUCT = "-//Wellread//Classes//EN"
#: Added to by every move and cancellation, above whatever number of a revision a file had before.
A_CHANGE = 1_000_000


def calendar_of(
    classes: Iterable[LiveClass], *, name: str = "", join_urls: Mapping[int, str] | None = None
) -> bytes:
    """Return one file of these classes, which have a start, each in its own zone with its rules.

    The UID stays when a class moves, and SEQUENCE grows with every publication, move and
    cancellation, so that a calendar replaces what it has; a cancelled class is marked so. With
    `join_urls`, by the id of a class, its event leads to the personal page instead of the public one.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
    for live_class in classes:
        calendar.add_component(
            _event_of(live_class, join_url=(join_urls or {}).get(live_class.pk, ""))
        )
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _event_of(live_class: LiveClass, *, join_url: str) -> Event:
    start, end = live_class.starts_at, live_class.ends_at
    assert start is not None and end is not None
    event = Event()
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    event.add("uid", f"class-{live_class.pk}@{host}")
    event.add("summary", live_class.title)
    if live_class.standfirst:
        event.add("description", live_class.standfirst)
    event.add("url", join_url or live_class.full_url or settings.BASE_URL)
    event.add("status", "CANCELLED" if live_class.cancelled_at else "CONFIRMED")
    event.add("dtstart", _in_zone(start, live_class.zone))
    event.add("dtend", _in_zone(end, live_class.zone))
    changed_at = live_class.last_published_at or live_class.first_published_at or start
    event.add("dtstamp", changed_at.astimezone(UTC))
    event.add("last-modified", changed_at.astimezone(UTC))
    revision = live_class.live_revision_id or 0
    event.add("sequence", live_class.calendar_changes * A_CHANGE + revision)
    return event


def _in_zone(at: datetime, zone: ZoneInfo) -> datetime:
    """The moment on the class's own clock; UTC needs no rules of a zone."""
    return at.astimezone(UTC if zone.key == "UTC" else zone)
