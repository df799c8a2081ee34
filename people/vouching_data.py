"""Names ways in, vouches and logins kept elsewhere in the registry, and shows them to their person."""

from django.http import HttpRequest

from people.models import (
    ContactPoint,
    OutsideIdentity,
    Person,
    ScanRequest,
    SignInLink,
    Visitor,
    Vouch,
    WayIn,
)
from people.registry import me_sections, register

WITH_PERSON = "until the person is erased"
WAY_FIELDS = ("person", "name", "kind", "value", "known_as", "vouched_by")


def _report_vouches(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    return [
        {
            "at": vouch.at.isoformat(),
            "method": vouch.method,
            "contact": vouch.contact.value if vouch.contact else None,
            "known_as": vouch.known_as,
        }
        for vouch in Vouch.objects.filter(person=person).select_related("contact").order_by("at")
    ]


def _report_identities(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    return [
        {
            "provider": row.provider,
            "account": row.account,
            "subject": row.subject,
            "union": row.union,
            "since": row.created_at.isoformat(),
        }
        for row in OutsideIdentity.objects.filter(person=person).order_by("pk")
    ]


def _own(model: type[WayIn], person: Person | None):
    """The ways in that were for the person, and those that named a contact of theirs."""
    if person is None:
        return model._default_manager.none()
    values = ContactPoint.objects.filter(person=person).values("value")
    ways = model._default_manager.all()
    return ways.filter(person=person) | ways.filter(value__in=values)


def _eraser(model: type[WayIn]):
    def erase(person: Person | None, visitors: list[Visitor]) -> int:
        return _own(model, person).delete()[0]

    return erase


def _reporter(model: type[WayIn]):
    def report(person: Person | None, visitors: list[Visitor]) -> list[dict]:
        return [
            {
                "asked_at": way.created_at.isoformat(),
                "used_at": way.used_at.isoformat() if way.used_at else None,
                "name": way.name,
                "contact": way.value,
                "known_as": way.known_as,
            }
            for way in _own(model, person).order_by("pk")
        ]

    return report


def show_ways(
    request: HttpRequest, person: Person | None, visitor: Visitor | None
) -> tuple[str, dict] | None:
    """For the reader's own page: who let them in, when and how; and whether we can write to them."""
    if person is None:
        return None
    vouches = list(Vouch.objects.filter(person=person).order_by("-at"))
    identities = list(OutsideIdentity.objects.filter(person=person).order_by("-pk"))
    if not vouches and not identities:
        return None
    reachable = ContactPoint.objects.filter(person=person, verified_at__isnull=False).exists()
    context = {"vouches": vouches, "identities": identities, "reachable": reachable}
    return "people/me_ways.html", context


def register_ways() -> None:
    """Add this module's models and section."""
    register(
        Vouch,
        fields=("person", "method", "contact", "known_as", "by"),
        purpose="to prove who said who somebody is, and how they knew",
        retention=WITH_PERSON,
        eraser=None,  # goes with the person
        reporter=_report_vouches,
    )
    register(
        OutsideIdentity,
        fields=("person", "provider", "account", "subject", "union"),
        purpose="to sign in by a login kept elsewhere",
        retention=WITH_PERSON,
        eraser=None,  # goes with the person
        reporter=_report_identities,
    )
    register(
        SignInLink,
        fields=WAY_FIELDS,
        purpose="to let in, once, whom staff know from a chat",
        retention="one day",
        eraser=_eraser(SignInLink),
        reporter=_reporter(SignInLink),
    )
    register(
        ScanRequest,
        fields=(*WAY_FIELDS, "browser_hash", "address_hash"),
        purpose="to let in, once, who stands before staff",
        retention="one day",
        eraser=_eraser(ScanRequest),
        reporter=_reporter(ScanRequest),
    )
    me_sections.append(show_ways)
