"""Names the classroom's models with personal data; these are service rows, not profile rows."""

from django.db.models import Model, Q

from classroom.attendance_sources import Faces, faces_of
from classroom.models import (
    Attendance,
    AttendanceCorrection,
    AttendanceImport,
    AttendancePolicy,
    LiveClass,
    PresenceBeat,
    Registration,
    ReportAttendee,
    ReportRow,
)
from people.models import ContactPoint, Person, Visitor
from people.registry import register, register_impersonal

WITH_PERSON = "until the person is erased"


def _report_registrations(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    rows = Registration.objects.filter(person=person).select_related("live_class")
    return [
        {"class": row.live_class.title, "registered_at": row.registered_at.isoformat()}
        for row in rows
    ]


def _report_attendances(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    rows = Attendance.objects.filter(person=person).select_related("live_class")
    return [
        {
            "class": row.live_class.title,
            "first_join": row.first_join.isoformat(),
            "last_leave": row.last_leave.isoformat(),
            "live_seconds": row.live_seconds,
            "share": row.share,
            "attended": row.attended,
        }
        for row in rows
    ]


def _named_in_reports(person: Person) -> Q:
    """Faces matched with the person, and those with a contact of theirs that nobody matched."""
    contacts = ContactPoint.objects.filter(person=person, verified_at__isnull=False)
    return Q(person=person) | Q(person=None, contact__in=contacts.values("value"))


def _erase_attendees(person: Person | None, visitors: list[Visitor]) -> int:
    """Erase every face of the person, the names too that stand for them by their contact alone."""
    if person is None:
        return 0
    found = ReportAttendee.objects.filter(_named_in_reports(person))
    doomed = set(found.values_list("pk", flat=True))
    for live_class in LiveClass.objects.filter(attendees__in=found).distinct():
        doomed |= set(Faces(faces_of(live_class)).of_people([person.pk]))
    return (
        ReportAttendee.objects.filter(pk__in=doomed).delete()[1].get(ReportAttendee._meta.label, 0)
    )


def _report_beats(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = _rows_of(PresenceBeat, person)
    return [
        {
            "class": row.live_class.title,
            "kind": row.kind,
            "replay": row.is_replay,
            "at": row.at.isoformat(),
        }
        for row in rows.order_by("at")
    ]


def _report_attendees(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    rows = ReportAttendee.objects.filter(_named_in_reports(person)).select_related("live_class")
    return [
        {"class": row.live_class.title, "name": row.name, "contact": row.contact} for row in rows
    ]


def _report_rows(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    named = ReportAttendee.objects.filter(_named_in_reports(person))
    rows = ReportRow.objects.filter(attendee__in=named).select_related("live_class", "batch")
    return [
        {
            "class": row.live_class.title,
            "report": row.batch.format,
            "joined_at": row.joined_at.isoformat(),
            "left_at": row.left_at.isoformat(),
            "seconds": row.seconds,
        }
        for row in rows
    ]


def _report_corrections(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    return [
        {
            "class": row.live_class.title,
            "kind": row.kind,
            "from": row.from_at.isoformat() if row.from_at else None,
            "to": row.to_at.isoformat() if row.to_at else None,
            "reason": row.reason,
            "at": row.at.isoformat(),
        }
        for row in _rows_of(AttendanceCorrection, person).order_by("at")
    ]


def _rows_of(model: type[Model], person: Person | None):
    rows = model._default_manager.select_related("live_class")
    return rows.filter(person=person) if person else rows.none()


def register_all() -> None:
    """Fill the registry with the classroom's models."""
    _register_raw_rows()
    register(
        Registration,
        fields=("person", "live_class", "registered_at", "cancelled_at"),
        purpose="to keep a place in a class",
        retention=WITH_PERSON,
        eraser=None,  # goes with the person
        reporter=_report_registrations,
    )
    register(
        Attendance,
        fields=("person", "live_class", "first_join", "last_leave", "live_seconds", "attended"),
        purpose="to know who attended a class",
        retention=WITH_PERSON,
        eraser=None,  # goes with the person
        reporter=_report_attendances,
    )
    register_impersonal(LiveClass, reason="published content; who comes stands elsewhere")


def _register_raw_rows() -> None:
    register(
        PresenceBeat,
        fields=("person", "live_class", "tab", "kind", "is_replay", "at"),
        purpose="to compute who attended a class",
        retention=WITH_PERSON,
        eraser=None,  # goes with the person
        reporter=_report_beats,
    )
    register(
        ReportAttendee,
        fields=("person", "live_class", "name", "contact", "matched_by", "matched_at"),
        purpose="to know who the names in a meeting room's report are",
        retention="until the person is erased or the import is undone",
        eraser=_erase_attendees,
        reporter=_report_attendees,
    )
    register(
        ReportRow,
        fields=("attendee", "live_class", "joined_at", "left_at", "seconds"),
        purpose="to compute who attended a class",
        retention="until the person is erased or the import is undone",
        eraser=None,  # goes with the attendee
        reporter=_report_rows,
    )
    register(
        AttendanceCorrection,
        fields=("person", "live_class", "kind", "from_at", "to_at", "author", "reason", "at"),
        purpose="to set attendance right",
        retention=WITH_PERSON,
        eraser=None,  # goes with the person
        reporter=_report_corrections,
    )
    register_impersonal(
        AttendanceImport, reason="a file's hash and counts; the rows it brought are ReportRow"
    )
    register_impersonal(AttendancePolicy, reason="what attended means for a class")
