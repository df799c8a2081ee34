"""Makes and reads personal join tokens: one person, one class, until it is over; they open nothing else."""

from datetime import datetime, timedelta

from django.core import signing
from django.db.models import F
from django.utils import timezone

from classroom.models import LiveClass, Registration
from cms.models import Access

SALT = "classroom.join"
AFTER_THE_END = timedelta(hours=1)


class BadJoinToken(ValueError):
    """No token of ours, or one that is over, revoked or of a place given back."""


def issue_join_token(registration: Registration) -> str:
    """Return the token of one place; it names nobody and nothing but the place."""
    return signing.dumps([registration.pk, registration.join_number], salt=SALT)


def registration_of_join_token(token: str) -> Registration:
    """Return the place a token stands for, with person and class; raises BadJoinToken."""
    try:
        pk, number = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise BadJoinToken from None
    registration = (
        Registration.objects.filter(pk=pk, join_number=number)
        .with_place()
        .exclude(live_class__access=Access.STAFF)
        .select_related("person", "live_class")
        .first()
    )
    if registration is None or timezone.now() > _lasts_until(registration.live_class):
        raise BadJoinToken
    return registration


def revoke_join_tokens(*, registration: Registration) -> None:
    """Make every token handed out for this place worthless; a new one works."""
    Registration.objects.filter(pk=registration.pk).update(join_number=F("join_number") + 1)


def _lasts_until(live_class: LiveClass) -> datetime:
    ends_at = live_class.ends_at
    if ends_at is None:
        raise BadJoinToken
    return ends_at + max(AFTER_THE_END, timedelta(days=live_class.replay_days or 0))
