"""A class says to machines when it is, with whom, and nothing about its room."""

import json
import re
from datetime import UTC, datetime

import pytest

from tests.factories import content
from tests.factories.classroom import live_class

pytestmark = pytest.mark.django_db


def event_at(client, url: str) -> dict | None:
    html = client.get(url).content.decode()
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    nodes = json.loads(block)["@graph"]
    return next((node for node in nodes if node["@type"] == "EducationEvent"), None)


def test_class_is_an_event_on_the_clock_of_its_zone(client):
    teacher = content.clinician("Dr Shen")
    page = live_class(
        time_zone="Asia/Shanghai", minutes=45, room_url="https://room.example/secret", capacity=10
    )
    page.clinicians.set([teacher])
    page.save()
    event = event_at(client, page.url)
    assert event["startDate"] == "2026-03-06T02:00:00+08:00"
    assert event["endDate"] == "2026-03-06T02:45:00+08:00"
    assert event["eventStatus"] == "https://schema.org/EventScheduled"
    assert event["eventAttendanceMode"] == "https://schema.org/OnlineEventAttendanceMode"
    assert event["location"] == {"@type": "VirtualLocation", "url": page.full_url}
    assert [person["name"] for person in event["performer"]] == ["Dr Shen"]
    assert event["remainingAttendeeCapacity"] == 10
    assert "room.example" not in client.get(page.url).content.decode()


def test_cancelled_class_says_so(client):
    page = live_class(cancelled_at=datetime(2026, 3, 1, tzinfo=UTC))
    assert event_at(client, page.url)["eventStatus"] == "https://schema.org/EventCancelled"


def test_class_without_a_date_is_no_event(client):
    assert event_at(client, live_class(starts_at=None).url) is None
