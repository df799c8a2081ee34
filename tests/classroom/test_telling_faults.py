"""A worker that dies for real in the middle of telling: nobody hears a thing twice, by text or by hand."""

import signal
from datetime import timedelta

import pytest
import time_machine

from classroom.models import Telling
from classroom.services.registration import register_person
from classroom.services.tellings import mark_told
from outbox.models import Effect
from outbox.services import run_due_effects, run_effect
from people.models import ContactKind
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.people import ContactPointFactory, UserFactory, make_person
from tests.outbox.children import die, run_in_child
from tests.outbox.gateway import running_gateway


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT - timedelta(days=3), tick=False) as travelling:
        yield travelling


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_worker_killed_after_the_row_was_made_tells_nobody_twice(clock):
    held = live_class()
    register_person(live_class=held, person=make_person())
    assert _killed_after_the_effect() == -signal.SIGKILL
    mark_told(tellings=list(Telling.objects.select_related("person")), by=UserFactory())
    clock.shift(timedelta(minutes=3))
    assert run_due_effects() == 1
    assert not Telling.objects.filter(told_at=None).exists()
    assert Telling.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_worker_killed_after_the_gateway_took_the_text_sends_the_same_one(settings, clock):
    with running_gateway(settings) as gateway:
        person = make_person()
        ContactPointFactory(person=person, kind=ContactKind.PHONE, value="+8613800138000")
        register_person(live_class=live_class(), person=person)
        assert _killed_after_the_effect() == -signal.SIGKILL
        clock.shift(timedelta(minutes=3))
        assert run_due_effects() == 1
        assert len(gateway.taken) == 2
        assert len(gateway.texts()) == 1, "the second has the id of the first"
    assert not Telling.objects.exists()


def _killed_after_the_effect() -> int:
    """Run the confirmation in a process that dies for real before it could note that it is done."""
    effect = Effect.objects.get(payload__template="class_place")

    def work():
        from outbox.services import running

        running._note_done = lambda effect: die()
        run_effect(effect_id=effect.pk)

    return run_in_child(work)
