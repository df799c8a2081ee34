"""What every reader returns, whatever room the report is from: stays, and rows that are bad."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from classroom.intervals import Interval, halves_of
from outbox.records import BadRow

LONGEST_NAME = 200
LONGEST_CONTACT = 254
LONGEST_STAY_S = 48 * 3600


def plain_text(text: str) -> str:
    """What of a text every database can keep: no zeros, no halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


class ReportFormat(StrEnum):
    """The rooms whose reports are known, and a table somebody named the columns of."""

    ZOOM = "zoom"
    TEAMS = "teams"
    MEET = "meet"
    BIGBLUEBUTTON = "bigbluebutton"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody was in the room from `joined_at` to `left_at`, as one row of a report says.

    `seconds` is less than the time between them where the report tells only the first join and
    the last leave. `original_name` is the name before a renaming, as Zoom writes it in brackets.
    """

    line: int
    name: str
    contact: str
    joined_at: datetime
    left_at: datetime
    seconds: float
    original_name: str = ""

    @property
    def intervals(self) -> list[Interval]:
        """The time that counts."""
        return halves_of(Interval(self.joined_at, self.left_at), seconds=self.seconds)


class BadLine(NamedTuple):
    """A row that could not be taken."""

    line: int
    problem: BadRow


@dataclass
class ReportRead:
    """A report as read: every data row is either a stay or bad; `notes` are worth a line.

    `encoding` is that of a text file, empty for a workbook.
    """

    format: ReportFormat
    stays: list[Stay] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    encoding: str = ""

    @property
    def rows(self) -> int:
        """How many data rows the report has."""
        return len(self.stays) + len(self.bad)
