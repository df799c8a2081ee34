"""What breaks in the middle of a class: a worker that dies, a Redis that is emptied or goes away.

The other faults of a class have their tests where the thing that meets them is tested: two classes
at once, a class moved while people wait, a phone's clock and a join link used by two in
`test_api.py`; a report with 10,000 rows, a truncated one and a worker killed on the way in
`admin/test_reports.py`; one person forty times in `services/test_attendance_imports.py`; UTF-16
and a file cut in a character in `reports/test_reading.py`.
"""

import signal
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from classroom.models import Attendance, PresenceBeat
from classroom.services import attendance
from classroom.services.join_tokens import issue_join_token
from classroom.services.presence import SETTLE, record_presence
from outbox.models import Delivery, Effect, EffectState
from outbox.services import run_due_effects, run_effect
from outbox.services.running import DIED
from tests.factories.classroom import STARTS_AT, live_class, place
from tests.factories.people import PersonFactory
from tests.outbox.children import die, run_in_child
from tests.servers import RedisServer


def sit_through(page, people, *, minutes: int, clock, tab: str = "t1") -> None:
    """Signs of life of everybody, once a minute."""
    for _ in range(minutes):
        for person in people:
            record_presence(live_class=page, person=person, kind="beat", tab=tab)
        clock.shift(60)


def seconds_of(page) -> list[int]:
    rows = Attendance.objects.filter(live_class=page).order_by("person_id")
    return list(rows.values_list("live_seconds", flat=True))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("dies_at", [1, 2, 3])
def test_a_worker_killed_while_it_counts_a_class_is_finished_by_the_next(monkeypatch, dies_at):
    """It dies for real before its first, second or third slice; nobody is lost or counted twice."""
    monkeypatch.setattr(attendance, "PEOPLE_A_SLICE", 1)
    with time_machine.travel(STARTS_AT, tick=False) as clock:
        page = live_class()
        people = [PersonFactory() for _ in range(3)]
        for person in people:
            place(page, person)
            record_presence(live_class=page, person=person, kind="join", tab="t1")
        sit_through(page, people, minutes=11, clock=clock)
        clock.move_to(page.ends_at + timedelta(minutes=3))
        effect = Effect.objects.get(kind=SETTLE)
        real, slices = attendance._recompute_slice, []

        def killed_there(*args, **kwargs):
            slices.append(1)
            if len(slices) == dies_at:
                die()
            return real(*args, **kwargs)

        def work():
            attendance._recompute_slice = killed_there
            run_effect(effect_id=effect.pk)

        assert run_in_child(work) == -signal.SIGKILL
        assert seconds_of(page) == [600] * (dies_at - 1)
        assert run_due_effects() == 0  # it is believed to be alive until its lease ends
        clock.shift(timedelta(minutes=11))
        assert run_due_effects() == 1
    assert seconds_of(page) == [600, 600, 600]
    effect.refresh_from_db()
    assert effect.state == EffectState.DONE
    assert [row.problem for row in Delivery.objects.filter(effect=effect).order_by("pk")] == [
        DIED,
        "",
    ]
    assert PresenceBeat.objects.count() == 3 + 3 * 11


@pytest.fixture
def redis_server(tmp_path, settings):
    """A Redis of the test's own as the cache."""
    with RedisServer(tmp_path) as server:
        settings.CACHES = {
            **settings.CACHES,
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": server.url,
            },
        }
        yield server


def sign(client, page, token: str, kind: str = "beat"):
    return client.post(
        f"/api/v1/classes/{page.pk}/presence",
        {"kind": kind, "tab": "t1"},
        content_type="application/json",
        headers={"Authorization": f"Join {token}"},
    )


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["emptied", "gone"])
def test_redis_emptied_or_gone_in_the_middle_of_a_class_costs_no_second(
    client, redis_server, fault
):
    with time_machine.travel(STARTS_AT, tick=False) as clock:
        page = live_class()
        token = issue_join_token(place(page, PersonFactory()))
        cache.set("there", "yes")
        assert sign(client, page, token, "join").status_code == 200
        for minute in range(10):
            if minute == 5 and fault == "emptied":
                redis_server.store.flushall()
                assert cache.get("there") is None
            elif minute == 5:
                redis_server.kill()
            clock.shift(60)
            assert sign(client, page, token).status_code == 200, minute
        # What waited in the broker is gone too: the row alone brings the counting about.
        clock.move_to(page.ends_at + timedelta(minutes=3))
        assert run_due_effects() == 1
    assert seconds_of(page) == [600]
    assert PresenceBeat.objects.count() == 11
