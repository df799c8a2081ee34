"""Reads an attendance report of any known room into stays; it writes nothing and asks nobody."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom.reports import bigbluebutton
from classroom.reports.actions import stays_of_actions
from classroom.reports.columns import NAMEABLE, Column, has_original_names, plain_heading
from classroom.reports.moments import DayOrder, Unreadable, Written, seconds_written, written_moment
from classroom.reports.placing import Placer, Window
from classroom.reports.sections import (
    Meeting,
    Section,
    cells_by_column,
    format_of,
    sections_of,
    waits,
)
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
from classroom.reports.tables import Table, table_of, text_of
from outbox.records import BadFile, BadRow, RecordFile

RENAMED = re.compile(r"^(?P<shown>.+?)\s*[(（](?P<original>.+)[)）]$", re.DOTALL)
# The order of day and month that decides where the class's day fits both ways.
USUAL_ORDER = {
    ReportFormat.ZOOM: (DayOrder.MDY, DayOrder.DMY, DayOrder.YMD),
    ReportFormat.TEAMS: (DayOrder.MDY, DayOrder.DMY, DayOrder.YMD),
    ReportFormat.MEET: (DayOrder.MDY, DayOrder.DMY, DayOrder.YMD),
    ReportFormat.BIGBLUEBUTTON: (DayOrder.MDY, DayOrder.DMY, DayOrder.YMD),
    ReportFormat.TABLE: (DayOrder.DMY, DayOrder.MDY, DayOrder.YMD),
}
# Rows of these rooms are single stays: their duration is rounded, and the times are better.
SINGLE_STAYS = {ReportFormat.ZOOM, ReportFormat.TEAMS}


class UnknownHeading(BadFile):
    """The file is a table, but no row of it is a heading that is known."""


@dataclass(slots=True)
class RawStay:
    """A row whose cells could be read, before its moments are put on the time line."""

    line: int
    name: str
    original_name: str
    contact: str
    joined: Written | None
    left: Written | None
    seconds: float | None
    step_s: float
    single: bool


def read_report(
    path: Path,
    *,
    window: Window,
    format: ReportFormat | None = None,
    columns: Mapping[str, str] | None = None,
) -> ReportRead:
    """Return every stay and every bad row of a report; raises BadFile.

    `columns` names the headings of a table that is not recognised, as `{"name": "Nickname"}`.
    Times without an offset are in the window's zone.
    """
    if not path.exists():
        raise BadFile(_("%(file)s does not exist.") % {"file": path})
    if not path.is_file():
        raise BadFile(_("%(file)s is no file.") % {"file": path})
    if is_json(path):
        return _read_json(path, window=window)
    table = table_of(path)
    if columns:
        sections, meeting = [_named_section(table, columns)], Meeting()
    else:
        sections, meeting = sections_of(table.rows)
    if not sections:
        raise UnknownHeading(
            f"{path} has no heading of an attendance report. Name its columns with --columns, "
            "such as --columns name=Nickname,join=Entered,leave=Left."
        )
    report = ReportRead(
        format=format or (ReportFormat.TABLE if columns else format_of(sections)),
        encoding=table.encoding,
    )
    report.bad.extend(table.bad)
    raw_stays = _raw_stays(sections, report)
    _place(raw_stays, meeting=meeting, window=window, report=report)
    stays_of_actions(sections, meeting=meeting, window=window, report=report)
    report.bad.sort(key=lambda bad: bad.line)
    report.stays.sort(key=lambda stay: stay.line)
    if not report.rows:
        raise BadFile(_("%(file)s has a heading and no rows.") % {"file": path})
    return report


def is_json(path: Path) -> bool:
    """Whether a file begins like JSON; raises BadFile where it cannot be read."""
    try:
        with path.open("rb") as raw:
            start = raw.read(64).replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    except OSError as error:
        raise BadFile(f"{path} cannot be read ({error.strerror or error}).") from None
    return start[:1] in (b"{", b"[")


def _read_json(path: Path, *, window: Window) -> ReportRead:
    try:
        data = json.loads(text_of(path))
    except (ValueError, RecursionError):
        raise BadFile(
            _("%(file)s looks like JSON and is damaged or cut off.") % {"file": path}
        ) from None
    report = bigbluebutton.report_of_json(data, window=window)
    if report is None:
        raise BadFile(
            _("%(file)s is JSON, but no learning dashboard or event file of BigBlueButton.")
            % {"file": path}
        )
    report.encoding = RecordFile(path).encoding
    return report


def _named_section(table: Table, columns: Mapping[str, str]) -> Section:
    """Find the heading that has all the columns a person named; raises BadFile."""
    known = {column.value: column for column in NAMEABLE}
    unknown = [name for name in columns if name not in known]
    if unknown:
        raise BadFile(f"--columns knows {', '.join(known)}; not {', '.join(unknown)}.")
    wanted = {known[name]: plain_heading(heading) for name, heading in columns.items()}
    if not wanted.keys() & {Column.NAME, Column.FIRST_NAME, Column.EMAIL, Column.PHONE}:
        raise BadFile("--columns must say who: name=, first_name=, email= or phone=.")
    if not wanted.keys() & {Column.JOIN, Column.DURATION}:
        raise BadFile("--columns must say when: join= and leave=, or duration=.")
    for index, row in enumerate(table.rows):
        headings = [plain_heading(cell) for cell in row.cells]
        if all(heading in headings for heading in wanted.values()):
            places = {column: headings.index(heading) for column, heading in wanted.items()}
            rows = [row for row in table.rows[index + 1 :] if any(row.cells)]
            return Section(places, row.cells, rows)
    missing = ", ".join(repr(heading) for heading in columns.values())
    raise BadFile(f"No line of the file has the headings {missing}.")


def _raw_stays(sections: list[Section], report: ReportRead) -> list[RawStay]:
    """Read the rows of all lists; one line a person counts only for who has no single stays."""
    lists = [section for section in sections if Column.ACTION not in section.columns]
    detailed = [section for section in lists if section.has_intervals]
    summaries = [section for section in lists if not section.has_intervals]
    found = [one for section in detailed for one in _raw_of(section, report, bad=report.bad)]
    if not detailed:
        return [one for section in summaries for one in _raw_of(section, report, bad=report.bad)]
    known = {_who(one) for one in found}
    for section in summaries:
        found.extend(one for one in _raw_of(section, report, bad=[]) if _who(one) not in known)
    return found


def _who(raw: RawStay) -> str:
    return raw.contact.casefold() or raw.name.casefold()


def _raw_of(section: Section, report: ReportRead, *, bad: list[BadLine]) -> list[RawStay]:
    found, waiting = [], 0
    renames = report.format == ReportFormat.ZOOM and has_original_names(section.heading)
    unit_s = 1.0 if re.search(r"second|sekunde|秒", _heading(section, Column.DURATION)) else 60.0
    single = report.format in SINGLE_STAYS and Column.JOIN in section.columns
    for row in section.rows:
        try:
            values = cells_by_column(section, row)
            if waits(values):
                waiting += 1
                continue
            found.append(_raw_stay(row.line, values, unit_s=unit_s, renames=renames, single=single))
        except BadRow as problem:
            bad.append(BadLine(row.line, problem))
    if waiting:
        report.notes.append(
            ngettext(
                "%(count)d row of the waiting room is not counted",
                "%(count)d rows of the waiting room are not counted",
                waiting,
            )
            % {"count": waiting}
        )
    return found


def _heading(section: Section, column: Column) -> str:
    place = section.columns.get(column)
    return "" if place is None else plain_heading(section.heading[place])


def _raw_stay(
    line: int, values: Mapping[Column, str], *, unit_s: float, renames: bool, single: bool
) -> RawStay:
    name, original = name_of(values), ""
    if renames and (found := RENAMED.match(name)):
        original = found["original"].strip()
    contact = values.get(Column.EMAIL) or values.get(Column.PHONE) or ""
    if not contact and "@" in values.get(Column.UPN, ""):
        contact = values[Column.UPN]
    contact = plain_text(contact)
    if not name and not contact:
        raise BadRow("neither name nor contact")
    if len(name) > LONGEST_NAME or len(contact) > LONGEST_CONTACT:
        raise BadRow("a name or contact that is too long")
    joined = values.get(Column.JOIN) or values.get(Column.FIRST_JOIN) or ""
    left = values.get(Column.LEAVE) or values.get(Column.LAST_LEAVE) or ""
    duration = values.get(Column.DURATION, "")
    seconds, step_s = _seconds(duration, unit_s=unit_s) if duration.strip("-") else (None, 0.0)
    if seconds is not None and seconds > LONGEST_STAY_S:
        raise BadRow("longer than two days")
    return RawStay(
        line=line,
        name=name,
        original_name=original,
        contact=contact,
        joined=_moment(joined, what="join time") if joined.strip("-") else None,
        left=_moment(left, what="leave time") if left.strip("-") else None,
        seconds=seconds,
        step_s=step_s,
        single=single,
    )


def name_of(values: Mapping[Column, str]) -> str:
    """The name a row gives, put together where it comes in two columns."""
    name = values.get(Column.NAME, "")
    if not name:
        parts = (values.get(Column.FIRST_NAME, ""), values.get(Column.LAST_NAME, ""))
        name = " ".join(part for part in parts if part)
    return re.sub(r"\s+", " ", plain_text(name)).strip()


def _moment(text: str, *, what: str) -> Written:
    try:
        return written_moment(text)
    except Unreadable:
        raise BadRow(f"{what} is no moment", repr(text[:40])) from None


def _seconds(text: str, *, unit_s: float) -> tuple[float, float]:
    try:
        return seconds_written(text, unit_s=unit_s)
    except Unreadable:
        raise BadRow("duration cannot be read", repr(text[:40])) from None


def _place(
    raw_stays: list[RawStay], *, meeting: Meeting, window: Window, report: ReportRead
) -> None:
    written = [one for raw in raw_stays for one in (raw.joined, raw.left) if one]
    told = [one for one in (meeting.started, meeting.ended) if one]
    placer = Placer(window=window, moments=[*written, *told], usual=USUAL_ORDER[report.format])
    without_join = 0
    for raw in raw_stays:
        try:
            stay = _stay(raw, placer=placer, meeting=meeting, window=window)
        except BadRow as problem:
            report.bad.append(BadLine(raw.line, problem))
            continue
        without_join += raw.joined is None
        report.stays.append(stay)
    if without_join:
        report.notes.append(
            ngettext(
                "%(count)d row tells only a duration; it counts from the start of the meeting",
                "%(count)d rows tell only a duration; they count from the start of the meeting",
                without_join,
            )
            % {"count": without_join}
        )


def _stay(raw: RawStay, *, placer: Placer, meeting: Meeting, window: Window) -> Stay:
    joined, left, seconds = raw.joined, raw.left, raw.seconds
    if joined is None:
        if left is not None or seconds is None:
            raise BadRow("no join time")
        started = placer.one(meeting.started) if meeting.started else None
        start = max(started or window.start, window.start)
        return _made(raw, start, start + timedelta(seconds=seconds), seconds)
    if left is None and seconds is None:
        left = meeting.ended
        if left is None:
            raise BadRow("no leave time and no duration")
    if left is None:
        at = placer.one(joined)
        if at is None:
            raise BadRow("no such day")
        assert seconds is not None
        return _made(raw, at, at + timedelta(seconds=seconds), seconds)
    pair = placer.pair(joined, left, seconds=seconds)
    if pair is None:
        raise BadRow("no such day")
    start, end = pair
    length = (end - start).total_seconds()
    if length < 0:
        raise BadRow("left before joining", f"{start.isoformat()} to {end.isoformat()}")
    if length > LONGEST_STAY_S:
        raise BadRow("longer than two days")
    broken = not raw.single and seconds is not None and length - seconds > 1.5 * raw.step_s
    return _made(raw, start, end, seconds if broken and seconds is not None else length)


def _made(raw: RawStay, start: datetime, end: datetime, seconds: float) -> Stay:
    return Stay(
        line=raw.line,
        name=raw.name,
        contact=raw.contact,
        joined_at=start,
        left_at=end,
        seconds=seconds,
        original_name=raw.original_name,
    )
