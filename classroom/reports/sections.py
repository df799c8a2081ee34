"""Finds the lists of people in a table of rows: headings, sections, what is said of the meeting."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from classroom.reports.columns import (
    Column,
    columns_of,
    has_original_names,
    meaning_of,
    plain_heading,
)
from classroom.reports.moments import Unreadable, Written, written_moment
from classroom.reports.stays import ReportFormat
from classroom.reports.tables import Row
from outbox.records import BadRow

SECTION_TITLE = re.compile(r"^\d{1,2}\s?[.、)]\s*\S")
YES = {"yes", "ja", "是", "true", "y"}


@dataclass
class Section:
    """A list of people: where its columns stand, its heading, its rows."""

    columns: Mapping[Column, int]
    heading: list[str]
    rows: list[Row] = field(default_factory=list)

    @property
    def has_intervals(self) -> bool:
        """Whether its rows are single stays rather than one line a person."""
        return Column.JOIN in self.columns or Column.AT in self.columns


@dataclass
class Meeting:
    """What the report says of the meeting itself, as written."""

    started: Written | None = None
    ended: Written | None = None


def sections_of(rows: list[Row]) -> tuple[list[Section], Meeting]:
    """Split the rows into lists of people; what stands outside them may tell start and end."""
    sections: list[Section] = []
    meeting = Meeting()
    current: Section | None = None
    about: dict[Column, int] = {}
    for row in rows:
        filled = [cell for cell in row.cells if cell]
        if not filled:
            continue
        columns = columns_of(row.cells)
        if columns is not None:
            current, about = Section(columns, row.cells), {}
            sections.append(current)
        elif len(filled) == 1 and SECTION_TITLE.match(filled[0]):
            current = None
        elif current is not None:
            current.rows.append(row)
        else:
            about = _note_meeting(meeting, row.cells, about)
    return sections, meeting


def _note_meeting(
    meeting: Meeting, cells: list[str], about: dict[Column, int]
) -> dict[Column, int]:
    """Take start and end from `label, value` lines or from a line under its own heading."""
    for column, place in about.items():
        if place < len(cells):
            _set(meeting, column, cells[place])
    meanings = [meaning_of(cell) for cell in cells]
    if len(cells) >= 2 and meanings[0] in (Column.START, Column.END) and meanings[1] is None:
        _set(meeting, meanings[0], cells[1])
        return {}
    return {
        column: place
        for place, column in enumerate(meanings)
        if column in (Column.START, Column.END)
    }


def _set(meeting: Meeting, column: Column, text: str) -> None:
    try:
        moment = written_moment(text)
    except Unreadable:
        return
    if column == Column.START:
        meeting.started = moment
    elif column == Column.END:
        meeting.ended = moment


def format_of(sections: list[Section]) -> ReportFormat:
    """Recognise the room by its headings."""
    headings = [{plain_heading(cell) for cell in section.heading} for section in sections]
    columns = {column for section in sections for column in section.columns}
    together = set().union(*headings) if headings else set()
    if any(has_original_names(section.heading) for section in sections):
        return ReportFormat.ZOOM
    if columns & {Column.UPN, Column.FIRST_JOIN, Column.ACTION}:
        return ReportFormat.TEAMS
    if "moderator" in together and columns & {Column.JOIN, Column.DURATION}:
        return ReportFormat.BIGBLUEBUTTON
    if Column.FIRST_NAME in columns and Column.DURATION in columns:
        return ReportFormat.MEET
    if together & {"guest", "gast", "访客", "来宾"}:
        return ReportFormat.ZOOM
    if together & {"full name", "vollständiger name", "全名"}:
        return ReportFormat.TEAMS
    return ReportFormat.TABLE


def cells_by_column(section: Section, row: Row) -> dict[Column, str]:
    """Return the cells that matter, by column; raises BadRow."""
    width, count = len(section.heading), len(row.cells)
    if count < width and row.cut:
        raise BadRow("the file is cut off in this row")
    if any(row.cells[width:]):
        raise BadRow("more fields than the heading", f"{count} where {width} belong")
    if count <= max(section.columns.values()):
        raise BadRow("fewer fields than the heading", f"{count} where {width} belong")
    return {column: row.cells[place] for column, place in section.columns.items()}


def waits(values: Mapping[Column, str]) -> bool:
    """Whether the row is of the waiting room and not of the meeting."""
    return values.get(Column.WAITING, "").casefold() in YES
