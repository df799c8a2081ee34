"""Reads about effects for operations; it returns no payload."""

from django.db.models import QuerySet
from django.utils import timezone

from outbox.models import Effect, EffectState


def pending_effects() -> QuerySet[Effect]:
    """Effects that are still to be brought about."""
    return Effect.objects.filter(state__in=[EffectState.PENDING, EffectState.RUNNING])


def dead_letters() -> QuerySet[Effect]:
    """Effects that used up their attempts and wait for somebody to look."""
    return Effect.objects.filter(state=EffectState.DEAD)


def oldest_due_s() -> float:
    """Seconds since the oldest waiting effect fell due, 0 where none waits."""
    now = timezone.now()
    oldest = (
        Effect.objects.filter(state=EffectState.PENDING, due_at__lte=now)
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )
    return (now - oldest).total_seconds() if oldest else 0.0
