"""A room in its real processes: killed with 300 listeners, database cut, Redis gone, two servers.

What every listener has at the end is one list: equal, without a gap or a double, and with everything
that a sender got an answer for.
"""

import asyncio
import json
import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from classroom.models import Registration, Room, RoomEvent, RoomGuest, RoomSlide
from classroom.services.join_tokens import issue_join_token
from people.models import Person
from people.roles import Role
from tests.classroom.room.listeners import Ear, Heard, Mouth
from tests.factories.classroom import live_class
from tests.factories.people import make_staff
from tests.factories.rooms import make_room
from tests.servers import RedisServer, Server

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
LISTENERS = 300
SENDERS = 24
FIRST, SECOND = 2, 4  # things each of them says; beyond six at once a guest has to wait
EVERYBODY = SENDERS + 2  # two hosts turn slides meanwhile
WITHIN_S = 120.0  # far more than it takes; on a busy machine nothing hangs on how long


@pytest.fixture
def seats() -> tuple[Room, list[str]]:
    """A room of a class that is on, and the tokens of everybody with a place in it."""
    room = make_room(live_class(starts_at=timezone.now() - timedelta(minutes=5)))
    people = Person.objects.bulk_create(Person(display_name=f"P{n}") for n in range(LISTENERS))
    places = Registration.objects.bulk_create(
        Registration(live_class=room.live_class, person=person) for person in people
    )
    RoomGuest.objects.bulk_create(
        RoomGuest(room=room, person=person, nickname=f"Guest {number}")
        for number, person in enumerate(people)
    )
    RoomSlide.objects.bulk_create(
        RoomSlide(room=room, file=f"slides/{n}.webp", width=16, height=9, position=n)
        for n in range(3)
    )
    return room, [issue_join_token(place) for place in places]


def headers_of_host() -> dict[str, str]:
    """An administrator's session, as a browser sends it."""
    client = Client()
    client.force_login(make_staff(Role.ADMINISTRATOR))
    forged = "x" * 32
    cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={forged}"
    return {"Cookie": cookies, "X-CSRFToken": forged}


class Scene:
    """Listeners and senders of one room on one or more servers."""

    def __init__(self, room: Room, tokens: list[str], ports: list[int]) -> None:
        self.heard = Heard()
        self.listening: list[asyncio.Task] = []
        base = f"/api/v1/classes/{room.pk}"
        self.ears = [Ear(ports, f"{base}/stream", token, self.heard) for token in tokens]
        self.mouths = [
            Mouth(ports, f"{base}/messages", {"Authorization": f"Join {token}"})
            for token in tokens[:SENDERS]
        ]
        self.hosts = [Mouth(ports, f"{base}/acts", headers_of_host()) for _ in range(2)]
        self.slides = [slide.pk for slide in room.slides.all()]

    def begin(self) -> None:
        """Open every stream."""
        self.listening = [asyncio.create_task(ear.listen()) for ear in self.ears]

    async def until_all_listen(self) -> None:
        await self.heard.until(lambda: all(ear.is_up for ear in self.ears), within_s=WITHIN_S)

    async def talk(self, each: int) -> list[int]:
        """Every sender says and asks something; some of it is sent twice."""

        async def one(mouth: Mouth) -> list[int]:
            return [
                await mouth.send(
                    text=f"{random.random()}", kind=random.choice(["message", "question"]),
                    doubled=turn % 3 == 0,
                )
                for turn in range(each)
            ]  # fmt: skip

        async def turn(host: Mouth) -> list[int]:
            return [
                await host.send(kind="slide", slide=random.choice(self.slides)) for _ in range(each)
            ]

        said = await asyncio.gather(
            *(one(mouth) for mouth in self.mouths), *(turn(host) for host in self.hosts)
        )
        return [number for numbers in said for number in numbers]

    async def until_all_heard(self, number: int) -> None:
        await self.heard.until(
            lambda: all(ear.last >= number for ear in self.ears), within_s=WITHIN_S
        )

    async def until_somebody_heard(self, number: int) -> None:
        await self.heard.until(
            lambda: any(ear.last >= number for ear in self.ears), within_s=WITHIN_S
        )

    async def end(self) -> None:
        for task in self.listening:
            task.cancel()
        await asyncio.gather(*self.listening, return_exceptions=True)

    def check(self, room: Room) -> None:
        """One list for all: the table's, whole, with everything that was answered."""
        rows = list(RoomEvent.objects.filter(room=room).order_by("number"))
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
        transcripts = Counter(tuple(ear.lines) for ear in self.ears)
        assert len(transcripts) == 1
        (lines,) = transcripts
        assert [number for number, _ in lines] == [row.number for row in rows]
        assert [json.loads(words)["text"] for _, words in lines] == [row.text for row in rows]
        stored = {row.client_id: row.number for row in rows}
        answered = {
            key: value
            for mouth in [*self.mouths, *self.hosts]
            for key, value in mouth.answered.items()
        }
        assert stored == answered  # nothing lost, nothing twice, nothing that nobody sent


def test_300_listeners_and_two_kills(seats, tmp_path):
    room, tokens = seats
    server = Server(tmp_path)

    scene = Scene(room, tokens, [server.port])

    async def walk() -> None:
        scene.begin()
        await scene.until_all_listen()
        await scene.talk(FIRST)
        # Once with everybody listening and nobody sending, once in the middle of sending.
        server.kill()
        await asyncio.to_thread(server.start)
        sending = asyncio.create_task(scene.talk(SECOND))
        await scene.until_somebody_heard(FIRST * EVERYBODY + 8)
        server.kill()
        assert not sending.done()
        await asyncio.to_thread(server.start)
        last = max(await sending)
        await scene.until_all_listen()
        await scene.until_all_heard(last)
        await scene.end()

    with server:
        asyncio.run(walk())
    scene.check(room)
    assert len(scene.ears[0].lines) == EVERYBODY * (FIRST + SECOND)
    assert all(ear.openings >= 2 for ear in scene.ears)
    assert sum(mouth.sendings for mouth in scene.mouths) > SENDERS * (FIRST + SECOND)


@pytest.mark.postgres
def test_two_servers_on_postgresql_see_one_room_and_outlive_its_connections(seats, tmp_path):
    room, tokens = seats
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    servers = [Server(tmp_path / "one"), Server(tmp_path / "two")]

    own = own_pid()
    scene = Scene(room, tokens[:60], [server.port for server in servers])

    async def walk() -> None:
        scene.begin()
        await scene.until_all_listen()
        sending = asyncio.create_task(scene.talk(FIRST + SECOND))
        await scene.until_somebody_heard(5)
        await asyncio.to_thread(cut_connections, but=own)
        last = max(await sending)
        await scene.until_all_heard(last)
        await scene.end()

    with servers[0], servers[1]:
        asyncio.run(walk())
    scene.check(room)
    assert len(scene.ears[0].lines) == EVERYBODY * (FIRST + SECOND)


def test_two_servers_see_one_room_while_their_redis_is_emptied_and_dies(seats, tmp_path):
    room, tokens = seats
    folders = [tmp_path / name for name in ("one", "two", "redis")]
    for folder in folders:
        folder.mkdir()

    async def walk() -> None:
        scene.begin()
        await scene.until_all_listen()
        sending = asyncio.create_task(scene.talk(FIRST + SECOND))
        await scene.until_somebody_heard(5)
        hints.store.flushall()
        await scene.until_somebody_heard(FIRST * EVERYBODY)
        await asyncio.to_thread(hints.kill)
        last = max(await sending)
        await scene.until_all_heard(last)
        await scene.end()

    with RedisServer(folders[2]) as hints:
        servers = [Server(folder, REDIS_URL=hints.url) for folder in folders[:2]]
        scene = Scene(room, tokens[:60], [server.port for server in servers])
        with servers[0], servers[1]:
            asyncio.run(walk())
    scene.check(room)
    assert len(scene.ears[0].lines) == EVERYBODY * (FIRST + SECOND)


def own_pid() -> int:
    """The number of this test's own connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def cut_connections(*, but: int) -> None:
    """End every connection to this database except one, as a restart of it would."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)",
                [but],
            )
    finally:
        connection.close()
