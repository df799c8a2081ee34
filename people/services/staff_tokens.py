"""Makes, finds and revokes bearer tokens of staff; only a SHA-256 of each is kept."""

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone

from outbox.services import record_audit
from people.authentication import PasswordBackend
from people.models import StaffToken, User

DAYS_AT_MOST = 365
SEEN_EVERY = timedelta(minutes=5)


def create_staff_token(*, user: User, name: str, days: int = 90) -> str:
    """Return a new token, shown this once; it lives 1 to 365 days."""
    if not 1 <= days <= DAYS_AT_MOST:
        raise ValueError(f"A token lives 1 to {DAYS_AT_MOST} days.")
    token = f"wrs_{secrets.token_urlsafe(32)}"
    StaffToken.objects.create(
        user=user,
        name=name,
        token_hash=_hash(token),
        expires_at=timezone.now() + timedelta(days=days),
    )
    record_audit(actor=f"user:{user.pk}", action="token_created", detail={"days": days})
    return token


def user_of_staff_token(token: str) -> User | None:
    """Return the token's user while both are good, else None; notes the use now and then."""
    now = timezone.now()
    held = (
        StaffToken.objects.select_related("user")
        .filter(token_hash=_hash(token), expires_at__gt=now, revoked_at=None)
        .first()
    )
    if held is None or not PasswordBackend().user_can_authenticate(held.user):
        return None
    if held.last_used_at is None or held.last_used_at < now - SEEN_EVERY:
        StaffToken.objects.filter(pk=held.pk).update(last_used_at=now)
    return held.user


def revoke_staff_tokens(*, user: User) -> int:
    """Revoke every token of a user and return how many were good."""
    return StaffToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
