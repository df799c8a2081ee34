"""Live classes, places in them, raw rows of presence and the attendance computed from these."""

from classroom.models.attendance import Attendance, AttendancePolicy
from classroom.models.classes import (
    AttendanceCounts,
    AttendanceMeasure,
    LiveClass,
    Registration,
)
from classroom.models.raw import (
    AttendanceCorrection,
    AttendanceImport,
    PresenceBeat,
    ReportAttendee,
    ReportRow,
)

__all__ = [
    "Attendance",
    "AttendanceCorrection",
    "AttendanceCounts",
    "AttendanceImport",
    "AttendanceMeasure",
    "AttendancePolicy",
    "LiveClass",
    "PresenceBeat",
    "Registration",
    "ReportAttendee",
    "ReportRow",
]
