"""Votes and polls: one a guest, changed and taken back, counted and then forgotten."""

from datetime import timedelta

import pytest
import time_machine

from classroom.models import RoomEvent, RoomVote
from classroom.room_state import read_state
from classroom.room_wire import wire_of
from classroom.services import room as services
from classroom.services.room_votes import (
    AT_MOST,
    BadOptions,
    NoGuest,
    close_poll,
    open_poll,
    vote,
    votes_of,
)
from people.services.erasure import erase_person
from tests.factories.classroom import STARTS_AT
from tests.factories.rooms import guest_seat, host_seat, make_room, new_id

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT + timedelta(minutes=10), tick=False) as travelling:
        yield travelling


@pytest.fixture
def room():
    return make_room()


def ask(room, seat=None):
    return services.ask_in_room(seat=seat or guest_seat(room), text="Why?", client_id=new_id())


def poll_of(room, options=("Once", "Twice", "Never")):
    return open_poll(
        seat=host_seat(room), text="How often?", options=list(options), client_id=new_id()
    )


def votes(room) -> dict:
    return read_state(room.pk).shown["votes"]


def test_question_begins_with_its_own_vote_and_counts_each_guest_once(room, clock):
    mei, tess = guest_seat(room), guest_seat(room, "Tess")
    client_id = new_id()
    asked = services.ask_in_room(seat=mei, text="Why?", client_id=client_id)
    services.ask_in_room(seat=mei, text="Why?", client_id=client_id)
    assert votes(room) == {"1": 1}
    for _ in range(2):
        vote(seat=tess, number=asked.number, choice=0)
    assert votes(room) == {"1": 2}
    clock.shift(timedelta(seconds=2))
    vote(seat=tess, number=asked.number, choice=None)
    assert votes(room) == {"1": 1}
    assert RoomEvent.objects.filter(room=room).count() == 1  # votes are no events


def test_votes_are_for_guests_with_a_name_while_the_room_is_open(room, clock):
    asked = ask(room)
    with pytest.raises(NoGuest):
        vote(seat=host_seat(room), number=asked.number, choice=0)
    with pytest.raises(services.NoNickname):
        vote(seat=guest_seat(room, ""), number=asked.number, choice=0)
    tess = guest_seat(room, "Tess")
    services.close_room(seat=host_seat(room), client_id=new_id())
    with pytest.raises(services.NotOpen):
        vote(seat=tess, number=asked.number, choice=0)
    assert votes(room) == {"1": 1}


def test_only_questions_and_polls_take_votes_and_only_choices_they_have(room):
    tess = guest_seat(room, "Tess")
    said = services.send_message(seat=guest_seat(room), text="Hello", client_id=new_id())
    asked, poll = ask(room), poll_of(room)
    elsewhere = ask(make_room())
    services.remove_words(seat=host_seat(room), number=asked.number, client_id=new_id())
    for number, choice in ((said.number, 0), (asked.number, 0), (poll.number, 3), (99, 0)):
        with pytest.raises(services.NothingThere):
            vote(seat=tess, number=number, choice=choice)
    assert votes(room) == {} and votes(elsewhere.room) == {"1": 1}


def test_poll_has_two_to_six_different_options(room):
    for options in (["One"], ["a", " a "], ["a", "\x00"], list("abcdefg"), ["a", "b" * 81]):
        with pytest.raises(BadOptions):
            poll_of(room, options)
    with pytest.raises(services.NotHost):
        open_poll(seat=guest_seat(room), text="?", options=["a", "b"], client_id=new_id())
    assert not RoomEvent.objects.filter(room=room).exists()


def test_closed_poll_keeps_its_counts_and_forgets_its_votes(room, clock):
    poll = poll_of(room)
    seats = [guest_seat(room, f"Guest {number}") for number in range(6)]
    for seat in seats:
        vote(seat=seat, number=poll.number, choice=1)
    clock.shift(timedelta(seconds=2))
    vote(seat=seats[0], number=poll.number, choice=0)  # changed while it is open
    vote(seat=seats[1], number=poll.number, choice=None)
    host = host_seat(room)
    closed = close_poll(seat=host, number=poll.number, client_id=new_id())
    assert close_poll(seat=host, number=poll.number, client_id=new_id()).pk == closed.pk
    assert (closed.about, closed.more) == (poll.number, {"counts": [1, 4, 0]})
    assert wire_of(closed)["more"] == {"voters": 5, "counts": [1, 4, 0]}
    assert not RoomVote.objects.filter(room=room).exists()
    assert read_state(room.pk).shown["polls"] == {}
    with pytest.raises(services.NotOpen):
        vote(seat=seats[2], number=poll.number, choice=0)


def test_few_votes_of_a_closed_poll_are_not_told(room):
    poll = poll_of(room)
    vote(seat=guest_seat(room), number=poll.number, choice=2)
    closed = close_poll(seat=host_seat(room), number=poll.number, client_id=new_id())
    assert wire_of(closed)["more"] == {"voters": 1, "counts": None}


def test_removed_poll_loses_words_options_and_votes(room):
    poll = poll_of(room)
    vote(seat=guest_seat(room), number=poll.number, choice=2)
    services.remove_words(seat=host_seat(room), number=poll.number, client_id=new_id())
    poll.refresh_from_db()
    assert (poll.text, poll.more, wire_of(poll)["more"]) == ("", None, None)
    assert not RoomVote.objects.filter(room=room).exists()
    with pytest.raises(services.NothingThere):
        close_poll(seat=host_seat(room), number=poll.number, client_id=new_id())


def test_flood_of_votes_is_held_off(room, clock):
    tess = guest_seat(room, "Tess")
    numbers = [ask(room, guest_seat(room, f"G{n}")).number for n in range(AT_MOST + 1)]
    for number in numbers[:-1]:
        vote(seat=tess, number=number, choice=0)
    with pytest.raises(services.TooFast) as refused:
        vote(seat=tess, number=numbers[-1], choice=0)
    vote(seat=guest_seat(room, "Ann"), number=numbers[-1], choice=0)
    clock.shift(timedelta(seconds=refused.value.retry_after_s))
    vote(seat=tess, number=numbers[-1], choice=0)
    # To and fro on one of them counts as a flood, too.
    with pytest.raises(services.TooFast):
        vote(seat=tess, number=numbers[-1], choice=None)


def test_erased_person_takes_their_votes_along(room):
    mei, tess = guest_seat(room), guest_seat(room, "Tess")
    asked, poll = ask(room, tess), poll_of(room)
    vote(seat=mei, number=asked.number, choice=0)
    vote(seat=mei, number=poll.number, choice=0)
    assert votes_of(mei.place.person.room_guests.get()) == {1: 0, 2: 0}
    before = read_state(room.pk).number
    erase_person(person=mei.place.person, actor="test")
    after = read_state(room.pk)
    assert after.shown["votes"] == {"1": 1} and after.number > before
