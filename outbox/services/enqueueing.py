"""Asks for an effect inside the caller's transaction; it may not wait for the broker."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from outbox import hints
from outbox.models import Effect, EffectState
from outbox.registry import is_news_for_nobody


def enqueue_effect(*, kind: str, payload: dict, key: str, due_at: datetime | None = None) -> Effect:
    """Return the one effect of that key, made now unless it was asked for before.

    The row belongs to the caller's transaction: no commit, no effect. After the commit the broker
    gets a hint, whose loss only means waiting for the next sweep. `payload` holds ids alone. News
    that nobody handles is written as done.
    """
    effect, created = Effect.objects.get_or_create(
        key=key,
        defaults={**_beginning(kind), "payload": payload, "due_at": due_at or timezone.now()},
    )
    if created and effect.state == EffectState.PENDING and effect.due_at <= timezone.now():
        transaction.on_commit(lambda: hints.send_hint(effect.pk))
    return effect


def enqueue_effects(*, kind: str, payloads: Mapping[str, dict]) -> None:
    """Ask for many effects of one kind, payloads by key, with one statement.

    Keys that were asked for before stay as they are. The broker gets no hints: the next sweep
    finds the rows.
    """
    if not payloads:
        return
    beginning = _beginning(kind)
    Effect.objects.bulk_create(
        [Effect(key=key, payload=payload, **beginning) for key, payload in payloads.items()],
        ignore_conflicts=True,
    )


def _beginning(kind: str) -> dict[str, Any]:
    """The kind and the state that effects of it begin in."""
    if is_news_for_nobody(kind):
        return {"kind": kind, "state": EffectState.DONE, "done_at": timezone.now()}
    return {"kind": kind}


def enqueue_mail(*, template: str, ids: dict, key: str, due_at: datetime | None = None) -> Effect:
    """Ask for one mail: the template's composer turns `ids` into address and words when it is sent."""
    return enqueue_effect(
        kind="mail.send", payload={"template": template, "ids": ids}, key=key, due_at=due_at
    )
