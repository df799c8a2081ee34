"""One person as staff see them: contacts, what they agreed to, interests with their evidence."""

from datetime import datetime
from typing import Any

from leads.models import Membership
from leads.selectors.consent import agreed
from people.models import Person, Purpose
from people.selectors import decisions_held, has_consent
from tracking.selectors.interests import InterestReceipt, interest_receipts, profile_of


def decisions_of(person: Person) -> dict[str, dict[str, Any]]:
    """What they decided on each purpose, since when and how; `valid` is whether it may be used."""
    held = decisions_held(person)
    return {
        purpose: {
            "given": bool(consent and consent.given),
            "valid": has_consent(person=person, purpose=purpose),
            "at": consent.at if consent else None,
            "method": consent.event.get_method_display() if consent else "",
            "basis": consent.event.basis if consent else "",
        }
        for purpose in Purpose.values
        for consent in (held.get(purpose),)
    }


def interests_of(person: Person, *, now: datetime) -> list[InterestReceipt]:
    """Their interests with the evidence of each; nothing without valid consent to profiling."""
    profile = profile_of(person=person)
    return interest_receipts(profile=profile, at=now) if profile else []


def memberships_of(person: Person) -> list[Membership]:
    """The lists they are on, as they may be read now."""
    rows = Membership.objects.filter(agreed(Purpose.PROFILING, path="person_id"), person=person)
    return list(rows.select_related("lead_list").order_by("lead_list__name"))
