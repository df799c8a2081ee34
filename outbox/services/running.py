"""Runs effects: take the row for a while, count the attempt first, act, note the end.

Nothing here holds a transaction while the world is waited for.
"""

import logging
import random
import traceback
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from outbox.models import Delivery, Effect, EffectState
from outbox.registry import Handling, NotNow, Refused, handling_of, waits_by_kind

logger = logging.getLogger("wellread.outbox")

ATTEMPTS_AT_MOST = 8
WAIT_FIRST_S = 5
WAIT_AT_MOST_S = 3600
#: Waits of hours are stretched by up to this share, so that what failed together parts.
JITTER = 0.1
DIED = "The worker ended before the attempt did."
DEFAULT_LEASE_S = 120


class LeaseLost(Exception):
    """Another worker took the effect over while this one was still busy."""


def due(now: datetime) -> Q:
    """Return the condition of a row that may be taken now."""
    return Q(state=EffectState.PENDING, due_at__lte=now) | Q(
        state=EffectState.RUNNING, lease_until__lte=now
    )


def spent() -> Q:
    """Return the condition of a row that used up the attempts of its kind."""
    waits = waits_by_kind()
    found = ~Q(kind__in=list(waits)) & Q(attempts__gte=ATTEMPTS_AT_MOST)
    for kind, some in waits.items():
        found |= Q(kind=kind, attempts__gte=len(some) + 1)
    return found


def attempts_of(kind: str) -> int:
    """Return how often an effect of that kind is tried at most."""
    handling = handling_of(kind)
    return len(handling.waits_s) + 1 if handling and handling.waits_s else ATTEMPTS_AT_MOST


def _wait_s(effect: Effect) -> float:
    """Seconds until the next attempt, growing with each."""
    handling = handling_of(effect.kind)
    if handling and handling.waits_s:
        wait = handling.waits_s[min(effect.attempts, len(handling.waits_s)) - 1]
        return wait * random.uniform(1, 1 + JITTER)
    return min(WAIT_AT_MOST_S, WAIT_FIRST_S * 4 ** (effect.attempts - 1))


def run_effect(*, effect_id: int) -> bool:
    """Run one due effect once; False when it is not due, taken by another, gone, or failed.

    Calling it again, or twice at once, brings the effect about once. An exception of the handler
    never reaches the caller: it is noted without its text, which could name somebody.
    """
    effect = _take(effect_id)
    if effect is None:
        return False
    handling = handling_of(effect.kind)
    try:
        if handling is None:
            raise LookupError("no handler")
        _act(effect, handling)
    except LeaseLost:
        return False
    except Exception as error:
        _note_failure(effect, error)
        return False
    return True


def _take(effect_id: int) -> Effect | None:
    """Take the row by one conditional update, counting the attempt before anything can fail."""
    now = timezone.now()
    row = Effect.objects.filter(pk=effect_id).values("kind", "attempts").first()
    if row is None:
        return None
    at_most = attempts_of(row["kind"])
    if row["attempts"] >= at_most:
        bury(effect_id, now)
        return None
    handling = handling_of(row["kind"])
    lease = timedelta(seconds=handling.lease_s if handling else DEFAULT_LEASE_S)
    with transaction.atomic():
        taken = Effect.objects.filter(due(now), pk=effect_id, attempts__lt=at_most).update(
            state=EffectState.RUNNING, attempts=F("attempts") + 1, lease_until=now + lease
        )
        if not taken:
            return None
        Delivery.objects.filter(effect_id=effect_id, finished_at=None).update(
            finished_at=now, problem=DIED
        )
        Delivery.objects.create(effect_id=effect_id, started_at=now)
        return Effect.objects.get(pk=effect_id)


def _act(effect: Effect, handling: Handling) -> None:
    """Run the handler; its database work and the note that it is done are one transaction."""
    if handling.outside:
        handling.handler(effect)
        with transaction.atomic():
            _note_done(effect)
        return
    with transaction.atomic():
        handling.handler(effect)
        _note_done(effect)


def _note_done(effect: Effect) -> None:
    """Mark the attempt's success; raise LeaseLost (and so undo) if the row is another's by now."""
    now = timezone.now()
    mine = Effect.objects.filter(
        pk=effect.pk, state=EffectState.RUNNING, attempts=effect.attempts
    ).update(state=EffectState.DONE, done_at=now, lease_until=None)
    if not mine:
        raise LeaseLost
    Delivery.objects.filter(effect_id=effect.pk, finished_at=None).update(
        finished_at=now, succeeded=True
    )


def _note_failure(effect: Effect, error: Exception) -> None:
    """Put the row back with a growing wait, or bury it after the last attempt or a final no."""
    now = timezone.now()
    last = effect.attempts >= attempts_of(effect.kind) or isinstance(error, Refused)
    problem = describe_error(error)
    wait_s = max(_wait_s(effect), error.wait_s if isinstance(error, NotNow) else 0)
    with transaction.atomic():
        mine = Effect.objects.filter(
            pk=effect.pk, state=EffectState.RUNNING, attempts=effect.attempts
        ).update(
            state=EffectState.DEAD if last else EffectState.PENDING,
            due_at=now + timedelta(seconds=wait_s),
            lease_until=None,
        )
        if mine:
            Delivery.objects.filter(effect_id=effect.pk, finished_at=None).update(
                finished_at=now, problem=problem
            )
    logger.warning("Effect %s (%s) failed: %s", effect.pk, effect.kind, problem)


def bury(effect_id: int, now: datetime) -> bool:
    """Make a dead letter of a row whose last attempt ended with its worker."""
    with transaction.atomic():
        buried = Effect.objects.filter(due(now), spent(), pk=effect_id).update(
            state=EffectState.DEAD, lease_until=None
        )
        if buried:
            Delivery.objects.filter(effect_id=effect_id, finished_at=None).update(
                finished_at=now, problem=DIED
            )
    return bool(buried)


def describe_error(error: Exception) -> str:
    """Return what kind of error it was and where, without its text, which may name a person."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"[:500]


def run_due_effects(*, limit: int = 1000) -> int:
    """Run everything due in this process and return how many succeeded.

    For commands and tests, which must leave nothing undone and have no worker.
    """
    succeeded = 0
    seen: set[int] = set()
    while len(seen) < limit:
        found = (
            Effect.objects.filter(due(timezone.now()))
            .exclude(pk__in=seen)
            .order_by("due_at", "pk")
            .values_list("pk", flat=True)[:50]
        )
        batch = list(found)
        if not batch:
            break
        for effect_id in batch:
            seen.add(effect_id)
            succeeded += run_effect(effect_id=effect_id)
    return succeeded


def replay_effect(*, effect_id: int) -> bool:
    """Give a dead letter all its attempts again, due now; False if it is not a dead letter."""
    return bool(
        Effect.objects.filter(pk=effect_id, state=EffectState.DEAD).update(
            state=EffectState.PENDING, attempts=0, due_at=timezone.now(), lease_until=None
        )
    )
