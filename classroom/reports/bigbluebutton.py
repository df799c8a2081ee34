"""Reads BigBlueButton's JSON: the learning dashboard's data, and the attendees of an event file."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

from classroom.reports.moments import DayOrder, Unreadable, written_moment
from classroom.reports.placing import Placer, Window
from classroom.reports.stays import (
    LONGEST_CONTACT,
    LONGEST_NAME,
    LONGEST_STAY_S,
    BadLine,
    ReportFormat,
    ReportRead,
    Stay,
    plain_text,
)
from outbox.records import BadRow

ORDERS = (DayOrder.YMD, DayOrder.MDY, DayOrder.DMY)


def report_of_json(data: Any, *, window: Window) -> ReportRead | None:
    """Return the report, None if this is no file of BigBlueButton; line numbers count people."""
    found = _people_of(data)
    if found is None:
        return None
    people, ended = found
    report = ReportRead(format=ReportFormat.BIGBLUEBUTTON)
    for number, person in enumerate(people, start=1):
        if not isinstance(person, dict) or not str(person.get("name") or "").strip():
            report.bad.append(BadLine(number, BadRow("neither name nor contact")))
            continue
        name = " ".join(plain_text(str(person["name"])).split())
        contact = next(
            (
                plain_text(str(person[key]))
                for key in ("email", "extId", "ext_user_id", "userId")
                if "@" in str(person.get(key, ""))
            ),
            "",
        )
        if len(name) > LONGEST_NAME or len(contact) > LONGEST_CONTACT:
            report.bad.append(BadLine(number, BadRow("a name or contact that is too long")))
            continue
        for start, end in _spans(person):
            _add(report, number, name, contact, start, end or ended, window)
    return report


def _people_of(data: Any) -> tuple[list, Any] | None:
    if not isinstance(data, dict):
        return None
    for inner in (data, data.get("data"), data.get("activitiesJson")):
        if not isinstance(inner, dict):
            continue
        ended = inner.get("endedOn") or inner.get("finish")
        if isinstance(inner.get("users"), dict):
            return list(inner["users"].values()), ended
        if isinstance(inner.get("attendees"), list):
            return inner["attendees"], ended
    return None


def _spans(person: dict) -> Iterator[tuple[Any, Any]]:
    """Yield (join, leave) as written, whichever generation of the file it is."""
    if isinstance(person.get("joins"), list):
        leaves = person.get("leaves")
        yield from zip_longest(person["joins"], leaves if isinstance(leaves, list) else [])
        return
    devices = person.get("intIds")
    holders = list(devices.values()) if isinstance(devices, dict) and devices else [person]
    for holder in holders:
        if not isinstance(holder, dict):
            continue
        sessions = holder.get("sessions")
        for session in sessions if isinstance(sessions, list) and sessions else [holder]:
            if isinstance(session, dict):
                yield session.get("registeredOn"), session.get("leftOn")


def _add(
    report: ReportRead, line: int, name: str, contact: str, start: Any, end: Any, window: Window
) -> None:
    try:
        joined_at, left_at = _moment(start, window), _moment(end, window)
    except Unreadable:
        report.bad.append(BadLine(line, BadRow("join or leave is no moment")))
        return
    if joined_at is None or left_at is None:
        report.bad.append(BadLine(line, BadRow("no leave time and no end of the meeting")))
    elif left_at < joined_at:
        report.bad.append(BadLine(line, BadRow("left before joining")))
    elif (left_at - joined_at).total_seconds() > LONGEST_STAY_S:
        report.bad.append(BadLine(line, BadRow("longer than two days")))
    else:
        seconds = (left_at - joined_at).total_seconds()
        report.stays.append(Stay(line, name, contact, joined_at, left_at, seconds))


def _moment(value: Any, window: Window) -> datetime | None:
    """Read milliseconds since 1970 or a written moment; nothing and 0 are None."""
    if not value:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / 1000, tz=UTC)
        except (ValueError, OverflowError, OSError):
            raise Unreadable("no such moment") from None
    written = written_moment(str(value))
    return Placer(window=window, moments=[written], usual=ORDERS).one(written)
