"""The snapshot of a room: who is here as a number, votes and polls, and how often it is read."""

import asyncio
import json
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from classroom import room_hub
from classroom.room_hub import RoomHub
from classroom.room_state import FRESH, fresh_state, read_state
from classroom.services import room as services
from classroom.services.room_moderation import put_out_guest, slow_down
from classroom.services.room_votes import open_poll, vote
from tests.factories.classroom import live_class
from tests.factories.rooms import give_sign, guest_seat, host_seat, make_room, new_id

WITHIN_S = 60.0  # nothing hangs on how long; a fault ends the test


@pytest.fixture
def room():
    return make_room(live_class(starts_at=timezone.now() - timedelta(minutes=5)))


@pytest.mark.django_db
class TestSnapshot:
    def test_guests_who_gave_a_sign_lately_are_here_once_each(self, room):
        with time_machine.travel(timezone.now(), tick=False) as clock:
            mei, tess, gone = (guest_seat(room, name) for name in ("Mei", "Tess", "Ann"))
            out, old = guest_seat(room, "Bo"), guest_seat(room, "Old")
            give_sign(old)
            clock.shift(FRESH)
            for seat in (mei, mei, tess, gone, out):
                give_sign(seat)
            put_out_guest(
                seat=host_seat(room), guest_id=out.place.person.room_guests.get().pk, is_out=True
            )
            clock.shift(timedelta(seconds=1))
            give_sign(gone, "leave")
            give_sign(guest_seat(make_room(), "Elsewhere"))
            assert read_state(room.pk).here == 2
            clock.shift(timedelta(seconds=1))
            give_sign(gone, "join")
            assert read_state(room.pk).here == 3

    def test_votes_are_numbers_and_few_votes_of_a_poll_are_not_told(self, room):
        seats = [guest_seat(room, f"Guest {number}") for number in range(5)]
        asked = services.ask_in_room(seat=seats[0], text="Why?", client_id=new_id())
        vote(seat=seats[1], number=asked.number, choice=0)
        poll = open_poll(
            seat=host_seat(room), text="How often?", options=["Once", "Twice"], client_id=new_id()
        )
        for seat in seats[:4]:
            vote(seat=seat, number=poll.number, choice=1)
        few = read_state(room.pk).shown
        assert few["votes"] == {"1": 2}
        assert few["polls"] == {"2": {"voters": 4, "counts": None}}
        vote(seat=seats[4], number=poll.number, choice=0)
        assert read_state(room.pk).shown["polls"] == {"2": {"voters": 5, "counts": [1, 4]}}

    def test_reading_costs_the_same_whatever_happens_there(self, room):
        read_state(room.pk)
        with CaptureQueriesContext(connection) as empty:
            read_state(room.pk)
        host = host_seat(room)
        for number in range(8):
            mei = guest_seat(room, f"Guest {number}")
            give_sign(mei)
            services.ask_in_room(seat=mei, text="Why?", client_id=new_id())
            open_poll(seat=host, text="What?", options=["a", "b"], client_id=new_id())
        with CaptureQueriesContext(connection) as full:
            read_state(room.pk)
        assert len(full) == len(empty) == 4

    def test_pages_that_ask_again_share_one_snapshot_until_it_changes(
        self, room, django_assert_num_queries
    ):
        assert fresh_state(room)["slow_s"] == 0
        with django_assert_num_queries(0):
            for _ in range(50):
                fresh_state(room)
        slow_down(seat=host_seat(room), seconds=30)
        room.refresh_from_db()
        assert fresh_state(room)["slow_s"] == 30


def states_in(content: bytes) -> list[dict]:
    blocks = content.decode().split("\n\n")
    return [json.loads(block.split("data: ")[1]) for block in blocks if "event: state" in block]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestHub:
    @pytest.fixture
    def looks(self, monkeypatch):
        """How many queries each look of the hub at its tables takes."""
        counted: list[int] = []
        closing = room_hub._closing

        def counting(work, *args, **kwargs):
            def counted_work():
                with CaptureQueriesContext(connection) as queries:
                    result = work(*args, **kwargs)
                counted.append(len(queries))
                return result

            return closing(counted_work)

        monkeypatch.setattr(room_hub, "_closing", counting)
        return counted

    async def hear(self, hub, listener, holds) -> dict:
        """Read until a state of which it holds; raises TimeoutError."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                content = await hub.next(listener)
                assert content, "the stream ended"
                for state in states_in(content):
                    if holds(state):
                        return state

    @pytest.mark.parametrize("listeners", [1, 60])
    def test_change_reaches_everybody_by_one_read(self, room, looks, listeners):
        host = host_seat(room)
        seats = [guest_seat(room, f"Guest {number}") for number in range(listeners)]

        async def walk() -> list[dict]:
            hub = RoomHub()
            own = [hub.join(room_id=room.pk, seat=seat.key, after=0) for seat in seats]
            # Everybody is greeted with a state, and hears of a change after that.
            await asyncio.gather(*(self.hear(hub, one, lambda s: s["slow_s"] == 0) for one in own))
            await asyncio.to_thread(self.change, host)
            heard = await asyncio.gather(
                *(self.hear(hub, one, lambda s: s["slow_s"] == 10) for one in own)
            )
            for one in own:
                hub.leave(one)
            return heard

        heard = asyncio.run(walk())
        assert heard == [heard[0]] * listeners
        # The tail and its state, whose seats stand, then what changed; else one look at one row.
        tail, stand, changed = 1 + 4, 2, 1 + 3
        assert [number for number in looks if number > 1][:3] == [tail, stand, changed]

    @staticmethod
    def change(host) -> None:
        try:
            slow_down(seat=host, seconds=10)
        finally:
            connection.close()

    def test_streams_of_who_is_put_out_end_and_others_go_on(self, room):
        host, mei, tess = host_seat(room), guest_seat(room), guest_seat(room, "Tess")
        guest = mei.place.person.room_guests.get()

        def put_out() -> None:
            try:
                put_out_guest(seat=host, guest_id=guest.pk, is_out=True)
            finally:
                connection.close()

        async def walk() -> None:
            hub = RoomHub()
            hers = hub.join(room_id=room.pk, seat=mei.key, after=0)
            other = hub.join(room_id=room.pk, seat=tess.key, after=0)
            for one in (hers, other):
                await self.hear(hub, one, lambda state: True)
            await asyncio.to_thread(put_out)
            async with asyncio.timeout(WITHIN_S):
                while await hub.next(hers):
                    pass
            assert hers.is_over and not other.is_over
            hub.leave(hers)
            hub.leave(other)

        asyncio.run(walk())
