"""Names leads' models with personal data: purpose, retention, how they are erased and shown."""

from django.db.models import Q, QuerySet

from leads.models import (
    Condition,
    ConditionGroup,
    DueLook,
    Export,
    ExportPerson,
    ExportRecall,
    ExportTemplate,
    LeadList,
    ListVersion,
    Membership,
    MembershipLog,
    NotTheSame,
    TouchedPerson,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookRecipient,
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


def _report_recipients(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    rows = WebhookRecipient.objects.filter(person_external_id=person.external_id)
    return [
        {
            "told": row.endpoint.description,
            "host": row.endpoint.host,
            "since": row.first_at.isoformat(),
            "last": row.last_at.isoformat(),
        }
        for row in rows.select_related("endpoint")
    ]


def _report_deliveries(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    rows = WebhookDelivery.objects.filter(person_external_id=person.external_id)
    return [
        {
            "to": row.endpoint.description,
            "event": row.kind,
            "at": row.occurred_at.isoformat(),
            "state": row.state,
        }
        for row in rows.select_related("endpoint").order_by("pk")
    ]


def _report_recalls(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    rows = ExportRecall.objects.filter(person_external_id=person.external_id)
    return [
        {
            "export": row.export.public_id,
            "at": row.at.isoformat(),
            "cause": row.cause,
            "deleted_at": row.acknowledged_at and row.acknowledged_at.isoformat(),
        }
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


def _erase_looks(person: Person | None, visitors: list[Visitor]) -> int:
    rows = DueLook.objects.filter(person=person)
    return rows.delete()[0] if person is not None else 0


def _report_looks(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = DueLook.objects.filter(person=person).select_related("lead_list")
    return [
        {"list": row.lead_list.name, "looked_at_again": row.due_at.isoformat()}
        for row in rows
        if person is not None
    ]


def _told_apart(person: Person | None) -> QuerySet[NotTheSame]:
    rows = NotTheSame.objects.filter(Q(one=person) | Q(other=person))
    return rows.order_by("pk") if person is not None else rows.none()


def _erase_told_apart(person: Person | None, visitors: list[Visitor]) -> int:
    return _told_apart(person).delete()[0]


def _report_told_apart(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    # Who the other is, is not this person's to know.
    return [{"at": row.at.isoformat()} for row in _told_apart(person)]


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
        DueLook,
        fields=("person", "lead_list", "due_at"),
        purpose="to look again when time alone may bring somebody on a list",
        retention=CONSENT_ENDS,
        eraser=_erase_looks,
        reporter=_report_looks,
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
        NotTheSame,
        fields=("one", "other", "by", "at"),
        purpose="not to ask again whether two people of one name or contact are one",
        retention="until staff take it back or either person is erased",
        eraser=_erase_told_apart,
        reporter=_report_told_apart,
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
        ExportRecall,
        fields=("person_external_id", "cause", "acknowledged_by"),
        purpose="to have a person's row deleted from files that left the clinic, and to prove it",
        retention="kept as proof by opaque id",
        eraser=None,  # it is erasing that asks for it
        reporter=_report_recalls,
    )
    register(
        Export,
        fields=("requested_by", "purpose"),
        purpose="to prove who took which people's data out, and what for",
        retention="kept as proof; the file goes after 7 days",
        eraser=None,  # the login is cut loose when it is deleted
        reporter=None,  # a row of staff's work
    )
    register(
        ExportTemplate,
        fields=("made_by",),
        purpose="to say which of staff keeps which choice of columns",
        retention="until somebody deletes it",
        eraser=None,  # the login is cut loose when it is deleted
        reporter=None,  # a row of staff's work
    )
    register(
        WebhookRecipient,
        fields=("endpoint", "person_external_id"),
        purpose="to tell everybody who was told about a person that they are erased",
        retention="until the person is erased",
        eraser=None,  # the receiver of the erasure tells each of them, and drops the rows
        reporter=_report_recipients,
    )
    register(
        WebhookDelivery,
        fields=("endpoint", "kind", "person_external_id", "about"),
        purpose="to send other systems what they may know, once, and to prove what was sent",
        retention="90 days; after a withdrawal or an erasure by opaque id alone",
        eraser=None,  # the receiver of the erasure takes out all but the opaque id
        reporter=_report_deliveries,
    )
    register(
        WebhookEndpoint,
        fields=("created_by",),
        purpose="to know who had other systems told",
        retention="while the webhook is there",
        eraser=None,  # the login is cut loose when it is deleted
        reporter=None,  # a row of staff's work
    )
    register_impersonal(WebhookAttempt, reason="a status and a time, naming nobody")
    register_impersonal(LeadList, reason="a rule over people, naming none")
    register_impersonal(Condition, reason="a part of such a rule")
    register_impersonal(ConditionGroup, reason="a part of such a rule")
    register_impersonal(ListVersion, reason="an earlier state of such a rule")
