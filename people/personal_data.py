"""Names this package's and the frameworks' models with personal data in the registry."""

from django.apps import apps
from django.contrib.sessions.models import Session

from outbox.models import AuditEntry, Delivery, Effect
from people.models import (
    Branch,
    Clinic,
    Consent,
    ConsentEvent,
    ContactPoint,
    ContactVerification,
    Person,
    ProfilingPause,
    StaffToken,
    User,
    Visitor,
    VisitorLink,
)
from people.registry import register, register_impersonal
from people.selectors import consent_history_of

WITH_PERSON = "until the person is erased"


def _report_person(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    return [
        {
            "id": person.external_id,
            "name": person.display_name,
            "language": person.language,
            "branch": person.branch.name if person.branch else None,
            "guardian": person.guardian.external_id if person.guardian else None,
            "birth_year": person.birth_year,
            "imported_key": person.imported_key,
            "source": person.source,
            "wants_suggestions": person.wants_suggestions,
            "since": person.created_at.isoformat(),
        }
    ]


def _report_user(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    user = person.user if person else None
    if user is None:
        return []
    return [
        {
            "name": user.get_full_name(),
            "e-mail": user.email,
            "last_login": user.last_login.isoformat() if user.last_login else None,
            "since": user.date_joined.isoformat(),
        }
    ]


def _report_contacts(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    return [
        {
            "kind": point.kind,
            "value": point.value,
            "verified_at": point.verified_at.isoformat() if point.verified_at else None,
        }
        for point in ContactPoint.objects.filter(person=person)
        if person is not None
    ]


def _own_verifications(person: Person | None):
    if person is None:
        return ContactVerification.objects.none()
    values = ContactPoint.objects.filter(person=person).values("value")
    return ContactVerification.objects.filter(value__in=values)


def _erase_verifications(person: Person | None, visitors: list[Visitor]) -> int:
    return _own_verifications(person).delete()[0]


def _report_verifications(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    return [
        {
            "kind": row.kind,
            "asked_at": row.created_at.isoformat(),
            "used_at": row.used_at.isoformat() if row.used_at else None,
        }
        for row in _own_verifications(person)
    ]


def _report_visitors(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    return [
        {
            "id": str(visitor.public_id),
            "since": visitor.created_at.isoformat(),
            "withdrawn_at": visitor.withdrawn_at.isoformat() if visitor.withdrawn_at else None,
        }
        for visitor in visitors
    ]


def _report_links(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    return [
        {"visitor": str(link.visitor.public_id), "joined": link.joined, "at": link.at.isoformat()}
        for link in VisitorLink.objects.filter(person=person).select_related("visitor")
    ]


def _report_consents(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    return [
        {
            "receipt": str(event.receipt),
            "purpose": event.purpose,
            "given": event.given,
            "at": event.at.isoformat(),
            "notice": event.notice,
            "language": event.language,
            "text_hash": event.text_hash,
            "method": event.method,
            "basis": event.basis,
        }
        for event in consent_history_of(people=[person] if person else [], visitors=visitors)
    ]


def _report_pauses(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    return [
        {
            "since": pause.since.isoformat(),
            "until": pause.until.isoformat() if pause.until else None,
        }
        for pause in ProfilingPause.objects.filter(person=person).order_by("since")
        if person is not None
    ]


def _report_tokens(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    user = person.user if person else None
    if user is None:
        return []
    return [
        {"name": token.name, "since": token.created_at.isoformat()}
        for token in StaffToken.objects.filter(user=user)
    ]


def _report_audit(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    subject = f"person:{person.external_id}"
    return [
        {"at": entry.at.isoformat(), "action": entry.action}
        for entry in AuditEntry.objects.filter(subject=subject).order_by("at", "pk")
    ]


def register_all() -> None:
    """Fill the registry with what this package and the frameworks below it hold."""
    _register_identity()
    _register_consent()
    _register_floor()


def _register_identity() -> None:
    register(
        Person,
        fields=(
            "external_id",
            "user",
            "display_name",
            "language",
            "branch",
            "guardian",
            "birth_year",
            "imported_key",
            "source",
            "wants_suggestions",
            "merged_into",
            "lent",
        ),
        purpose="to know who a person is to the clinic",
        retention=WITH_PERSON,
        eraser=None,  # erase_person deletes the row itself, last of all
        reporter=_report_person,
    )
    register(
        User,
        fields=("username", "first_name", "last_name", "email", "last_login"),
        purpose="to sign in",
        retention=WITH_PERSON,
        eraser=None,  # deleted by erase_person after the person
        reporter=_report_user,
    )
    register(
        ContactPoint,
        fields=("kind", "value", "verified_at"),
        purpose="to recognise and reach a person",
        retention=WITH_PERSON,
        eraser=None,  # goes with the person, and is needed until then to find verifications
        reporter=_report_contacts,
    )
    register(
        ContactVerification,
        fields=("kind", "value", "browser_hash", "address_hash"),
        purpose="to check a contact by a one-time code and to limit codes",
        retention="one day",
        eraser=_erase_verifications,
        reporter=_report_verifications,
    )
    register(
        StaffToken,
        fields=("user", "name", "token_hash", "last_used_at"),
        purpose="to let staff use the interface",
        retention="until the login is deleted",
        eraser=None,  # goes with the login
        reporter=_report_tokens,
    )
    register(
        Session,
        fields=("session_data",),
        purpose="to stay signed in",
        retention="two weeks",
        eraser=None,  # erase_person ends the sessions of the login
        reporter=None,  # holds the login alone, which is reported
    )


def _register_consent() -> None:
    register(
        Visitor,
        fields=("public_id", "person", "withdrawn_at"),
        purpose="to recognise a browser that agreed to it",
        retention=WITH_PERSON,
        eraser=None,  # deleted by erase_person and erase_visitor
        reporter=_report_visitors,
    )
    register(
        VisitorLink,
        fields=("visitor", "person", "joined", "actor"),
        purpose="to undo a wrong link between a browser and a person",
        retention=WITH_PERSON,
        eraser=None,  # goes with the visitor and the person
        reporter=_report_links,
    )
    register(
        Consent,
        fields=("person", "visitor", "purpose", "given", "at"),
        purpose="to know what a person agreed to now",
        retention=WITH_PERSON,
        eraser=None,  # goes with the person or visitor
        reporter=None,  # the newest entry of the log, which is reported
    )
    register(
        ProfilingPause,
        fields=("person", "since", "until"),
        purpose="to keep and use nothing of what was done while interests were paused",
        retention=WITH_PERSON,
        eraser=None,  # goes with the person
        reporter=_report_pauses,
    )
    register(
        ConsentEvent,
        fields=("subject", "purpose", "given", "notice", "method", "basis"),
        purpose="to prove what was agreed to",
        retention="kept as proof, by opaque id alone once the person is erased",
        eraser=None,
        reporter=_report_consents,
    )


def _register_floor() -> None:
    register(
        AuditEntry,
        fields=("actor", "subject", "detail"),
        purpose="to prove what was done",
        retention="kept as proof, by opaque id alone",
        eraser=None,
        reporter=_report_audit,
    )
    register(
        Effect,
        fields=("payload", "key"),
        purpose="to send what was asked for, by ids alone",
        retention="90 days after it is done",
        eraser=None,  # ids of rows that are gone say nothing
        reporter=None,
    )
    register_impersonal(Delivery, reason="an attempt: moments and kinds of errors")
    register_impersonal(Branch, reason="a place of the clinic")
    register_impersonal(Clinic, reason="the clinic itself")
    for label, reason in FRAMEWORK_MODELS.items():
        register_impersonal(apps.get_model(label), reason=reason)


# Wagtail's and Django's tables about staff point at the login and lose it when it is deleted.
FRAMEWORK_MODELS = {
    "auth.Group": "a role",
    "auth.Permission": "a permission",
    "contenttypes.ContentType": "a kind of row",
    "wagtailusers.UserProfile": "settings of a login in the admin; deleted with it",
}
