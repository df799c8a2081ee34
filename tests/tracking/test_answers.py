"""Answers to checks and to questionnaires under a name are evidence, as long as they stand."""

import uuid

import pytest
import time_machine

from classroom.checks import questions_hash
from classroom.services.learning import enrol, record_check
from classroom.services.questionnaires import (
    delete_own_reply,
    open_round,
    send_reply,
    take_back_reply,
)
from people.services.consent import withdraw_consent
from tests.classroom.services.test_questionnaires import ASKED
from tests.factories import content
from tests.factories.classroom import live_class
from tests.factories.questionnaires import BETTER, guest
from tests.factories.tracking import agree, yardstick
from tests.tracking.test_questions import assert_rebuilds_to_the_same
from tracking.models import Interest, Signal

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic():
    return content.topic("Gums")


@pytest.fixture
def held(topic):
    page = live_class(title="Gums")
    yardstick(page.pk, topics={topic.pk: 1.0})
    return page


@pytest.fixture
def place(held):
    with time_machine.travel(ASKED, tick=False):
        registration = guest(held)
        open_round(live_class=held)
        agree(person=registration.person)
        yield registration


def answers() -> list[tuple[str, float]]:
    return list(Signal.objects.filter(kind="answer").values_list("item_key", "strength"))


def say(place, handle=None, *, with_name=True):
    return send_reply(
        registration=place,
        handle=handle or uuid.uuid4(),
        answers={BETTER: "yes"},
        with_name=with_name,
    )


def check(person, module, **fields):
    fields = {"asked": questions_hash(module), "form": uuid.uuid4(), **fields}
    return record_check(person=person, module=module, chosen=[[0]], **fields)


def test_a_check_answered_right_or_wrong_counts_two_readings_once_a_day(topic, place):
    person, course = place.person, content.course()
    module = content.module(course, questions=(content.question(right=(1,)),))
    yardstick(module.pk, topics={topic.pk: 1.0})
    enrol(person=person, course=course)
    form = uuid.uuid4()
    check(person, module, form=form)
    before = Signal.objects.get(kind="answer")
    check(person, module, form=form)
    check(person, module)
    assert answers() == [(f"page:{module.pk}", 2.0)]
    assert Signal.objects.get(kind="answer").at == before.at
    assert Interest.objects.filter(topic=topic).exists()
    assert_rebuilds_to_the_same()


def test_a_reply_under_a_name_counts_and_goes_when_it_is_taken_back(place, held):
    handle = say(place).pk
    assert answers() == [(f"page:{held.pk}", 2.0)]
    assert_rebuilds_to_the_same()
    assert take_back_reply(registration=place, handle=handle)
    assert answers() == []
    reply = say(place)
    assert delete_own_reply(person=place.person, reply_id=reply.pk)
    assert answers() == []


def test_a_reply_that_gives_its_name_up_counts_no_longer_and_the_other_way_round(place, held):
    reply = say(place)
    reply = say(place, reply.pk, with_name=False)
    assert answers() == []
    say(place, reply.pk)
    assert answers() == [(f"page:{held.pk}", 2.0)]
    assert_rebuilds_to_the_same()


def test_a_reply_without_a_name_is_nobodys_evidence(place):
    say(place, with_name=False)
    assert answers() == []


def test_without_consent_answers_leave_no_profile_row_until_it_is_given(place):
    withdraw_consent(person=place.person)
    say(place)
    assert not Signal.objects.exists()
    agree(person=place.person)
    assert len(answers()) == 1
