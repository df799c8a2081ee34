"""Decisions that race the folder, with two connections to a real server: both of them end."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F

from people.models import Visitor
from people.services.consent import withdraw_consent
from people.services.pausing import pause_profiling
from people.services.visitors import join_visitor, part_visitor
from tests.factories.leads import topic_named
from tests.factories.tracking import consenting_person, consenting_visitor, view_of, yardstick
from tracking.models import Reading
from tracking.services import folding
from tracking.services.stated import Statement, state_interests

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
PATIENCE_S = 60
NOW = datetime.now(UTC)


def withdraw(person, visitor):
    withdraw_consent(person=person)


def withdraw_a_browser(person, visitor):
    withdraw_consent(visitor=Visitor.objects.get(person=None))


def pause(person, visitor):
    pause_profiling(person=person)


def join(person, visitor):
    other = Visitor.objects.get(person=None)
    assert join_visitor(visitor=other, person=person, actor="user:1")


def part(person, visitor):
    part_visitor(visitor=visitor, actor="user:1")


def state(person, visitor):
    said = Statement(topic=topic_named("Gums"), ref="said:1")
    assert state_interests(person=person, statements=[said]) == 1


@pytest.mark.parametrize("decide", [withdraw, withdraw_a_browser, pause, join, part, state])
def test_whoever_decides_while_a_reading_is_folded_waits_and_both_end(decide, monkeypatch):
    person = consenting_person("A")
    visitor = consenting_visitor(person=person)
    yardstick(1, topics={topic_named("Implants").pk: 1.0})
    browsers = (visitor, consenting_visitor())
    for one in browsers:
        view_of(one, 1, at=NOW - timedelta(hours=2))
    folding.fold_everything()
    for one in browsers:
        view_of(one, 1, at=NOW - timedelta(hours=1))
    folded, decided = threading.Event(), threading.Event()
    failures: list[BaseException] = []
    fold_views = folding.fold_views

    def fold_and_hold(**views):
        fold_views(**views)
        if not folded.is_set():
            folded.set()
            wait_for_a_waiter(unless=decided)

    monkeypatch.setattr(folding, "fold_views", fold_and_hold)

    def fold():
        try:
            folding.fold_everything()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    folder = threading.Thread(target=fold)
    folder.start()
    try:
        assert folded.wait(PATIENCE_S)
        decide(person, visitor)
    finally:
        decided.set()
        folder.join(PATIENCE_S)
    assert failures == []
    astray = Reading.objects.exclude(profile__person=F("visitor__person"))
    assert not astray.filter(visitor__person__isnull=False).exists()


def wait_for_a_waiter(*, unless: threading.Event) -> None:
    """Hold what the transaction has locked until somebody else asks for it."""
    with connection.cursor() as cursor:
        while not unless.wait(0.02):
            cursor.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
