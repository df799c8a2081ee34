"""Questions of a room that nobody answered: at the desk once, and gone with their words."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from classroom.late_words import words_about_late
from classroom.models import LateQuestion, Question
from classroom.services import room as services
from classroom.services.join_tokens import issue_join_token
from classroom.services.questions import forget_question
from people.services.erasure import erase_person
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.people import ContactPointFactory
from tests.factories.rooms import guest_seat, host_seat, make_room, new_id

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT + timedelta(minutes=10), tick=False) as clock:
        yield clock


@pytest.fixture
def room():
    return make_room(live_class("zh-hans"))


@pytest.fixture
def host(room):
    return host_seat(room)


@pytest.fixture
def mei(room):
    return guest_seat(room)


def ask(seat, text):
    return services.ask_in_room(seat=seat, text=text, client_id=new_id())


def close(host):
    services.close_room(seat=host, client_id=new_id())


def at_the_desk() -> list[str]:
    return list(Question.objects.order_by("pk").values_list("text", flat=True))


def test_unanswered_ones_reach_the_desk_when_the_room_is_closed(room, host, mei):
    ask(mei, "Waits?")
    done = ask(mei, "Answered?")
    gone = ask(mei, "Removed?")
    ask(host, "Of staff?")
    services.mark_answered(seat=host, number=done.number, client_id=new_id())
    services.remove_words(seat=host, number=gone.number, client_id=new_id())
    assert at_the_desk() == []
    close(host)
    (question,) = Question.objects.all()
    assert (question.text, question.person, question.page_id) == (
        "Waits?",
        mei.place.person,
        room.pk,
    )
    assert (question.language, question.registration) == ("zh-hans", None)


def test_closed_again_takes_only_what_came_in_between(host, mei):
    ask(mei, "First?")
    close(host)
    close(host)
    services.open_room(seat=host, client_id=new_id())
    ask(mei, "Second?")
    close(host)
    assert at_the_desk() == ["First?", "Second?"]


def test_the_same_closing_sent_again_asks_nothing_twice(host, mei):
    ask(mei, "Once?")
    same = new_id()
    for _ in range(2):
        services.close_room(seat=host, client_id=same)
    assert at_the_desk() == ["Once?"]


def test_a_question_its_person_deleted_does_not_come_back(host, mei):
    ask(mei, "Deleted?")
    close(host)
    forget_question(question=Question.objects.get())
    close(host)
    assert at_the_desk() == []
    assert LateQuestion.objects.get().question is None


def test_words_removed_or_answered_afterwards_leave_the_desk(host, mei):
    removed, answered = ask(mei, "Removed?"), ask(mei, "Answered?")
    close(host)
    services.remove_words(seat=host, number=removed.number, client_id=new_id())
    services.mark_answered(seat=host, number=answered.number, client_id=new_id())
    (question,) = Question.objects.all()
    assert (question.text, question.status) == ("Answered?", Question.Status.CLOSED)


def test_erasure_takes_room_and_desk(host, mei):
    ask(mei, "Mine?")
    close(host)
    erase_person(person=mei.place.person, actor="test")
    assert at_the_desk() == []
    close(host)
    assert at_the_desk() == []


MAIL, TEXT, BY_HAND = "you alone, by e-mail", "A text message tells you", "tells you personally"


@pytest.mark.parametrize(
    ("contact", "words"),
    [
        ({"kind": "email", "value": "mei@a.example"}, MAIL),
        ({"kind": "phone", "value": "+8613800138000"}, TEXT),
        ({"kind": "email", "value": "mei@a.example", "verified_at": None}, BY_HAND),
        (None, BY_HAND),
    ],
)
def test_whoever_asked_is_told_how_the_answer_comes(
    client, monkeypatch, room, host, mei, contact, words
):
    monkeypatch.setattr("people.contact_kinds.reaches_phones", lambda: True)
    person = mei.place.person
    if contact:
        ContactPointFactory(person=person, **{"verified_at": STARTS_AT, **contact})
    token = issue_join_token(mei.place)
    page = client.get(reverse("room", args=[room.pk]), {"place": token})
    assert words in page.content.decode()
    assert words_about_late(person=person, live_class=room.live_class) == ""
    asked = ask(mei, "Waits?")
    assert words_about_late(person=person, live_class=room.live_class) == ""
    close(host)
    assert words in words_about_late(person=person, live_class=room.live_class)
    nobody = guest_seat(room, "Tess").place.person
    assert words_about_late(person=nobody, live_class=room.live_class) == ""
    services.mark_answered(seat=host, number=asked.number, client_id=new_id())
    assert words_about_late(person=person, live_class=room.live_class) == ""


def test_page_of_the_class_and_replay_say_so_once_it_is_over(client, room, host, mei, clock):
    room.live_class.replay_days = 3
    type(room.live_class).objects.filter(pk=room.live_class.pk).update(replay_days=3)
    services.open_room(seat=host, client_id=new_id())
    ask(mei, "Waits?")
    close(host)
    clock.move_to(STARTS_AT + timedelta(hours=3))
    token = issue_join_token(mei.place)
    for name, args in (("join_class", []), ("replay", [room.pk])):
        page = client.get(reverse(name, args=args), {"place": token})
        assert page.status_code == 200 and BY_HAND in page.content.decode()
    other = issue_join_token(guest_seat(room, "Tess").place)
    page = client.get(reverse("replay", args=[room.pk]), {"place": other})
    assert BY_HAND not in page.content.decode()
