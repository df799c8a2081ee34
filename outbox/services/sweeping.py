"""Finds what the broker forgot and what nobody needs any more; it runs no effect itself."""

from datetime import timedelta

from django.utils import timezone

from outbox.models import Effect, EffectState
from outbox.services.running import bury, due, spent

A_SWEEP = 500
DONE_KEPT_DAYS = 90


def sweep_effects() -> list[int]:
    """Bury rows out of attempts, and return the ids of due effects, oldest first, at most 500."""
    now = timezone.now()
    overdue = Effect.objects.filter(due(now))
    for effect_id in list(overdue.filter(spent()).values_list("pk", flat=True)[:A_SWEEP]):
        bury(effect_id, now)
    return list(
        overdue.exclude(spent()).order_by("due_at", "pk").values_list("pk", flat=True)[:A_SWEEP]
    )


def clear_done_effects() -> int:
    """Delete effects done more than 90 days ago, at most 500 a call; their keys are then free."""
    before = timezone.now() - timedelta(days=DONE_KEPT_DAYS)
    # What was done by then was due by then too, and only `due_at` has an index.
    old = Effect.objects.filter(state=EffectState.DONE, due_at__lt=before, done_at__lt=before)
    ids = list(old.values_list("pk", flat=True)[:A_SWEEP])
    Effect.objects.filter(pk__in=ids).delete()
    return len(ids)
