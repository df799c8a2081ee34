"""Asks for an effect inside the caller's transaction; it may not wait for the broker."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from outbox import hints
from outbox.models import Effect


def enqueue_effect(*, kind: str, payload: dict, key: str, due_at: datetime | None = None) -> Effect:
    """Return the one effect of that key, made now unless it was asked for before.

    The row belongs to the caller's transaction: no commit, no effect. After the commit the broker
    gets a hint, whose loss only means waiting for the next sweep. `payload` holds ids alone.
    """
    effect, created = Effect.objects.get_or_create(
        key=key,
        defaults={"kind": kind, "payload": payload, "due_at": due_at or timezone.now()},
    )
    if created and effect.due_at <= timezone.now():
        transaction.on_commit(lambda: hints.send_hint(effect.pk))
    return effect


def enqueue_mail(*, template: str, ids: dict, key: str, due_at: datetime | None = None) -> Effect:
    """Ask for one mail: the template's composer turns `ids` into address and words when it is sent."""
    return enqueue_effect(
        kind="mail.send", payload={"template": template, "ids": ids}, key=key, due_at=due_at
    )
