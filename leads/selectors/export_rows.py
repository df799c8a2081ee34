"""The rows of an export: contactable members as one statement sees them, in plain words."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.models import Export, ExportPerson, LeadList, Membership
from leads.reasons import Words, reason_in_words, words_for
from leads.selectors.consent import agreed, may_be_listed, verified_contact
from leads.selectors.evaluation import conditions_of
from leads.selectors.members import contactable_members_of
from people.models import ContactKind, ContactPoint, Purpose

COLUMNS = (
    "external_id", "name", "email", "phone", "language", "branch", "list", "reason",
    "entered_at", "heat",
)  # fmt: skip
LABELS = {
    "external_id": _("id"),
    "name": _("name"),
    "email": _("e-mail"),
    "phone": _("phone"),
    "language": _("language"),
    "branch": _("branch"),
    "list": _("list"),
    "reason": _("reason"),
    "entered_at": _("on the list since"),
    "heat": _("heat"),
}
BATCH = 2000


def _newest_verified(kind: str) -> Subquery:
    points = ContactPoint.objects.filter(
        person_id=OuterRef("person_id"), kind=kind, verified_at__isnull=False
    )
    return Subquery(points.order_by("-verified_at", "-pk").values("value")[:1])


def exportable_members(lead_list: LeadList) -> QuerySet[Membership]:
    """The list's contactable members with what a row shows: one statement, so one snapshot."""
    return contactable_members_of(lead_list).annotate(
        email=_newest_verified(ContactKind.EMAIL), phone=_newest_verified(ContactKind.PHONE)
    )


def export_rows(lead_list: LeadList, *, now: datetime | None = None) -> Iterator[list]:
    """One row a contactable member, in the order of COLUMNS; memory does not grow with them."""
    moment = now or timezone.now()
    words = _words(lead_list, now=moment)
    members = exportable_members(lead_list)
    for membership in members.iterator(chunk_size=BATCH):
        person = membership.person
        heats = [words.heat(fact) for fact in membership.reason if fact["kind"] == "heat"]
        yield [
            person.external_id,
            person.display_name,
            getattr(membership, "email", None) or "",
            getattr(membership, "phone", None) or "",
            person.language,
            person.branch.name if person.branch else "",
            lead_list.name,
            reason_in_words(membership.reason, words),
            membership.entered_at.isoformat(timespec="seconds"),
            round(max(heats), 2) if heats else None,
        ]


def _words(lead_list: LeadList, *, now: datetime) -> Words:
    """Names for every fact a reason on this list can hold: those of its conditions and classes."""
    attended = Membership.objects.filter(lead_list=lead_list).values_list("reason", flat=True)
    seen: set[tuple] = set()
    facts = []
    for reason in attended.iterator(chunk_size=BATCH):
        for fact in reason:
            key = (fact.get("topic"), fact.get("class"))
            if key not in seen:
                seen.add(key)
                facts.append(fact)
    return words_for([facts], now=now)


def filter_in_data(lead_list: LeadList) -> dict:
    """The list's rules as data, for the audit log."""
    return {
        "list": lead_list.slug,
        "match": lead_list.match,
        "conditions": [
            {
                "kind": condition.kind,
                "topic": condition.topic and condition.topic.slug,
                "class": condition.live_class_id,
                "value": condition.value,
                "days": condition.days,
                "text": condition.text,
            }
            for condition in conditions_of(lead_list)
        ],
    }


def people_no_longer_allowed(export: Export) -> int:
    """How many persons in an export's file no longer have both consents and a contact: 1 query."""
    allowed = may_be_listed().filter(agreed(Purpose.MARKETING), verified_contact())
    held = ExportPerson.objects.filter(export=export, generation=export.generation)
    return held.exclude(person_external_id__in=allowed.values("external_id")).count()
