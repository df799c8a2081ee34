"""Live classes, places and attendance in them; questionnaires; courses taken, checks and certificates; follows."""

from classroom.models.attendance import Attendance, AttendancePolicy
from classroom.models.classes import (
    AttendanceCounts,
    AttendanceMeasure,
    ClassSeries,
    LiveClass,
)
from classroom.models.learning import (
    Certificate,
    CheckAttempt,
    ClinicianFollow,
    Enrolment,
    LearningAct,
)
from classroom.models.places import CalendarFeed, Channel, ChildPlace, ClassNotice, Registration
from classroom.models.questionnaires import (
    Questionnaire,
    QuestionnaireInvitation,
    QuestionnaireReply,
    QuestionnaireRound,
    QuestionnaireVersion,
)
from classroom.models.questions import Answer, Question
from classroom.models.raw import (
    AttendanceCorrection,
    AttendanceImport,
    DoorCheck,
    PresenceBeat,
    ReportAttendee,
    ReportRow,
)
from classroom.models.replay import LateQuestion, PlayedPart, Replay, ReplayChapter
from classroom.models.room import Room, RoomEvent, RoomGuest, RoomSlide
from classroom.models.room_talk import RoomHost, RoomPicture, RoomVoice, RoomVote
from classroom.models.slide_pdfs import SlidePdf
from classroom.models.stage import RoomStage
from classroom.models.tellings import Telling
from classroom.models.uploads import AttendeeDecision, ColumnMapping, ReportUpload

__all__ = [
    "DoorCheck",
    "Answer",
    "Question",
    "Attendance",
    "AttendanceCorrection",
    "AttendanceCounts",
    "AttendanceImport",
    "AttendanceMeasure",
    "AttendancePolicy",
    "AttendeeDecision",
    "Channel",
    "ColumnMapping",
    "CalendarFeed",
    "ChildPlace",
    "ClassNotice",
    "ClassSeries",
    "Certificate",
    "CheckAttempt",
    "ClinicianFollow",
    "Enrolment",
    "LearningAct",
    "LateQuestion",
    "LiveClass",
    "PlayedPart",
    "PresenceBeat",
    "Questionnaire",
    "QuestionnaireInvitation",
    "QuestionnaireReply",
    "QuestionnaireRound",
    "QuestionnaireVersion",
    "Registration",
    "Replay",
    "ReplayChapter",
    "ReportAttendee",
    "ReportRow",
    "ReportUpload",
    "Room",
    "RoomEvent",
    "RoomGuest",
    "RoomHost",
    "RoomPicture",
    "RoomSlide",
    "RoomStage",
    "RoomVoice",
    "RoomVote",
    "SlidePdf",
    "Telling",
]
