"""Names leads' models with personal data: purpose, retention, how they are erased and shown."""

from leads.models import (
    Condition,
    Export,
    ExportPerson,
    LeadList,
    Membership,
    MembershipLog,
    TouchedPerson,
)
from people.models import Person, Visitor
from people.registry import register, register_impersonal

CONSENT_ENDS = "until profiling consent is withdrawn or the person is erased"


def _report_memberships(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = Membership.objects.filter(person=person).select_related("lead_list")
    return [
        {"list": row.lead_list.name, "since": row.entered_at.isoformat(), "reason": row.reason}
        for row in rows
        if person is not None
    ]


def _report_log(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = MembershipLog.objects.filter(person=person).select_related("lead_list").order_by("at")
    return [
        {
            "list": row.lead_list.name,
            "entered": row.entered,
            "at": row.at.isoformat(),
            "reason": row.reason,
        }
        for row in rows
        if person is not None
    ]


def _report_exports(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    rows = ExportPerson.objects.filter(person_external_id=person.external_id)
    return [
        {"export": row.export.public_id, "at": row.export.requested_at.isoformat()}
        for row in rows.select_related("export")
    ]


def _erase_from_lists(person: Person | None, visitors: list[Visitor]) -> int:
    rows = Membership.objects.filter(person=person)
    return rows.delete()[0] if person is not None else 0


def _erase_log(person: Person | None, visitors: list[Visitor]) -> int:
    rows = MembershipLog.objects.filter(person=person)
    return rows.delete()[0] if person is not None else 0


def _erase_spool(person: Person | None, visitors: list[Visitor]) -> int:
    rows = TouchedPerson.objects.filter(person=person)
    return rows.delete()[0] if person is not None else 0


def register_all() -> None:
    """Fill the registry with this package's models."""
    register(
        Membership,
        fields=("person", "lead_list", "reason"),
        purpose="to know who may be interested in what, and why",
        retention=CONSENT_ENDS,
        eraser=_erase_from_lists,
        reporter=_report_memberships,
    )
    register(
        MembershipLog,
        fields=("person", "lead_list", "entered", "at", "reason"),
        purpose="to tell who was on a list at a past date, and why",
        retention=CONSENT_ENDS,
        eraser=_erase_log,
        reporter=_report_log,
    )
    register(
        TouchedPerson,
        fields=("person",),
        purpose="to look at a person's lists again after a change",
        retention="seconds",
        eraser=_erase_spool,
        reporter=None,  # says only that something changed a moment ago
    )
    register(
        ExportPerson,
        fields=("export", "person_external_id"),
        purpose="to find every file that holds a person",
        retention="7 days, or kept as proof by opaque id where the file was downloaded",
        eraser=None,  # the recall on erasing drops those of files that nobody downloaded
        reporter=_report_exports,
    )
    register(
        Export,
        fields=("requested_by", "purpose"),
        purpose="to prove who took which people's data out, and what for",
        retention="kept as proof; the file goes after 7 days",
        eraser=None,  # the login is cut loose when it is deleted
        reporter=None,  # a row of staff's work
    )
    register_impersonal(LeadList, reason="a rule over people, naming none")
    register_impersonal(Condition, reason="a part of such a rule")
