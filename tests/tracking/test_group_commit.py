"""The thread that writes for many requests: each hears of its own, after the commit, whatever fails."""

import asyncio
import os
import threading

import psycopg
import pytest
from django.db import connection

from people.models import Visitor
from tests.servers import database_url
from tests.tracking.browsers import make_event, make_page, make_visitor
from tests.tracking.test_ingest_group import arrived
from tracking import group_commit
from tracking.group_commit import Full, GroupWriter
from tracking.models import Event
from tracking.services.ingest import Arrival

REAL_COMMITS = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def writer():
    writer = GroupWriter()
    yield writer
    writer.close()


def in_a_loop(work):
    """Run a coroutine in a thread with an event loop of its own; returns or raises what it does."""
    outcome = []

    def run() -> None:
        try:
            outcome.append(asyncio.run(work))
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


async def take_all(writer: GroupWriter, arrivals: list[Arrival]) -> list:
    """Hand all in at once; a word for each event, or the name of what was raised."""
    found = await asyncio.gather(*map(writer.take, arrivals), return_exceptions=True)
    return [
        type(one).__name__
        if isinstance(one, BaseException)
        else [verdict.reason or verdict.status for verdict in one]
        for one in found
    ]


@REAL_COMMITS
def test_what_many_bring_at_once_is_stored_once(writer):
    article, (visitor, _) = make_page(), make_visitor()
    events = [make_event(article) for _ in range(30)]
    # Each event comes in two of the batches, from whichever side.
    batches = [arrived([events[place], events[place - 1]], visitor) for place in range(30)]
    found = in_a_loop(take_all(writer, batches))
    said = [word for words in found for word in words]
    assert (said.count("ok"), said.count("duplicate")) == (30, 30)
    assert {str(pk) for pk in Event.objects.values_list("pk", flat=True)} == {
        event["id"] for event in events
    }


@pytest.mark.django_db
def test_a_batch_that_no_database_takes_spoils_only_itself(article, visitor):
    bad = arrived([make_event(article, kind="open")], visitor[0], language=object())
    good = [arrived([make_event(article)], visitor[0]) for _ in range(2)]
    first, spoilt, last = group_commit._write([good[0], bad, good[1]])
    assert [verdict.status for verdict in (*first, *last)] == ["ok", "ok"]
    assert isinstance(spoilt, Exception)
    assert Event.objects.count() == 2


@REAL_COMMITS
def test_a_writer_that_has_enough_takes_no_more():
    writer = GroupWriter(most_waiting=2)
    article, (visitor, _) = make_page(), make_visitor()
    group = [arrived([make_event(article)], visitor) for _ in range(3)]
    assert in_a_loop(take_all(writer, group)) == [["ok"], ["ok"], Full.__name__]
    assert in_a_loop(take_all(writer, group[2:])) == [["ok"]]
    writer.close()


@REAL_COMMITS
def test_a_closed_writer_wrote_what_waited_and_starts_again(writer):
    article, (visitor, _) = make_page(), make_visitor()

    async def take_and_close() -> list:
        waiting = asyncio.ensure_future(
            take_all(writer, [arrived([make_event(article)], visitor) for _ in range(5)])
        )
        await asyncio.sleep(0)  # they are in the queue now
        await asyncio.sleep(0)
        await asyncio.to_thread(writer.close)
        return await waiting

    assert in_a_loop(take_and_close()) == [["ok"]] * 5
    assert in_a_loop(take_all(writer, [arrived([make_event(article)], visitor)])) == [["ok"]]
    assert Event.objects.count() == 6


@pytest.mark.sqlite
@REAL_COMMITS
def test_a_forked_process_has_a_writer_of_its_own(writer):
    article, (visitor, _) = make_page(), make_visitor()
    before, after = ([arrived([make_event(article)], visitor)] for _ in range(2))
    assert in_a_loop(take_all(writer, before)) == [["ok"]]
    pid = os.fork()
    if not pid:
        code = 1
        try:
            code = int(in_a_loop(take_all(writer, after)) != [["ok"]])
        finally:
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0
    assert Event.objects.count() == 2


@pytest.mark.postgres
@REAL_COMMITS
def test_who_withdraws_just_now_keeps_nobody_else_waiting(writer):
    article, (visitor, _), (other, _) = make_page(), make_visitor(), make_visitor()

    async def take() -> tuple:
        table = connection.ops.quote_name(Visitor._meta.db_table)
        held = await psycopg.AsyncConnection.connect(database_url())
        async with held:
            await held.execute(
                f"SELECT 1 FROM {table} WHERE id = %s FOR NO KEY UPDATE", [visitor.pk]
            )
            waiting = asyncio.ensure_future(
                take_all(writer, [arrived([make_event(article)], visitor)])
            )
            others = await take_all(writer, [arrived([make_event(article)], other)])
            kept_waiting = not waiting.done()
            await held.execute(
                f"UPDATE {table} SET withdrawn_at = now() WHERE id = %s", [visitor.pk]
            )
            await held.commit()
            return others, kept_waiting, await waiting

    assert in_a_loop(take()) == ([["ok"]], True, [["no_consent"]])
    assert [event.visitor for event in Event.objects.all()] == [other]
