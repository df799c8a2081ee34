"""Names the classroom's models with personal data; these are service rows, not profile rows."""

from classroom.models import Attendance, LiveClass, Registration
from people.models import Person, Visitor
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


def register_all() -> None:
    """Fill the registry with the classroom's models."""
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
