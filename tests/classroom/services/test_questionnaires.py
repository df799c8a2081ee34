"""Asking the guests of a class once, in words that stay, and keeping answers with or without a name."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.utils import timezone

from classroom.models import (
    Attendance,
    LiveClass,
    Questionnaire,
    QuestionnaireInvitation,
    QuestionnaireReply,
    QuestionnaireRound,
)
from classroom.questionnaires import default_questionnaire, questionnaire_of
from classroom.services.join_tokens import issue_join_token, revoke_join_tokens
from classroom.services.notices import cancel_class, move_class
from classroom.services.questionnaire_tokens import (
    BadQuestionnaireToken,
    issue_questionnaire_token,
    registration_of_questionnaire_token,
)
from classroom.services.questionnaires import (
    PATIENCE,
    AnsweredAlready,
    NotAsked,
    choose_default,
    delete_own_reply,
    invite_missed,
    open_round,
    send_reply,
    take_back_reply,
)
from classroom.services.registration import cancel_registration, register_person
from classroom.signals import attendance_recorded
from outbox.models import Effect
from outbox.services import run_effect
from people.models import ContactPoint, Person
from people.services.erasure import erase_person
from tests.factories.classroom import STARTS_AT, live_class, place
from tests.factories.people import ContactPointFactory, UserFactory, make_person
from tests.factories.questionnaires import BETTER, PACE, SCALE, attended, guest, reply

pytestmark = pytest.mark.django_db
OVER = STARTS_AT + timedelta(hours=1)
ASKED = OVER + timedelta(hours=2)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(ASKED, tick=False) as travelling:
        yield travelling


@pytest.fixture
def held():
    return live_class(title="Gums")


def planned(**fields) -> list[Effect]:
    found = Effect.objects.filter(payload__template="class_questionnaire", **fields)
    return list(found.order_by("pk"))


def send_due() -> list[str]:
    """Run what is due; returns who got a mail by it."""
    mail.outbox.clear()
    for effect in planned(due_at__lte=timezone.now()):
        run_effect(effect_id=effect.pk)
    return [letter.to[0] for letter in mail.outbox]


def address_of(person: Person) -> str:
    return ContactPoint.objects.get(person=person).value


def registered(held, clock, number: int = 1) -> list:
    """People who registered three hours before the class; the clock then stands two after it."""
    clock.move_to(STARTS_AT - timedelta(hours=3))
    places = []
    for _ in range(number):
        person = make_person()
        ContactPointFactory(person=person)
        places.append(register_person(live_class=held, person=person))
    clock.move_to(ASKED)
    return places


def test_a_place_plans_one_mail_two_hours_after_the_class(held, clock):
    (one,) = registered(held, clock)
    (effect,) = planned()
    assert effect.due_at == ASKED
    register_person_again = one.person
    assert send_due() == [address_of(register_person_again)]
    (letter,) = mail.outbox
    assert "/after-class/?place=" in letter.body
    assert "Gums" in letter.subject
    assert [row.mailed_for for row in QuestionnaireInvitation.objects.all()] == ["due"]


def test_only_who_attended_is_asked_where_it_is_known_who_came(held, clock):
    came, absent, short = registered(held, clock, 3)
    attended(held, came.person)
    attended(held, short.person, share=0.1)
    assert send_due() == [address_of(came.person)]
    assert absent.pk not in QuestionnaireInvitation.objects.values_list("registration", flat=True)


def test_everybody_with_a_place_is_asked_where_nobody_knows_who_came(held, clock):
    kept, given_back = registered(held, clock, 2)
    clock.move_to(STARTS_AT - timedelta(hours=1))
    cancel_registration(live_class=held, person=given_back.person)
    clock.move_to(ASKED)
    assert send_due() == [address_of(kept.person)]


def test_who_came_without_a_place_is_not_written_to(held):
    attended(held, make_person())
    walk_in = make_person()
    ContactPointFactory(person=walk_in)
    row = attended(held, walk_in)
    attendance_recorded.send(LiveClass, live_class_id=held.pk, person_ids=[row.person_id])
    assert planned() == []


def test_who_is_found_in_a_later_report_is_asked_then_and_nobody_twice(held, clock):
    early, late = registered(held, clock, 2)
    attended(held, early.person)
    assert send_due() == [address_of(early.person)]
    clock.move_to(ASKED + timedelta(days=1))
    attended(held, late.person)
    for _ in range(2):
        attendance_recorded.send(
            LiveClass, live_class_id=held.pk, person_ids=[early.person_id, late.person_id]
        )
    assert send_due() == [address_of(late.person)]


def test_nobody_is_asked_long_after_the_class(held, clock):
    (one,) = registered(held, clock)
    clock.move_to(OVER + timedelta(days=22))
    assert send_due() == []
    attended(held, one.person)
    attendance_recorded.send(LiveClass, live_class_id=held.pk, person_ids=[one.person_id])
    assert len(planned()) == 1


def test_a_class_that_moved_is_cancelled_or_asks_nothing_sends_no_mail(held, clock):
    registered(held, clock)
    clock.move_to(STARTS_AT - timedelta(hours=1))
    move_class(live_class=held, starts_at=STARTS_AT + timedelta(days=7), by=UserFactory())
    assert [effect.due_at for effect in planned()] == [ASKED, ASKED + timedelta(days=7)]
    clock.move_to(ASKED)
    assert send_due() == []
    cancel_class(live_class=held, by=UserFactory())
    clock.move_to(ASKED + timedelta(days=7))
    assert send_due() == []
    silent = live_class(asks_afterwards=False)
    register = make_person()
    clock.move_to(STARTS_AT - timedelta(hours=1))
    register_person(live_class=silent, person=register)
    assert len(planned()) == 2


def invited(clock) -> list[str]:
    """Who is written to once what nobody planned is looked for, three hours after the class."""
    clock.move_to(ASKED + PATIENCE)
    invite_missed()
    return send_due()


def test_a_place_kept_before_the_class_asked_anything_is_asked_once(clock):
    """The tick to ask afterwards was set when places had been kept already."""
    held = live_class(title="Gums", asks_afterwards=False)
    (one,) = registered(held, clock)
    assert planned() == []
    LiveClass.objects.filter(pk=held.pk).update(asks_afterwards=True)
    assert invited(clock) == [address_of(one.person)]
    assert invited(clock) == []
    clock.shift(timedelta(days=2))
    invite_missed()
    assert send_due() == []


def test_a_questionnaire_chosen_after_the_mails_were_due_is_still_asked(held, clock):
    """When the mail was due there was nothing to ask, so it was not sent."""
    (one,) = registered(held, clock)
    theirs = default_questionnaire()
    choose_default(questionnaire=theirs, chosen=False)
    assert send_due() == []
    assert invited(clock) == []
    choose_default(questionnaire=theirs, chosen=True)
    assert invited(clock) == [address_of(one.person)]
    assert len(planned()) == 2


def test_nobody_is_asked_again_who_was_asked_answered_or_did_not_come(held, clock):
    asked, answered, absent = registered(held, clock, 3)
    for one in (asked, answered):
        attended(held, one.person)
    reply(answered, scale=3)
    assert send_due() == [address_of(asked.person)]
    assert invited(clock) == []
    assert len(planned()) == 3


def test_what_is_cancelled_asks_nothing_or_is_long_over_is_left_alone(clock):
    off, silent, old = (live_class() for _ in range(3))
    for page in (off, silent, old):
        registered(page, clock)
    Effect.objects.all().delete()
    LiveClass.objects.filter(pk=off.pk).update(cancelled_at=OVER)
    LiveClass.objects.filter(pk=silent.pk).update(asks_afterwards=False)
    LiveClass.objects.filter(pk=old.pk).update(starts_at=STARTS_AT - timedelta(days=21))
    assert invited(clock) == []
    assert planned() == []


def test_a_place_that_is_rolled_back_plans_nothing(held, clock):
    clock.move_to(STARTS_AT - timedelta(hours=1))
    with transaction.atomic():
        register_person(live_class=held, person=make_person())
        transaction.set_rollback(True)
    assert planned() == []


def test_answers_stay_with_the_words_they_answered(held):
    reply(guest(held), scale=5)
    questionnaire = default_questionnaire()
    questionnaire.questions = []
    questionnaire.save()
    found = QuestionnaireRound.objects.get(live_class=held)
    assert found.version.questions[0]["words"]["en"] == "How much did the class help you?"
    assert questionnaire_of(held) is None, "it has no questions any more"
    assert reply(guest(held), scale=4).round_id == found.pk, (
        "the class goes on in the words it began with"
    )


def test_a_class_names_its_own_questionnaire_or_has_the_clinics(held):
    own = Questionnaire.objects.create(
        name="Short", questions=[("text", {"question": {"words_en": "And?", "words_zh_hans": ""}})]
    )
    assert questionnaire_of(held).name == "After a class"
    held.questionnaire = own
    assert questionnaire_of(held) == own
    held.questionnaire = None
    choose_default(questionnaire=own, chosen=True)
    assert questionnaire_of(held) == own
    choose_default(questionnaire=own, chosen=False)
    assert questionnaire_of(held) is None


def test_a_reply_without_a_name_holds_no_person_and_no_moment(held):
    one = guest(held)
    reply(one, scale=3, better="More pictures")
    row = QuestionnaireReply.objects.values().get()
    assert row["answers"] == {SCALE: 3, BETTER: "More pictures"}
    assert (row["person_id"], row["sent_at"], row["agreed_to"]) == (None, None, "")
    values = QuestionnaireInvitation.objects.values().get()
    assert set(values) == {"id", "round_id", "registration_id", "mailed_for", "has_answered"}
    assert values["has_answered"] is True


def test_the_same_form_sent_twice_is_one_reply_and_another_needs_the_link(held):
    one = guest(held)
    first = reply(one, scale=3)
    again = send_reply(registration=one, handle=first.pk, answers={SCALE: 4}, with_name=False)
    assert (again.pk, again.answers) == (first.pk, {SCALE: 4})
    with pytest.raises(AnsweredAlready):
        reply(one, scale=1)
    assert QuestionnaireReply.objects.count() == 1


def test_a_handle_of_another_class_or_guest_changes_nothing(held):
    one, other = guest(held), guest(live_class())
    theirs = reply(other, scale=5)
    with pytest.raises(NotAsked):
        send_reply(registration=one, handle=theirs.pk, answers={}, with_name=False)
    named = reply(guest(held), with_name=True, scale=2)
    with pytest.raises(NotAsked):
        send_reply(registration=one, handle=named.pk, answers={}, with_name=True)
    assert take_back_reply(registration=one, handle=theirs.pk) is False
    assert set(QuestionnaireReply.objects.values_list("pk", flat=True)) == {theirs.pk, named.pk}


def test_a_name_can_be_given_and_taken_away_and_the_number_changes_with_it(held):
    one = guest(held)
    nameless = reply(one, scale=3)
    named = send_reply(registration=one, handle=nameless.pk, answers={SCALE: 3}, with_name=True)
    assert (named.person_id, named.agreed_to) == (one.person_id, "questionnaire-1")
    back = send_reply(registration=one, handle=named.pk, answers={SCALE: 3}, with_name=False)
    assert back.person_id is None
    assert len({nameless.pk, named.pk, back.pk}) == 3
    assert QuestionnaireReply.objects.get().pk == back.pk


def test_what_is_taken_back_is_gone_and_one_may_answer_anew(held):
    one = guest(held)
    first = reply(one, scale=3)
    assert take_back_reply(registration=one, handle=None) is False, "without a name, by its link"
    assert take_back_reply(registration=one, handle=first.pk) is True
    assert not QuestionnaireReply.objects.exists()
    assert reply(one, scale=1).answers == {SCALE: 1}


def test_nothing_comes_in_or_changes_after_the_close_but_a_name_can_always_go(held, clock):
    one = guest(held)
    named = reply(one, with_name=True, pace="x")
    clock.move_to(OVER + timedelta(days=21))
    with pytest.raises(NotAsked):
        send_reply(registration=one, handle=named.pk, answers={PACE: "y"}, with_name=True)
    with pytest.raises(NotAsked):
        take_back_reply(registration=one, handle=named.pk)
    assert delete_own_reply(person=make_person(), reply_id=named.pk) is False
    assert delete_own_reply(person=one.person, reply_id=named.pk) is True
    assert not QuestionnaireReply.objects.exists()


def test_nobody_answers_before_the_end_or_about_a_class_they_missed(held, clock):
    absent = guest(held, came=False)
    guest(held)
    with pytest.raises(NotAsked):
        send_reply(registration=absent, handle=uuid.uuid4(), answers={}, with_name=False)
    clock.move_to(STARTS_AT)
    Attendance.objects.all().delete()
    with pytest.raises(NotAsked):
        send_reply(registration=absent, handle=uuid.uuid4(), answers={}, with_name=False)
    assert QuestionnaireReply.objects.count() == 0


def test_erasing_takes_what_has_the_name_and_leaves_what_has_none(held):
    named, nameless = guest(held), guest(held)
    reply(named, with_name=True, better="I am Ada")
    kept = reply(nameless, scale=5)
    for one in (named, nameless):
        erase_person(person=one.person, actor="test")
    assert list(QuestionnaireReply.objects.values_list("pk", flat=True)) == [kept.pk]
    assert not QuestionnaireInvitation.objects.exists()


def test_the_link_opens_one_questionnaire_and_ends(held, clock):
    one = guest(held)
    token = issue_questionnaire_token(one)
    assert registration_of_questionnaire_token(token) == one
    for bad in (token[:-2], "", issue_join_token(one)):
        with pytest.raises(BadQuestionnaireToken):
            registration_of_questionnaire_token(bad)
    clock.move_to(OVER + timedelta(days=21, minutes=1))
    with pytest.raises(BadQuestionnaireToken):
        registration_of_questionnaire_token(token)
    clock.move_to(ASKED)
    revoke_join_tokens(registration=one)
    with pytest.raises(BadQuestionnaireToken):
        registration_of_questionnaire_token(token)


def test_opening_twice_is_one_round(held):
    place(held, make_person())
    assert open_round(live_class=held) == open_round(live_class=held)
    assert QuestionnaireRound.objects.count() == 1
