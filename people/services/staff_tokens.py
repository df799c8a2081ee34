"""Makes, finds and revokes bearer tokens of staff; only a SHA-256 of each is kept."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from outbox.services import record_audit
from people.authentication import PasswordBackend
from people.models import StaffToken, User
from people.staff_scopes import Scope

DAYS_AT_MOST = 365
SEEN_EVERY = timedelta(minutes=5)


def create_staff_token(
    *, user: User, name: str, days: int = 90, scopes: Iterable[str] | None = None
) -> str:
    """Return a new token, shown this once; it lives 1 to 365 days.

    Without scopes it may be used for everything its user may do. Raises ValueError for others.
    """
    if not 1 <= days <= DAYS_AT_MOST:
        raise ValueError(f"A token lives 1 to {DAYS_AT_MOST} days.")
    wanted = sorted(set(scopes)) if scopes is not None else None
    unknown = set(wanted or []) - set(Scope.values)
    if unknown:
        raise ValueError(
            f"There is no scope {sorted(unknown)[0]}. Scopes: {', '.join(Scope.values)}."
        )
    token = f"wrs_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        StaffToken.objects.create(
            user=user,
            name=name,
            scopes=wanted,
            token_hash=_hash(token),
            expires_at=timezone.now() + timedelta(days=days),
        )
        record_audit(
            actor=f"user:{user.pk}", action="token_created", detail={"days": days, "scopes": wanted}
        )
    return token


def staff_token_of(token: str) -> StaffToken | None:
    """Return what a token is while it and its user are good, else None; notes the use now and then."""
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
    return held


def user_of_staff_token(token: str) -> User | None:
    """Return the token's user while both are good, else None."""
    held = staff_token_of(token)
    return held.user if held else None


def has_scope(held: StaffToken, scope: str) -> bool:
    """Whether a token may be used for that; what names no scope is closed to tokens with scopes."""
    return held.scopes is None or scope in held.scopes


def revoke_staff_token(*, held: StaffToken, by: User) -> bool:
    """End one token at once; False where it had ended."""
    with transaction.atomic():
        ended = StaffToken.objects.filter(pk=held.pk, revoked_at=None).update(
            revoked_at=timezone.now()
        )
        if ended:
            record_audit(
                actor=f"user:{by.pk}", action="token_revoked", subject=f"user:{held.user_id}"
            )
    return bool(ended)


def revoke_staff_tokens(*, user: User) -> int:
    """Revoke every token of a user and return how many were good."""
    return StaffToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
