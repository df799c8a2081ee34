"""What a class is, said to machines: an online event with its moment, its teachers and its places."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from classroom.models import LiveClass
from cms.structured_data import (
    Node,
    address_of,
    clinic_reference,
    language_tag,
    nodes_of,
    person,
    work,
)

STATUS = "https://schema.org/Event{}"


@nodes_of.register
def class_nodes(page: LiveClass, shown: Mapping[str, Any]) -> list[Node]:
    """A class with a date is an event; one without is only a page. The room's address is nobody's
    but the participants', so the place is the page."""
    if page.starts_at is None:
        return [work(page, shown, "WebPage")]
    address = address_of(page, shown)
    starts_at = page.starts_at.astimezone(page.zone)
    return [
        {
            "@type": "EducationEvent",
            "@id": address,
            "url": address,
            "name": page.title,
            "description": page.search_description or page.standfirst,
            "image": shown.get("share_picture"),
            "inLanguage": language_tag(page.locale.language_code),
            "startDate": starts_at.isoformat(),
            "endDate": (starts_at + timedelta(minutes=page.minutes)).isoformat(),
            "eventStatus": STATUS.format("Cancelled" if page.cancelled_at else "Scheduled"),
            "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
            "location": {"@type": "VirtualLocation", "url": address},
            "organizer": clinic_reference(shown),
            "performer": [person(teacher, shown) for teacher in shown.get("teachers", ())],
            "isAccessibleForFree": True,
            "maximumVirtualAttendeeCapacity": page.capacity,
            "remainingAttendeeCapacity": shown.get("places_left"),
        }
    ]
