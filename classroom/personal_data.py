"""Names the classroom's models with personal data; these are service rows, not profile rows."""

from django.db.models import Model, Q

from classroom import learning_data, questionnaire_data, room_data
from classroom.attendance_sources import Faces, faces_of
from classroom.models import (
    Answer,
    Attendance,
    AttendanceCorrection,
    AttendanceImport,
    AttendancePolicy,
    AttendeeDecision,
    CalendarFeed,
    ChildPlace,
    ClassNotice,
    ClassSeries,
    ColumnMapping,
    DoorCheck,
    LiveClass,
    PresenceBeat,
    Question,
    Registration,
    ReportAttendee,
    ReportRow,
    ReportUpload,
    Telling,
)
from classroom.services.report_files import discard_uploads_naming
from people.models import ContactPoint, Person, Visitor
from people.registry import register, register_impersonal

WITH_PERSON = "until the person is erased"


def _report_registrations(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    rows = Registration.objects.filter(person=person).select_related("live_class")
    return [
        {
            "class": row.live_class.title,
            "registered_at": row.registered_at.isoformat(),
            "channel": row.channel,
            "waits_since": row.waits_since.isoformat() if row.waits_since else None,
            "cancelled_at": row.cancelled_at.isoformat() if row.cancelled_at else None,
        }
        for row in rows
    ]


def _report_children(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    rows = ChildPlace.objects.filter(registration__person=person)
    return [
        {
            "class": row.registration.live_class.title,
            "nickname": row.nickname,
            "birth_year": row.birth_year,
        }
        for row in rows.select_related("registration__live_class")
    ]


def _report_door_checks(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    return [
        {"class": row.live_class.title, "at": row.at.isoformat()}
        for row in _rows_of(DoorCheck, person)
    ]


def _report_questions(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    rows = Question.objects.filter(person=person).select_related("page").order_by("asked_at")
    return [
        {
            "page": row.page.title if row.page else None,
            "question": row.text,
            "asked_at": row.asked_at.isoformat(),
            "agreed_to": row.agreed_to,
            "may_be_shown_to_readers": row.may_publish,
            "status": row.status,
        }
        for row in rows
    ]


def _report_answers(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    rows = Answer.objects.filter(question__person=person).order_by("at")
    return [
        {"answer": row.text, "at": row.at.isoformat(), "shown_to_readers": row.is_public}
        for row in rows
    ]


def _report_feeds(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = CalendarFeed.objects.filter(person=person) if person else CalendarFeed.objects.none()
    return [{"number": row.number} for row in rows]


def _report_tellings(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = Telling.objects.filter(person=person) if person else Telling.objects.none()
    return [
        {
            "class": row.live_class.title if row.live_class else None,
            "words": row.words,
            "since": row.since.isoformat(),
            "told_at": row.told_at.isoformat() if row.told_at else None,
        }
        for row in rows.select_related("live_class").order_by("since", "pk")
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
    contacts = ContactPoint.objects.filter(person=person, verified_at__isnull=False)
    AttendeeDecision.objects.filter(
        Q(attendee__in=doomed) | Q(contact__in=contacts.values("value"))
    ).delete()
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


def _erase_uploads(person: Person | None, visitors: list[Visitor]) -> int:
    """Discard every file that waits and names the person."""
    if person is None:
        return 0
    contacts = ContactPoint.objects.filter(person=person).values_list("value", flat=True)
    return discard_uploads_naming(texts=[*contacts, person.display_name])


def _report_decisions(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    return [
        {
            "class": row.live_class.title,
            "name": row.name,
            "kind": row.kind,
            "at": row.at.isoformat(),
        }
        for row in _rows_of(AttendeeDecision, person)
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
    learning_data.register_all()
    register(
        Registration,
        fields=(
            "person",
            "live_class",
            "registered_at",
            "waits_since",
            "cancelled_at",
            "channel",
        ),
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
    register(
        ChildPlace,
        fields=("registration", "nickname", "birth_year"),
        purpose="to keep a place for a child who comes along",
        retention="until the place is given back or the parent is erased",
        eraser=None,  # goes with the parent's registration
        reporter=_report_children,
    )
    register(
        DoorCheck,
        fields=("person", "live_class", "at"),
        purpose="to compute who attended a class",
        retention=WITH_PERSON,
        eraser=None,  # goes with the person
        reporter=_report_door_checks,
    )
    register(
        Question,
        fields=("person", "page", "registration", "text", "may_publish", "agreed_to", "asked_at"),
        purpose="to answer what the person asked",
        retention="until the person deletes the question or is erased",
        eraser=None,  # goes with the person
        reporter=_report_questions,
    )
    register(
        Answer,
        fields=("question", "text", "is_public", "public_question", "by", "at"),
        purpose="to answer what the person asked",
        retention="until the person deletes the question or is erased",
        eraser=None,  # goes with the question
        reporter=_report_answers,
    )
    register(
        CalendarFeed,
        fields=("person", "number"),
        purpose="to let the person's calendar read their classes",
        retention=WITH_PERSON,
        eraser=None,  # goes with the person
        reporter=_report_feeds,
    )
    register(
        Telling,
        fields=("person", "live_class", "registration", "question", "words", "told_at", "told_by"),
        purpose="to tell by hand whom neither mail nor text reaches",
        retention="30 days after it was told or had lost its sense; gone when the place is given back",
        eraser=None,  # goes with the person
        reporter=_report_tellings,
    )
    questionnaire_data.register_all()
    room_data.register_all()
    register_impersonal(ClassNotice, reason="what staff told everybody; it names no prospect")
    register_impersonal(ClassSeries, reason="which classes belong together")
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
    register(
        AttendeeDecision,
        fields=("person", "live_class", "name", "name_key", "contact", "kind", "author", "at"),
        purpose="to know who the names in later reports are, and to undo a decision",
        retention=WITH_PERSON,
        eraser=None,  # goes with the person and with the name in the report
        reporter=_report_decisions,
    )
    register(
        ReportUpload,
        fields=("live_class", "file_name", "stored_as", "uploaded_by"),
        purpose="to look at a report before it is taken in",
        retention="the file until it is taken in or discarded, at most 7 days",
        eraser=_erase_uploads,
        reporter=None,  # a file nobody has read yet; what is taken in is ReportRow
    )
    register_impersonal(ColumnMapping, reason="headings of a table and what they mean")
    register_impersonal(
        AttendanceImport, reason="a file's hash and counts; the rows it brought are ReportRow"
    )
    register_impersonal(AttendancePolicy, reason="what attended means for a class")
