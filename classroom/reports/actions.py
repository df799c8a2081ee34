"""Reads the oldest reports of Teams: a line for each coming and each going, no durations."""

import re
from datetime import datetime

from classroom.reports.columns import Column
from classroom.reports.moments import DayOrder, Unreadable, Written, written_moment
from classroom.reports.placing import Placer, Window
from classroom.reports.sections import Meeting, Section, cells_by_column
from classroom.reports.stays import (
    LONGEST_CONTACT,
    LONGEST_NAME,
    BadLine,
    ReportRead,
    Stay,
    plain_text,
)
from outbox.records import BadRow

GOES = re.compile(r"left|leave|verlassen|离开|退出|離開", re.IGNORECASE)
ORDERS = (DayOrder.MDY, DayOrder.DMY, DayOrder.YMD)
Step = tuple[int, str, str, bool, Written]


def stays_of_actions(
    sections: list[Section], *, meeting: Meeting, window: Window, report: ReportRead
) -> None:
    """Add the stays between coming and going of each person to the report.

    Who never goes stays until the meeting ends, or until the report's last line where its end is
    not told. A second coming without a going in between changes nothing.
    """
    steps = [
        step
        for section in sections
        if Column.ACTION in section.columns and Column.AT in section.columns
        for step in _steps(section, report)
    ]
    if not steps:
        return
    told = [one for one in (meeting.started, meeting.ended) if one]
    placer = Placer(window=window, moments=[*(step[4] for step in steps), *told], usual=ORDERS)
    placed = sorted(
        ((at, *step[:4]) for step in steps if (at := placer.one(step[4]))),
        key=lambda step: (step[0], step[1]),
    )
    if not placed:
        return
    ended = placer.one(meeting.ended) if meeting.ended else None
    _pair_up(placed, last_at=max(ended or placed[-1][0], placed[-1][0]), report=report)


def _steps(section: Section, report: ReportRead) -> list[Step]:
    found = []
    for row in section.rows:
        try:
            values = cells_by_column(section, row)
            name = plain_text(values.get(Column.NAME, ""))
            if not name or len(name) > LONGEST_NAME:
                raise BadRow("no name that can be taken")
            try:
                at = written_moment(values[Column.AT])
            except Unreadable:
                raise BadRow("time stamp is no moment", repr(values[Column.AT][:40])) from None
            goes = bool(GOES.search(values[Column.ACTION]))
            found.append(
                (
                    row.line,
                    name,
                    plain_text(values.get(Column.EMAIL, ""))[:LONGEST_CONTACT],
                    goes,
                    at,
                )
            )
        except BadRow as problem:
            report.bad.append(BadLine(row.line, problem))
    return found


def _pair_up(
    placed: list[tuple[datetime, int, str, str, bool]], *, last_at: datetime, report: ReportRead
) -> None:
    present: dict[str, tuple[datetime, int, str, str]] = {}
    for at, line, name, contact, goes in placed:
        who = contact.casefold() or name.casefold()
        if not goes:
            present.setdefault(who, (at, line, name, contact))
        elif who in present:
            start, first_line, name, contact = present.pop(who)
            report.stays.append(_stay(first_line, name, contact, start, at))
        else:
            report.bad.append(BadLine(line, BadRow("left without joining")))
    for start, line, name, contact in present.values():
        report.stays.append(_stay(line, name, contact, start, last_at))


def _stay(line: int, name: str, contact: str, start: datetime, end: datetime) -> Stay:
    return Stay(line, name, contact, start, end, (end - start).total_seconds())
