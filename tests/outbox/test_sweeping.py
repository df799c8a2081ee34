"""The sweep finds what the broker lost; a broker that is away delays nobody."""

import subprocess
import sys
import time
from datetime import timedelta
from unittest import mock

import pytest
from django.db import transaction
from django.utils import timezone

from outbox import hints, tasks
from outbox.models import Effect, EffectState
from outbox.registry import handles
from outbox.services import clear_done_effects, enqueue_effect, sweep_effects
from outbox.services.running import ATTEMPTS_AT_MOST


def make_effect(key: str, **fields) -> Effect:
    return Effect.objects.create(kind="test.fine", key=key, **fields)


@pytest.mark.django_db
def test_sweep_effects_returns_what_is_due_and_nobody_works_on():
    now = timezone.now()
    hour = timedelta(hours=1)
    due = make_effect("due", due_at=now - hour)
    orphan = make_effect("orphan", state=EffectState.RUNNING, lease_until=now - hour, attempts=1)
    make_effect("later", due_at=now + hour)
    make_effect("busy", state=EffectState.RUNNING, lease_until=now + hour, attempts=1)
    make_effect("done", state=EffectState.DONE)
    spent = make_effect(
        "spent", state=EffectState.RUNNING, lease_until=now - hour, attempts=ATTEMPTS_AT_MOST
    )
    assert sweep_effects() == [due.pk, orphan.pk]
    spent.refresh_from_db()
    assert spent.state == EffectState.DEAD


@pytest.mark.django_db
def test_sweep_task_rebuilds_an_emptied_broker(monkeypatch):
    sent, acted = [], []

    @handles("test.fine")
    def act(effect):
        acted.append(effect.key)

    for key in ("a", "b", "c"):
        make_effect(key)
    monkeypatch.setattr(
        tasks.run_effect, "apply_async", lambda args, **options: sent.append(args[0])
    )
    tasks.sweep()
    tasks.sweep()  # run twice, and nobody worked meanwhile: hinted at twice
    assert len(sent) == 6
    for effect_id in sent:
        tasks.run_effect(effect_id)
    assert acted == ["a", "b", "c"]
    sent.clear()
    tasks.sweep()
    assert sent == []


@pytest.mark.django_db
def test_clear_done_effects_takes_only_what_was_done_long_ago():
    old = timezone.now() - timedelta(days=91)
    make_effect("old", state=EffectState.DONE, due_at=old, done_at=old)
    make_effect("late", state=EffectState.DONE, due_at=old, done_at=timezone.now())
    make_effect("dead", state=EffectState.DEAD, created_at=old, due_at=old)
    make_effect("new", state=EffectState.DONE, done_at=timezone.now())
    assert clear_done_effects() == 1
    assert set(Effect.objects.values_list("key", flat=True)) == {"dead", "late", "new"}


@pytest.mark.django_db
def test_enqueue_effect_hints_on_commit_and_not_on_rollback(
    monkeypatch, django_capture_on_commit_callbacks
):
    hinted = []
    monkeypatch.setattr(hints, "send_hint", hinted.append)
    with django_capture_on_commit_callbacks(execute=True):
        effect = enqueue_effect(kind="test.fine", payload={}, key="kept")
        enqueue_effect(
            kind="test.fine", payload={}, key="later", due_at=timezone.now() + timedelta(days=1)
        )
        with (
            mock.patch.object(Effect, "save_base", side_effect=RuntimeError),
            pytest.raises(RuntimeError),
            transaction.atomic(),
        ):
            enqueue_effect(kind="test.fine", payload={}, key="rolled back")
    assert hinted == [effect.pk]


BROKER_AWAY = """
import time, django
django.setup()
from config.celery import app
app.conf.broker_url = "redis://192.0.2.1:6379/0"
from outbox import hints
start = time.monotonic()
for number in range(1500):
    hints.send_hint(number)
print(time.monotonic() - start)
"""


def test_send_hint_returns_at_once_while_the_broker_is_away():
    begun = time.monotonic()
    answer = subprocess.run(
        [sys.executable, "-c", BROKER_AWAY], capture_output=True, text=True, timeout=60
    )
    assert answer.returncode == 0, answer.stderr
    assert float(answer.stdout) < 0.5
    assert time.monotonic() - begun < 30  # nor does the process wait when it ends
