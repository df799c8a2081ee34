"""Names what the classroom holds about people who learn and follow; rows of service, not of profile."""

from datetime import datetime

from classroom.models import Certificate, CheckAttempt, ClinicianFollow, Enrolment, LearningAct
from people.models import Person, Visitor
from people.registry import register

WITH_PERSON = "until the person is erased"


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _report_enrolments(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = Enrolment.objects.filter(person=person).select_related("course") if person else ()
    return [
        {
            "course": row.course.title if row.course else None,
            "enrolled_at": _moment(row.enrolled_at),
            "left_at": _moment(row.left_at),
            "completed_at": _moment(row.completed_at),
        }
        for row in rows
    ]


def _report_acts(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = LearningAct.objects.filter(person=person).select_related("module") if person else ()
    return [
        {
            "module": row.module.title if row.module else None,
            "kind": row.kind,
            "at": _moment(row.at),
        }
        for row in rows
    ]


def _report_attempts(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = CheckAttempt.objects.filter(person=person).select_related("module") if person else ()
    return [
        {
            "module": row.module.title if row.module else None,
            "score": row.score,
            "passed": row.passed,
            "at": _moment(row.at),
        }
        for row in rows
    ]


def _report_certificates(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = Certificate.objects.filter(enrolment__person=person) if person else ()
    return [
        {
            "serial": row.serial,
            "name": row.holder_name,
            "course": row.course_title,
            "issued_at": _moment(row.issued_at),
            "revoked_at": _moment(row.revoked_at),
            "revoked_reason": row.revoked_reason,
        }
        for row in rows
    ]


def _report_follows(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    rows = ClinicianFollow.objects.filter(person=person).select_related("clinician")
    return [
        {
            "clinician": row.clinician.title,
            "followed_at": _moment(row.followed_at),
            "ended_at": _moment(row.ended_at),
        }
        for row in rows
    ]


def register_all() -> None:
    """Fill the registry with the models of learning."""
    register(
        Enrolment,
        fields=("person", "course", "enrolled_at", "left_at", "completed_at"),
        purpose="to let somebody take a course",
        retention=WITH_PERSON,
        eraser=None,  # goes with the person
        reporter=_report_enrolments,
    )
    register(
        LearningAct,
        fields=("person", "module", "kind", "at"),
        purpose="to know how far somebody came in a course",
        retention=WITH_PERSON,
        eraser=None,  # goes with the person
        reporter=_report_acts,
    )
    register(
        CheckAttempt,
        fields=("person", "module", "score", "passed", "at"),
        purpose="to know whether the check of a module was passed; the answers are not kept",
        retention=WITH_PERSON,
        eraser=None,  # goes with the person
        reporter=_report_attempts,
    )
    register(
        Certificate,
        fields=("enrolment", "serial", "holder_name", "course_title", "issued_at", "revoked_at"),
        purpose="to certify a completed course to whoever is shown the certificate",
        retention=WITH_PERSON,
        eraser=None,  # goes with the enrolment, and so with the person
        reporter=_report_certificates,
    )
    register(
        ClinicianFollow,
        fields=("person", "clinician", "followed_at", "ended_at"),
        purpose="to list the clinicians somebody follows on their own page",
        retention=WITH_PERSON,
        eraser=None,  # goes with the person
        reporter=_report_follows,
    )
