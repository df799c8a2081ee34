"""Many who append to one room at once: one order without a gap, one event for each id."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from classroom.models import RoomEvent
from classroom.services import room as services
from tests.factories.classroom import live_class
from tests.factories.rooms import guest_seat, host_seat, make_room, make_slide, new_id

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
AT_ONCE = 8


@pytest.fixture
def room():
    return make_room(live_class(starts_at=timezone.now()))


def at_once(works: list[Callable[[], object]]) -> list[object]:
    """What each gives, all begun together in threads of their own."""
    start, results = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int) -> None:
        try:
            start.wait()
            results[place] = works[place]()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_numbers_have_no_gap_and_no_double_whoever_comes_first(room):
    seats = [guest_seat(room, f"Guest {number}") for number in range(AT_ONCE)]

    def talk(seat):
        return lambda: [
            services.send_message(seat=seat, text="Hi", client_id=new_id()).number
            for _ in range(services.AT_MOST)
        ]

    said = at_once([talk(seat) for seat in seats])
    everything = sorted(number for numbers in said for number in numbers)
    assert everything == list(range(1, AT_ONCE * services.AT_MOST + 1))
    stored = RoomEvent.objects.filter(room=room).values_list("number", flat=True)
    assert sorted(stored) == everything


def test_one_id_sent_by_many_connections_at_once_is_one_event(room):
    seat, client_id = guest_seat(room), new_id()

    def send() -> int:
        return services.send_message(seat=seat, text="Hi", client_id=client_id).pk

    assert len(set(at_once([send] * AT_ONCE))) == 1
    assert RoomEvent.objects.filter(room=room).count() == 1
    room.refresh_from_db()
    assert room.last_number == 1


def test_hosts_who_turn_at_once_leave_one_slide_that_counts(room):
    hosts = [host_seat(room) for _ in range(4)]
    slides = [make_slide(room, host.user) for host in hosts]

    def turn(place: int):
        return lambda: services.turn_slide(
            seat=hosts[place], slide_id=slides[place].pk, client_id=new_id()
        )

    turned = at_once([turn(place) for place in range(4)])
    last = RoomEvent.objects.filter(room=room, kind="slide").latest("number")
    assert {event.number for event in turned} == {1, 2, 3, 4}
    assert last.slide_id == max(turned, key=lambda event: event.number).slide_id


def test_flood_by_many_connections_of_one_person_is_held_off(room):
    assert room.live_class.starts_at - timezone.now() < timedelta(minutes=1)
    seat = guest_seat(room)

    def send() -> int:
        return services.send_message(seat=seat, text="Hi", client_id=new_id()).number

    sent = at_once([send] * (services.AT_MOST + 4))
    assert sum(isinstance(one, services.TooFast) for one in sent) == 4
    assert RoomEvent.objects.filter(room=room).count() == services.AT_MOST
