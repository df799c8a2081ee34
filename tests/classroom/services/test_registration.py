"""Places, turns on the waiting list, and what a registration brings along."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from icalendar import Calendar

from classroom.models import Question, Registration
from classroom.selectors import has_place, registration_of, turn_of
from classroom.services.registration import (
    CHILDREN_AT_MOST,
    Child,
    ClassFull,
    NoPlace,
    cancel_registration,
    fill_places,
    register_person,
)
from outbox.services import run_due_effects
from people.models import Person
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.people import ContactPointFactory, make_person

pytestmark = pytest.mark.django_db
NOW = STARTS_AT - timedelta(days=3)


@pytest.fixture(autouse=True)
def three_days_before():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def letters(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return mail.outbox


def reader(name: str = "Mei") -> Person:
    person = make_person(display_name=name)
    ContactPointFactory(person=person, value=f"{name.lower()}@example.org")
    return person


def subjects() -> list[tuple[str, str]]:
    run_due_effects()
    return [(letter.to[0], letter.subject) for letter in mail.outbox]


def test_place_is_confirmed_once_with_link_and_calendar():
    page, person = live_class(title="Gums"), reader()
    first = register_person(live_class=page, person=person)
    assert register_person(live_class=page, person=person) == first
    assert subjects() == [("mei@example.org", "Your place in “Gums”")]
    (letter,) = mail.outbox
    assert "/join/?place=" in letter.body
    ((name, content, kind),) = letter.attachments
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert (name, kind, str(event["summary"])) == ("class.ics", "text/calendar", "Gums")
    assert "/join/?place=" in str(event["url"])


def test_full_class_gives_turns_only_to_who_asks():
    page = live_class(capacity=1)
    register_person(live_class=page, person=reader("Ann"))
    with pytest.raises(ClassFull):
        register_person(live_class=page, person=reader("Bo"))
    waiting = register_person(live_class=page, person=reader("Cy"), may_wait=True)
    assert not has_place(live_class=page, person=waiting.person)
    assert turn_of(waiting) == 1


def test_place_given_back_goes_to_the_longest_waiting(three_days_before):
    page = live_class(title="Gums", capacity=1)
    first = reader("Ann")
    register_person(live_class=page, person=first)
    turns = []
    for name in ("Bo", "Cy"):
        three_days_before.shift(timedelta(minutes=1))
        turns.append(register_person(live_class=page, person=reader(name), may_wait=True))
    subjects()
    mail.outbox.clear()

    assert cancel_registration(live_class=page, person=first)
    assert not cancel_registration(live_class=page, person=first)

    assert has_place(live_class=page, person=turns[0].person)
    turns[1].refresh_from_db()
    assert turn_of(turns[1]) == 1
    assert subjects() == [("bo@example.org", "Your place in “Gums”")]


def test_more_places_are_filled_in_order_and_once(three_days_before):
    page = live_class(capacity=1)
    for name in ("Ann", "Bo", "Cy", "Di"):
        three_days_before.shift(timedelta(minutes=1))
        register_person(live_class=page, person=reader(name), may_wait=True)
    page.capacity = 3
    page.save()
    assert len(fill_places(live_class=page)) == 2
    assert fill_places(live_class=page) == []
    assert Registration.objects.with_place().count() == 3
    (left,) = Registration.objects.waiting()
    assert left.person.display_name == "Di"


def test_class_that_is_over_fills_no_place(three_days_before):
    page = live_class(capacity=1)
    first = reader("Ann")
    register_person(live_class=page, person=first)
    register_person(live_class=page, person=reader("Bo"), may_wait=True)
    three_days_before.move_to(STARTS_AT + timedelta(days=1))
    cancel_registration(live_class=page, person=first)
    assert Registration.objects.waiting().count() == 1
    with pytest.raises(NoPlace):
        register_person(live_class=page, person=reader("Cy"))


def test_a_place_taken_again_is_confirmed_again(three_days_before):
    page, person = live_class(), reader()
    register_person(live_class=page, person=person)
    subjects()
    cancel_registration(live_class=page, person=person)
    three_days_before.shift(timedelta(minutes=1))
    register_person(live_class=page, person=person)
    assert len(subjects()) == 2


def test_question_and_child_come_with_the_place_and_leave_with_it():
    page, person = live_class(), reader()
    child = Child("Bao", 2019)
    place = register_person(live_class=page, person=person, question="Does it hurt?")
    register_person(live_class=page, person=person, children=[child, child])
    register_person(live_class=page, person=person, children=[child])
    place.refresh_from_db()
    assert place.question.text == "Does it hurt?"
    assert list(place.children.values_list("nickname", "birth_year"))[:1] == [("Bao", 2019)]
    assert Person.objects.count() == 1  # a child is nobody of ours
    cancel_registration(live_class=page, person=person)
    place.refresh_from_db()
    assert (Question.objects.count(), place.children.count()) == (0, 0)


def test_children_are_few():
    page, person = live_class(), reader()
    many = [Child(f"Child {number}", 2015) for number in range(CHILDREN_AT_MOST + 3)]
    place = register_person(live_class=page, person=person, children=many)
    assert place.children.count() == CHILDREN_AT_MOST


def test_translations_share_their_places():
    page = live_class(capacity=1)
    twin = live_class("zh-hans", translation_key=page.translation_key, capacity=1)
    register_person(live_class=twin, person=reader("Ann"))
    with pytest.raises(ClassFull):
        register_person(live_class=page, person=reader("Bo"))
    place = Registration.objects.get()
    assert place.live_class_id == page.pk
    assert registration_of(live_class=page, person=place.person) == place
