"""Rows for effects that must happen once, each attempt at them, and the audit log."""

from django.db import models
from django.utils import timezone


class EffectState(models.TextChoices):
    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Effect(models.Model):
    """One effect to bring about: a row is the truth, the broker only a hint that it is due.

    `key` makes a second request for the same effect the same row. `lease_until` says until when
    a worker that took the row is believed to be alive.
    """

    kind = models.CharField(max_length=64)
    key = models.CharField(max_length=200, unique=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=EffectState.choices, default=EffectState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Delivery(models.Model):
    """One attempt to send one effect, and how it ended."""

    effect = models.ForeignKey(Effect, on_delete=models.CASCADE, related_name="deliveries")
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    succeeded = models.BooleanField(default=False)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"attempt at {self.effect_id}"


class AuditEntry(models.Model):
    """Who did what to what, append-only; people stand in it by opaque references alone."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.CharField(max_length=120)
    action = models.CharField(max_length=64, db_index=True)
    subject = models.CharField(max_length=200, blank=True, db_index=True)
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.action}"
