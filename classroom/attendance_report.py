"""The staff's list of who attended a class, one row a human, those nobody knows yet too; reads only."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from classroom.attendance_sources import (
    Faces,
    evidence_of,
    evidence_of_waiting,
    faces_of,
    terms_of,
)
from classroom.models import Attendance, LiveClass, ReportAttendee
from classroom.verdict import Evidence, Terms, outcome_of
from people.models import ContactPoint, Person

COLUMNS = (
    "name",
    "contact",
    "person",
    "first_join",
    "last_leave",
    "live_seconds",
    "replay_seconds",
    "share",
    "attended",
    "sources",
)
CHUNK = 500


class Line(NamedTuple):
    """One human; moments are None for who was in the room, but not during the class."""

    name: str
    contact: str
    person: str
    first_join: datetime | None
    last_leave: datetime | None
    live_seconds: float
    replay_seconds: float
    share: float
    attended: bool
    sources: tuple[str, ...]


def attendance_lines(live_class: LiveClass) -> list[Line]:
    """Return the lines by first join, then name; the queries do not grow with each person."""
    faces = Faces(faces_of(live_class))
    named = {
        row.pk: row for row in ReportAttendee.objects.filter(live_class=live_class).order_by("pk")
    }
    lines = [*_known_lines(live_class, faces, named), *_waiting_lines(live_class, faces, named)]
    latest = datetime.max.replace(tzinfo=ZoneInfo("UTC"))
    return sorted(lines, key=lambda line: (line.first_join or latest, line.name, line.contact))


def _known_lines(
    live_class: LiveClass, faces: Faces, named: dict[int, ReportAttendee]
) -> Iterator[Line]:
    rows = {row.person_id: row for row in Attendance.objects.filter(live_class=live_class)}
    reported: dict[int, ReportAttendee] = {}
    for face, person_id in faces.people.items():
        reported.setdefault(person_id, named[face])
    absent = sorted(set(reported) - set(rows))
    evidence = evidence_of(live_class, absent, faces=faces) if absent else {}
    contacts = _contacts_of([*rows, *absent])
    for person in _people([*rows, *absent]):
        face = reported.get(person.pk)
        name = person.display_name or (face.name if face else "")
        contact = (face.contact if face else "") or contacts.get(person.pk, "")
        key = person.imported_key or person.external_id
        row = rows.get(person.pk)
        if row is None:
            sources = tuple(sorted(evidence.get(person.pk, Evidence()).sources))
            yield Line(name, contact, key, None, None, 0.0, 0.0, 0.0, False, sources)
        else:
            yield Line(
                name,
                contact,
                key,
                row.first_join,
                row.last_leave,
                row.live_seconds,
                row.replay_seconds,
                row.share,
                row.attended,
                tuple(row.sources),
            )


def _waiting_lines(
    live_class: LiveClass, faces: Faces, named: dict[int, ReportAttendee]
) -> Iterator[Line]:
    terms: Terms | None = terms_of(live_class)
    if terms is None:
        return
    for leader, evidence in evidence_of_waiting(faces).items():
        outcome = outcome_of(evidence, terms)
        face = named[leader]
        yield Line(
            face.name,
            face.contact,
            "",
            outcome.first_join,
            outcome.last_leave,
            outcome.live_seconds,
            outcome.replay_seconds,
            outcome.share,
            outcome.attended,
            outcome.sources,
        )


def _people(ids: list[int]) -> Iterator[Person]:
    for start in range(0, len(ids), CHUNK):
        yield from Person.objects.filter(pk__in=ids[start : start + CHUNK])


def _contacts_of(ids: list[int]) -> dict[int, str]:
    """Return person id to their oldest verified contact."""
    found: dict[int, str] = {}
    for start in range(0, len(ids), CHUNK):
        points = ContactPoint.objects.filter(
            person_id__in=ids[start : start + CHUNK], verified_at__isnull=False
        ).order_by("verified_at", "pk")
        for person, value in points.values_list("person_id", "value"):
            found.setdefault(person, value)
    return found


def cells_of(line: Line, zone: ZoneInfo) -> list[str]:
    """Write a line as text: ISO moments in the class's zone, seconds whole where they are."""
    return [
        _inert(line.name),
        _inert(line.contact),
        line.person,
        *(
            at.astimezone(zone).isoformat(timespec="seconds") if at else ""
            for at in (line.first_join, line.last_leave)
        ),
        _number(line.live_seconds, 3),
        _number(line.replay_seconds, 3),
        _number(line.share, 6),
        "true" if line.attended else "false",
        ";".join(line.sources),
    ]


def _inert(text: str) -> str:
    """Keep what a participant called themselves from being a formula in a spreadsheet."""
    is_number = text.startswith("+") and text[1:].isdigit()
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") and not is_number else text


def _number(value: float, digits: int) -> str:
    rounded = round(value, digits)
    return str(int(rounded)) if rounded == int(rounded) else str(rounded)
