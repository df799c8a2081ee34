"""What was played of a replay: the union, each second once, no faster than possible, in its days."""

import random
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom.ledger import ledger_of
from classroom.models import Attendance, LiveClass, PlayedPart, PresenceBeat, Replay
from classroom.services import played as services
from classroom.services.attendance import recompute_attendance
from classroom.services.presence import record_presence
from classroom.services.room import open_room, send_message
from people.roles import Role
from people.services.access import build_access_report
from people.services.erasure import erase_person
from people.services.merging import merge_people
from tests.factories.classroom import STARTS_AT, live_class, place
from tests.factories.content import media
from tests.factories.people import make_person, make_staff
from tests.factories.rooms import guest_seat, host_seat, make_room, new_id

pytestmark = pytest.mark.django_db
ENDS_AT = STARTS_AT + timedelta(minutes=60)
OPENED_AT = ENDS_AT + timedelta(hours=20)


@pytest.fixture
def room():
    """A class of an hour with ten minutes of talk; its replay counts, and lasts three days."""
    room = make_room(live_class(replay_days=3, attended_counts="live_or_replay"))
    host = host_seat(room)
    with time_machine.travel(STARTS_AT, tick=False):
        open_room(seat=host, client_id=new_id())
    with time_machine.travel(STARTS_AT + timedelta(minutes=10), tick=False):
        send_message(seat=host, text="Good night", client_id=new_id())
    return room


@pytest.fixture
def mei(room):
    return guest_seat(room).place.person


@pytest.fixture
def clock():
    with time_machine.travel(OPENED_AT, tick=False) as clock:
        yield clock


@pytest.fixture
def opening(room, mei, clock):
    """Mei's page, which was opened an hour ago."""
    token = services.issue_opening(live_class=room.live_class, person=mei)
    clock.shift(timedelta(hours=1))
    return token


def play(room, person, opening, *claims, over=True) -> float:
    return services.record_played(
        live_class=room.live_class, person=person, opening=opening, claims=claims, is_over=over
    )


def counted(room, person) -> float:
    row = Attendance.objects.filter(live_class=room.live_class, person=person).first()
    return row.replay_seconds if row else 0.0


def test_a_jump_is_not_watched_and_twice_is_once(room, mei, opening):
    assert play(room, mei, opening, (0, 10), (300, 310.5)) == 20.5
    assert play(room, mei, opening, (0, 10), (300, 310.5), (5, 12)) == 22.5
    row = Attendance.objects.get(live_class=room.live_class, person=mei)
    assert (row.replay_seconds, row.live_seconds, row.share) == (22.5, 0.0, 0.0)
    assert (row.sources, row.attended) == (["played"], False)
    assert row.first_join == row.last_leave == OPENED_AT + timedelta(hours=1)


moment = st.integers(min_value=-60, max_value=700)
told = st.lists(st.lists(st.tuples(moment, moment), max_size=5), min_size=1, max_size=6)


def test_any_telling_gives_the_set_of_seconds(room, mei):
    """Doubled, shuffled, overlapping, backwards, outside: the same figure, and again recomputed."""

    @given(told=told, seed=st.integers(0, 999))
    @settings(max_examples=40, deadline=None)
    def example(told, seed):
        sendings = told * 2
        random.Random(seed).shuffle(sendings)
        with transaction.atomic(), time_machine.travel(OPENED_AT, tick=False) as clock:
            opening = services.issue_opening(live_class=room.live_class, person=mei)
            clock.shift(timedelta(hours=1))
            for claims in sendings:
                play(room, mei, opening, *claims, over=False)
            seconds = {s for claims in told for a, b in claims for s in range(a, b) if 0 <= s < 605}
            for _ in range(2):
                recompute_attendance(live_class=room.live_class)
                assert counted(room, mei) == len(seconds) == play(room, mei, opening)
            parts = PlayedPart.objects.filter(person=mei)
            assert sum(part.to_ms - part.from_ms for part in parts) == 1000 * len(seconds)
            transaction.set_rollback(True)

    example()


def test_more_than_can_have_been_played_is_refused_and_taken_later(room, mei, clock):
    opening = services.issue_opening(live_class=room.live_class, person=mei)
    clock.shift(timedelta(seconds=30))
    assert play(room, mei, opening, (0, 60)) == 60
    with pytest.raises(services.TooFast):
        play(room, mei, opening, (0, 70))
    assert counted(room, mei) == 60
    clock.shift(timedelta(seconds=5))
    assert play(room, mei, opening, (0, 70)) == 70


def test_two_pages_of_one_person_play_no_faster_than_one(room, mei, clock):
    pages = [services.issue_opening(live_class=room.live_class, person=mei) for _ in range(2)]
    clock.shift(timedelta(seconds=30))
    play(room, mei, pages[0], (0, 60))
    with pytest.raises(services.TooFast):
        play(room, mei, pages[1], (100, 160))
    assert counted(room, mei) == 60


def test_replay_of_somebody_else_or_another_class_opens_nothing(room, mei, opening):
    other = make_room(live_class(replay_days=3))
    place(other.live_class, mei)
    tess = guest_seat(room, "Tess").place.person
    for where, who, token in ((room, tess, opening), (other, mei, opening), (room, mei, "x")):
        with pytest.raises(services.BadOpening):
            play(where, who, token, (0, 5))
    assert not PlayedPart.objects.exists()


@pytest.mark.parametrize(
    "moment", [ENDS_AT, ENDS_AT - timedelta(days=1), ENDS_AT + timedelta(days=3, seconds=1)]
)
def test_outside_the_days_of_the_replay_nothing_is_taken(room, mei, opening, clock, moment):
    clock.move_to(moment)
    with pytest.raises(services.NotReplayed):
        play(room, mei, opening, (0, 5))
    LiveClass.objects.filter(pk=room.pk).update(replay_days=None)
    room.live_class.refresh_from_db()
    clock.move_to(OPENED_AT)
    with pytest.raises(services.NotReplayed):
        play(room, mei, opening, (0, 5))


def test_shorter_days_of_replay_count_less_when_recomputed(room, mei, opening, clock):
    play(room, mei, opening, (0, 30))
    clock.shift(timedelta(days=1))
    play(room, mei, opening, (0, 60))
    LiveClass.objects.filter(pk=room.pk).update(replay_days=1)
    recompute_attendance(live_class=room.live_class)
    assert counted(room, mei) == 30


def test_time_beside_a_recording_elsewhere_is_not_added(room, mei, opening, clock):
    for kind in (PresenceBeat.Kind.JOIN, PresenceBeat.Kind.LEAVE):
        record_presence(live_class=room.live_class, person=mei, kind=kind, tab="t", is_replay=True)
        clock.shift(timedelta(seconds=60))
    assert counted(room, mei) == 60
    play(room, mei, opening, (0, 40))
    assert counted(room, mei) == 60
    play(room, mei, opening, (0, 90))
    assert counted(room, mei) == 90


def test_enough_of_the_replay_is_attended_where_it_counts(room, mei, opening):
    LiveClass.objects.filter(pk=room.pk).update(attended_measure="minutes", attended_at_least=2)
    play(room, mei, opening, (0, 119))
    assert not Attendance.objects.get(person=mei).attended
    play(room, mei, opening, (0, 120))
    assert Attendance.objects.get(person=mei).attended
    LiveClass.objects.filter(pk=room.pk).update(attended_counts="live")
    recompute_attendance(live_class=room.live_class)
    assert not Attendance.objects.get(person=mei).attended


def test_recording_and_timeline_are_one_material(room, mei, opening):
    play(room, mei, opening, (30, 60))
    film = media(duration=500)
    Replay.objects.create(live_class=room.live_class, recording=film, offset_ms=20_000)
    # The first half minute of the film is 0:20 to 0:50 of the room.
    assert play(room, mei, opening, (0, 30), (490, 900)) == 40
    assert counted(room, mei) == 30 + 10 + 10


def test_ledger_shows_the_stretches(room, mei, opening, clock):
    for to in (15, 30):
        play(room, mei, opening, (0, to), over=False)
        clock.shift(timedelta(seconds=15))
    play(room, mei, opening, (0, 30), (60, 75))
    lines = ledger_of(room.live_class, mei).lines
    assert [(line.source, line.detail, line.seconds, line.is_replay) for line in lines] == [
        ("played", "0:00–0:30", 30.0, True),
        ("played", "1:00–1:15", 15.0, True),
    ]


def test_who_was_merged_played_for_who_stands(room, mei, opening):
    play(room, mei, opening, (0, 30))
    stands = make_person()
    merge_people(person=mei, into=stands, by=make_staff(Role.ADMINISTRATOR))
    assert (counted(room, mei), counted(room, stands)) == (0.0, 30.0)


def test_access_report_names_the_parts_and_erasure_takes_them(room, mei, opening):
    play(room, mei, opening, (0, 30.5))
    report = build_access_report(person=mei)
    (rows,) = [one["rows"] for one in report["data"] if one["model"] == "classroom.PlayedPart"]
    assert [(row["from_s"], row["to_s"]) for row in rows] == [(0.0, 30.5)]
    erase_person(person=mei, actor="test")
    assert not PlayedPart.objects.exists()


def test_too_many_slivers_are_refused(room, mei, opening, monkeypatch):
    monkeypatch.setattr(services, "PARTS_AT_MOST", 3)
    with pytest.raises(services.TooFast):
        play(room, mei, opening, *((second, second + 0.5) for second in range(4)))
    assert not PlayedPart.objects.exists()
