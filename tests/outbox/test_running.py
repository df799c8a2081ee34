"""Effects happen once: whatever dies, whenever, and however often they are run."""

import signal
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from outbox.models import AuditEntry, Delivery, Effect, EffectState
from outbox.registry import handles
from outbox.services import (
    enqueue_effect,
    replay_effect,
    run_due_effects,
    run_effect,
    sweep_effects,
)
from outbox.services.running import ATTEMPTS_AT_MOST, DIED
from tests.outbox.children import die, run_in_child

KILLED = -signal.SIGKILL
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def make_effect(kind: str = "test.database", **fields) -> Effect:
    return Effect.objects.create(kind=kind, key=fields.pop("key", "one"), **fields)


def run_worker(effect: Effect, handler=None) -> int:
    """Run one effect in a process of its own and return how that ended."""

    def work() -> None:
        for kind, outside in (("test.database", False), ("test.outside", True)):
            if handler is not None:
                handles(kind, outside=outside)(handler)
        run_effect(effect_id=effect.pk)

    return run_in_child(work)


def write_row(effect: Effect) -> None:
    AuditEntry.objects.create(actor="test", action="killed", subject=effect.key)


def die_before(effect: Effect) -> None:
    die()
    write_row(effect)


def die_inside(effect: Effect) -> None:
    write_row(effect)
    die()


def end_lease(effect: Effect) -> None:
    """Let the time pass for which a dead worker is believed to be alive."""
    Effect.objects.filter(pk=effect.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("handler", [die_before, die_inside])
def test_run_effect_killed_in_handler_leaves_nothing_and_happens_once_later(committed, handler):
    effect = make_effect()
    assert run_worker(effect, handler) == KILLED
    effect.refresh_from_db()
    assert (effect.state, effect.attempts) == (EffectState.RUNNING, 1)
    assert not AuditEntry.objects.filter(subject=effect.key).exists()

    assert run_worker(effect, write_row) == 0  # the lease still holds: nobody else may take it
    effect.refresh_from_db()
    assert effect.state == EffectState.RUNNING

    end_lease(effect)
    assert run_worker(effect, write_row) == 0
    effect.refresh_from_db()
    assert (effect.state, effect.attempts) == (EffectState.DONE, 2)
    assert AuditEntry.objects.filter(subject=effect.key).count() == 1
    problems = Delivery.objects.order_by("pk").values_list("problem", "succeeded")
    assert list(problems) == [(DIED, False), ("", True)]


def test_run_effect_killed_after_the_end_does_not_happen_again(committed):
    effect = make_effect()

    def work():
        handles("test.database")(write_row)
        run_effect(effect_id=effect.pk)
        die()  # before the broker is told

    assert run_in_child(work) == KILLED
    assert run_worker(effect, write_row) == 0
    assert AuditEntry.objects.filter(subject=effect.key).count() == 1


def test_run_effect_outside_killed_after_acting_repeats_with_the_same_key(committed, tmp_path):
    effect, file = make_effect("test.outside"), tmp_path / "sent"

    def append_line(effect):
        with file.open("a") as sent:
            sent.write(effect.key + "\n")

    def append_and_die(effect):
        append_line(effect)
        die()

    assert run_worker(effect, append_and_die) == KILLED
    end_lease(effect)
    assert run_worker(effect, append_line) == 0
    assert run_worker(effect, append_line) == 0
    assert file.read_text().split() == ["one", "one"]


def test_run_effect_of_a_payload_that_kills_its_workers_ends_as_dead_letter(committed):
    effect = make_effect(attempts=ATTEMPTS_AT_MOST - 1)
    other = make_effect(key="other")
    assert run_worker(effect, die_before) == KILLED
    end_lease(effect)
    assert run_worker(effect, die_before) == 0  # no ninth attempt, so nothing died
    effect.refresh_from_db()
    assert effect.state == EffectState.DEAD
    assert Delivery.objects.get().problem == DIED
    assert run_worker(other, write_row) == 0
    other.refresh_from_db()
    assert other.state == EffectState.DONE


def test_run_effect_twice_at_once_happens_once(committed):
    entered, release, acted = threading.Event(), threading.Event(), []

    @handles("test.slow", outside=True)
    def act(effect):
        acted.append(effect.key)
        entered.set()
        release.wait(10)

    effect = make_effect("test.slow")

    def work():
        try:
            run_effect(effect_id=effect.pk)
        finally:
            connection.close()

    first = threading.Thread(target=work)
    first.start()
    assert entered.wait(10)
    assert run_effect(effect_id=effect.pk) is False
    release.set()
    first.join(10)
    effect.refresh_from_db()
    assert (acted, effect.state, effect.attempts) == (["one"], EffectState.DONE, 1)


@pytest.mark.django_db
def test_run_effect_that_lost_its_lease_undoes_its_own_work():
    @handles("test.late")
    def write(effect):
        AuditEntry.objects.create(actor="test", action="late", subject=effect.key)
        # Meanwhile another worker took the row over.
        Effect.objects.filter(pk=effect.pk).update(attempts=effect.attempts + 1)

    effect = make_effect("test.late")
    assert run_effect(effect_id=effect.pk) is False
    assert not AuditEntry.objects.filter(action="late").exists()


@pytest.mark.django_db
def test_run_effect_that_raises_waits_longer_each_time_and_becomes_a_dead_letter():
    @handles("test.poison")
    def fail(effect):
        raise ValueError("secret@example.org")

    with time_machine.travel(NOON, tick=False) as clock:
        poison = make_effect("test.poison")
        waits = []
        for _ in range(ATTEMPTS_AT_MOST):
            assert run_effect(effect_id=poison.pk) is False
            assert run_effect(effect_id=poison.pk) is False  # not due yet: no attempt
            poison.refresh_from_db()
            waits.append((poison.due_at - timezone.now()).total_seconds())
            clock.move_to(poison.due_at)
    assert waits == [5, 20, 80, 320, 1280, 3600, 3600, 3600]
    assert (poison.state, poison.attempts) == (EffectState.DEAD, ATTEMPTS_AT_MOST)
    deliveries = list(Delivery.objects.all())
    assert len(deliveries) == ATTEMPTS_AT_MOST
    assert all(delivery.problem.startswith("ValueError at fail") for delivery in deliveries)
    assert not any("secret" in delivery.problem for delivery in deliveries)


@pytest.mark.django_db
def test_run_due_effects_goes_on_past_a_poison():
    done = []

    @handles("test.poison")
    def fail(effect):
        raise ValueError

    @handles("test.fine")
    def act(effect):
        done.append(effect.key)

    make_effect("test.poison", key="a", due_at=NOON)
    make_effect("test.fine", key="b")
    make_effect("test.fine", key="later", due_at=timezone.now() + timedelta(hours=1))
    assert run_due_effects() == 1
    assert done == ["b"]


@pytest.mark.django_db
def test_run_effect_of_unknown_kind_is_an_attempt_that_failed():
    effect = make_effect("test.nobody")
    assert run_effect(effect_id=effect.pk) is False
    effect.refresh_from_db()
    assert (effect.state, effect.attempts) == (EffectState.PENDING, 1)


@pytest.mark.django_db
def test_replay_effect_gives_a_dead_letter_all_attempts_again():
    acted = []

    @handles("test.fine")
    def act(effect):
        acted.append(effect.key)

    effect = make_effect("test.fine", state=EffectState.DEAD, attempts=ATTEMPTS_AT_MOST)
    assert run_due_effects() == 0
    assert replay_effect(effect_id=effect.pk) is True
    assert replay_effect(effect_id=effect.pk) is False
    assert run_due_effects() == 1
    assert acted == ["one"]


@pytest.mark.django_db
def test_enqueue_effect_twice_with_one_key_is_one_effect():
    first = enqueue_effect(kind="test.fine", payload={"id": 1}, key="same")
    second = enqueue_effect(kind="test.fine", payload={"id": 2}, key="same")
    assert first == second
    assert Effect.objects.get().payload == {"id": 1}


def test_a_kind_with_its_own_waits_is_tried_as_often_and_as_far_apart(db, monkeypatch):
    monkeypatch.setattr("random.uniform", lambda low, high: low)
    handles("test.patient", outside=True, waits_s=(*[60] * 9, 3600))(raise_error)
    effect = make_effect("test.patient", key="patient")
    seen = []
    with time_machine.travel(NOON, tick=False) as clock:
        Effect.objects.update(due_at=NOON)
        for _ in range(11):
            before = timezone.now()
            run_effect(effect_id=effect.pk)
            effect.refresh_from_db()
            seen.append((effect.due_at - before).total_seconds())
            clock.move_to(effect.due_at)
            assert sweep_effects() == ([effect.pk] if effect.state == EffectState.PENDING else [])
    assert (effect.state, effect.attempts) == (EffectState.DEAD, 11)
    assert seen[:10] == [60] * 9 + [3600]


def raise_error(effect: Effect) -> None:
    raise OSError
