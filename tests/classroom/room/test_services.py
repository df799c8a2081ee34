"""What is appended to a room: once for each id, in one order, by who may, and without words once removed."""

from datetime import timedelta

import pytest
import time_machine

from classroom.models import RoomEvent
from classroom.room_wire import events_after
from classroom.services import room as services
from classroom.services.notices import cancel_class
from outbox.models import AuditEntry
from people.services.erasure import erase_person
from tests.factories.classroom import STARTS_AT
from tests.factories.rooms import guest_seat, host_seat, make_room, make_slide, new_id

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT + timedelta(minutes=10), tick=False) as travelling:
        yield travelling


@pytest.fixture
def room():
    return make_room()


def numbers_of(room) -> list[int]:
    return [event.number for event in events_after(room_id=room.pk, number=0)]


def test_same_id_is_the_same_event(room):
    mei, client_id = guest_seat(room), new_id()
    first = services.send_message(seat=mei, text="Hello", client_id=client_id)
    again = services.send_message(seat=mei, text="Hello, again", client_id=client_id)
    assert (again.pk, again.text, numbers_of(room)) == (first.pk, "Hello", [1])


def test_id_of_somebody_else_is_refused(room):
    client_id = new_id()
    services.send_message(seat=guest_seat(room), text="Mine", client_id=client_id)
    with pytest.raises(services.Taken):
        services.send_message(seat=guest_seat(room, "Tess"), text="Theirs", client_id=client_id)
    assert numbers_of(room) == [1]


def test_each_room_counts_for_itself(room):
    other = make_room()
    for one in (room, other, room):
        services.send_message(seat=guest_seat(one, "Mei"), text="Hello", client_id=new_id())
    assert (numbers_of(room), numbers_of(other)) == ([1, 2], [1])


def test_markup_is_text_and_control_characters_are_gone(room):
    sent = services.send_message(
        seat=guest_seat(room), text=" <b>a</b>\x00\x1b\u202e\nb ", client_id=new_id()
    )
    assert sent.text == "<b>a</b>\nb"
    for text in ("", " \n ", "\x00", "\ud800", "x" * 1001):
        with pytest.raises(services.NoWords):
            services.send_message(seat=guest_seat(room), text=text, client_id=new_id())


def test_nobody_writes_without_a_name(room):
    with pytest.raises(services.NoNickname):
        services.send_message(seat=guest_seat(room, ""), text="Hello", client_id=new_id())


def test_flood_of_one_person_holds_off_nobody_else(room, clock):
    mei, ids = guest_seat(room), [new_id() for _ in range(services.AT_MOST)]
    for client_id in ids:
        services.send_message(seat=mei, text="Hello", client_id=client_id)
    with pytest.raises(services.TooFast) as refused:
        services.send_message(seat=mei, text="More", client_id=new_id())
    # What was sent before comes again for nothing, and others write on.
    services.send_message(seat=mei, text="Hello", client_id=ids[0])
    services.send_message(seat=guest_seat(room, "Tess"), text="Hi", client_id=new_id())
    clock.shift(timedelta(seconds=refused.value.retry_after_s))
    services.send_message(seat=mei, text="More", client_id=new_id())
    assert numbers_of(room) == list(range(1, services.AT_MOST + 3))


@pytest.mark.parametrize("minutes", [-31, 91])
def test_guests_write_while_the_doors_are_open_and_hosts_always(room, clock, minutes):
    clock.move_to(STARTS_AT + timedelta(minutes=minutes))
    with pytest.raises(services.NotOpen):
        services.send_message(seat=guest_seat(room), text="Hello", client_id=new_id())
    services.send_message(seat=host_seat(room), text="A trial", client_id=new_id())


def test_closed_room_takes_nothing_from_guests_until_it_is_opened(room):
    mei, host = guest_seat(room), host_seat(room)
    before = new_id()
    services.send_message(seat=mei, text="Hello", client_id=before)
    services.close_room(seat=host, client_id=new_id())
    with pytest.raises(services.NotOpen):
        services.send_message(seat=mei, text="More", client_id=new_id())
    # An answer that was lost on its way still comes.
    assert services.send_message(seat=mei, text="Hello", client_id=before).number == 1
    services.open_room(seat=host, client_id=new_id())
    assert services.send_message(seat=mei, text="More", client_id=new_id()).number == 4


def test_cancelled_class_takes_nothing(room):
    host = host_seat(room)
    cancel_class(live_class=room.live_class, by=host.user)
    room.live_class.refresh_from_db()
    with pytest.raises(services.NotOpen):
        services.send_message(seat=guest_seat(room), text="Hello", client_id=new_id())


def test_slides_turn_in_one_order_and_only_by_hosts(room):
    first, second = host_seat(room), host_seat(room)
    slides = [make_slide(room, first.user, color) for color in ("navy", "green")]
    services.turn_slide(seat=first, slide_id=slides[1].pk, client_id=new_id())
    services.turn_slide(seat=second, slide_id=slides[0].pk, client_id=new_id())
    turned = RoomEvent.objects.filter(room=room, kind="slide").order_by("number")
    assert [event.slide_id for event in turned] == [slides[1].pk, slides[0].pk]
    with pytest.raises(services.NotHost):
        services.turn_slide(seat=guest_seat(room), slide_id=slides[0].pk, client_id=new_id())
    elsewhere = make_slide(make_room(), first.user)
    with pytest.raises(services.NothingThere):
        services.turn_slide(seat=first, slide_id=elsewhere.pk, client_id=new_id())


def test_question_is_answered_once(room):
    host = host_seat(room)
    asked = services.ask_in_room(seat=guest_seat(room), text="Why?", client_id=new_id())
    said = services.send_message(seat=host, text="Because.", client_id=new_id())
    done = services.mark_answered(seat=host, number=asked.number, client_id=new_id())
    again = services.mark_answered(seat=host, number=asked.number, client_id=new_id())
    assert (done.pk, done.about) == (again.pk, asked.number)
    with pytest.raises(services.NothingThere):
        services.mark_answered(seat=host, number=said.number, client_id=new_id())


def test_removed_words_are_gone_from_the_row_and_leave_a_trace(room):
    host, mei, tess = host_seat(room), guest_seat(room), guest_seat(room, "Tess")
    said = services.send_message(seat=mei, text="Call 12345", client_id=new_id())
    with pytest.raises(services.NotHost):
        services.remove_words(seat=tess, number=said.number, client_id=new_id())
    gone = services.remove_words(seat=host, number=said.number, client_id=new_id())
    again = services.remove_words(seat=host, number=said.number, client_id=new_id())
    said.refresh_from_db()
    assert (said.text, said.removed_at, again.pk) == ("", gone.at, gone.pk)
    assert (gone.about, numbers_of(room)) == (said.number, [1, 2])
    entry = AuditEntry.objects.get(action="room.words_removed")
    assert entry.detail == {"number": 1, "own": False}
    own = services.send_message(seat=tess, text="Oops", client_id=new_id())
    services.remove_words(seat=tess, number=own.number, client_id=new_id())
    own.refresh_from_db()
    assert own.text == ""


def test_erased_person_leaves_rows_without_words_and_name(room, django_capture_on_commit_callbacks):
    mei, tess = guest_seat(room), guest_seat(room, "Tess")
    services.send_message(seat=mei, text="I have pain", client_id=new_id())
    services.send_message(seat=tess, text="Hello", client_id=new_id())
    erase_person(person=mei.place.person, actor="test")
    events = events_after(room_id=room.pk, number=0)
    assert [(event.kind, event.name, event.text, event.about) for event in events] == [
        ("message", "", "", None),
        ("message", "Tess", "Hello", None),
        ("removed", "", "", 1),
    ]
    assert events[0].guest_id is None and events[0].removed_at is not None
