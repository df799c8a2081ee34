"""Repeats, in a database that was restored, what people have taken back since its backup."""

from django.core.exceptions import ValidationError

from people.models import Consent, Person, Purpose, Visitor
from people.services.consent import withdraw_consent
from people.services.withdrawals_list import latest_withdrawals


def repeat_withdrawals() -> int:
    """Take back again what was taken back later than the database knows; return how many.

    A consent that was given after the listed moment stands. A second call finds nothing.
    """
    return sum(
        _repeat(subject, purpose, at) for (subject, purpose), at in latest_withdrawals().items()
    )


def _repeat(subject: str, purpose: str, at: object) -> bool:
    kind, _, ref = subject.partition(":")
    person = Person.objects.filter(external_id=ref).first() if kind == "person" else None
    visitor = _visitor(ref) if kind == "visitor" else None
    if purpose not in Purpose.values or (person is None and visitor is None):
        return False
    stands = Consent.objects.filter(
        person=person, visitor=visitor, purpose=purpose, given=True, at__lt=at
    )
    if not stands.exists():
        return False
    withdraw_consent(person=person, visitor=visitor, purposes=[purpose])
    return True


def _visitor(ref: str) -> Visitor | None:
    try:
        return Visitor.objects.filter(public_id=ref).first()
    except ValidationError:
        return None
