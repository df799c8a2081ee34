"""The list of what is told by hand: each thing once, the newest in place of the older, and nobody
on it who gave the place back, was erased, or was told."""

from datetime import timedelta

import pytest
import time_machine

from classroom.models import ClassSeries, LiveClass, Telling
from classroom.services.notices import cancel_class, delay_class, move_class
from classroom.services.questions import answer_question, ask_question, forget_question
from classroom.services.registration import cancel_registration, register_person
from classroom.services.series_places import cancel_series, register_for_series
from classroom.services.tellings import clear_old_tellings, mark_told, take_told_back
from classroom.telling_selectors import people_waiting, words_with_link
from outbox.models import AuditEntry, Effect
from outbox.services import run_due_effects
from people.services.access import build_access_report
from people.services.consent import withdraw_consent
from people.services.erasure import erase_person
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.people import UserFactory, make_person
from tests.factories.questionnaires import reply

pytestmark = pytest.mark.django_db
NOW = STARTS_AT - timedelta(days=3)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


@pytest.fixture
def held():
    return live_class(title="Gums")


@pytest.fixture
def unreached(held, clock):
    """Somebody with a place and no contact at all, the confirmation on the list for a minute."""
    person = make_person()
    clock.move_to(NOW - timedelta(minutes=1))
    register_person(live_class=held, person=person)
    run_due_effects()
    clock.move_to(NOW)
    return person


def waits() -> list[str]:
    run_due_effects()
    rows = Telling.objects.filter(told_at=None).order_by("pk")
    return [row.about for row in rows]


def tell_all(by=None) -> None:
    rows = Telling.objects.filter(told_at=None).select_related("person")
    mark_told(tellings=list(rows), by=by or UserFactory())


def test_each_thing_comes_once_and_the_newest_stands_for_the_older(held, unreached):
    assert waits() == ["class_place"]
    staff = UserFactory()
    move_class(live_class=held, starts_at=STARTS_AT + timedelta(days=2), by=staff)
    assert waits() == ["class_notice"]
    move_class(live_class=held, starts_at=STARTS_AT + timedelta(days=3), by=staff)
    assert waits() == ["class_notice"]
    assert "Sun 8 March, 18:00" in Telling.objects.get().words
    delay_class(live_class=held, minutes=10, by=staff)
    cancel_class(live_class=held, by=staff)
    assert waits() == ["class_notice"]
    assert "cancelled" in Telling.objects.get().words
    assert people_waiting(Telling.objects.all()).count() == 1


def test_a_reminder_adds_nothing_to_what_waits_and_comes_where_all_was_told(held, unreached, clock):
    clock.move_to(STARTS_AT - timedelta(days=1))
    assert waits() == ["class_place"]
    tell_all()
    clock.move_to(STARTS_AT - timedelta(hours=1))
    assert waits() == ["class_reminder"]
    clock.move_to(STARTS_AT)
    assert not people_waiting(Telling.objects.all()).exists(), "it begins: no use any more"


def test_the_second_reminder_stands_for_the_first(held, unreached, clock):
    tell_all()
    clock.move_to(STARTS_AT - timedelta(days=1))
    assert waits() == ["class_reminder"]
    clock.move_to(STARTS_AT - timedelta(hours=1))
    assert waits() == ["class_reminder"]
    assert "begins soon" in Telling.objects.get(told_at=None).words


def test_what_comes_late_does_not_stand_for_what_is_newer(held, unreached):
    """A worker that was killed composes the confirmation again after the class was moved."""
    staff = UserFactory()
    move_class(live_class=held, starts_at=STARTS_AT + timedelta(days=2), by=staff)
    assert waits() == ["class_notice"]
    again = Effect.objects.filter(payload__template="class_place")
    again.update(state="pending", attempts=0)
    assert waits() == ["class_notice"]
    tell_all(staff)
    again.update(state="pending", attempts=0)
    assert waits() == []


def test_told_and_taken_back_are_kept_with_who_and_when_and_audited(held, unreached):
    staff = UserFactory()
    telling = Telling.objects.get()
    assert mark_told(tellings=[telling], by=staff) == 1
    assert mark_told(tellings=[telling], by=UserFactory()) == 0
    telling.refresh_from_db()
    assert (telling.told_at, telling.told_by) == (NOW, staff)
    assert take_told_back(tellings=[telling], by=staff) == 1
    assert waits() == ["class_place"]
    assert list(
        AuditEntry.objects.filter(
            subject=f"person:{unreached.external_id}", action__startswith="telling."
        )
        .order_by("pk")
        .values_list("action", flat=True)
    ) == ["telling.told", "telling.taken_back"]


def test_nothing_is_taken_back_that_something_newer_stands_for(held, unreached):
    staff, telling = UserFactory(), Telling.objects.get()
    mark_told(tellings=[telling], by=staff)
    cancel_class(live_class=held, by=staff)
    assert waits() == ["class_notice"]
    assert take_told_back(tellings=[telling], by=staff) == 0
    tell_all(staff)
    assert take_told_back(tellings=[telling], by=staff) == 0
    assert waits() == []


def test_a_place_given_back_or_a_person_erased_is_off_the_list(held, unreached):
    other = make_person()
    register_person(live_class=held, person=other)
    assert len(waits()) == 2
    cancel_registration(live_class=held, person=other)
    assert [row.person for row in Telling.objects.all()] == [unreached]
    erase_person(person=unreached, actor="test")
    assert not Telling.objects.exists()


def test_a_place_given_back_before_the_worker_came_is_never_on_it(held):
    person = make_person()
    register_person(live_class=held, person=person)
    cancel_registration(live_class=held, person=person)
    assert waits() == []


def test_withdrawing_consent_leaves_the_service(held):
    """A place is kept without any consent, and so is what is to be said about it."""
    person = make_person(profiling=True, marketing=True)
    register_person(live_class=held, person=person)
    withdraw_consent(person=person)
    assert waits() == ["class_place"]


def test_who_registers_again_is_told_again(held, unreached, clock):
    tell_all()
    cancel_registration(live_class=held, person=unreached)
    clock.shift(timedelta(minutes=1))
    register_person(live_class=held, person=unreached)
    assert waits() == ["class_place"]


def test_a_series_waits_once_until_the_last_place_is_given_back():
    together = ClassSeries.objects.create()
    weeks = [
        live_class(series=together, starts_at=STARTS_AT + timedelta(days=7 * week))
        for week in range(2)
    ]
    person = make_person()
    register_for_series(live_class=weeks[0], person=person)
    assert waits() == ["series_places"]
    before = words_with_link(Telling.objects.get())
    cancel_registration(live_class=weeks[0], person=person)
    telling = Telling.objects.get()
    assert telling.live_class_id == weeks[1].pk
    assert words_with_link(telling) != before
    cancel_series(live_class=weeks[1], person=person)
    assert waits() == []


def test_the_questionnaire_waits_until_it_is_answered(held, unreached, clock):
    tell_all()
    clock.move_to(STARTS_AT + timedelta(hours=4))
    assert waits() == ["class_questionnaire"]
    telling = Telling.objects.get(told_at=None)
    assert telling.link == "q"
    reply(telling.registration, scale=3)
    assert waits() == []


def test_answers_wait_once_a_person_and_go_with_the_question():
    person, staff = make_person(), UserFactory()
    first = ask_question(person=person, text="One?", language="en")
    second = ask_question(person=person, text="Two?", language="en")
    answer_question(question=first, text="Yes.", by=staff)
    assert waits() == ["question_answered"]
    answer_question(question=second, text="No.", by=staff)
    assert waits() == ["question_answered"]
    assert Telling.objects.get().question == second
    forget_question(question=second)
    assert waits() == []


def test_the_access_report_tells_what_waits_and_what_was_told(held, unreached):
    tell_all()
    (row,) = reported(unreached)
    assert row["class"] == "Gums"
    assert "your place in the class" in row["words"]
    assert row["told_at"] == NOW.isoformat()
    assert reported(make_person()) == []


def reported(person) -> list[dict]:
    """What the person's access report says of the list."""
    data = build_access_report(person=person)["data"]
    return next(one["rows"] for one in data if one["model"] == "classroom.Telling")


def test_rows_go_thirty_days_after_they_were_told_or_lost_their_sense(held, unreached, clock):
    late = live_class(starts_at=STARTS_AT + timedelta(days=90))
    register_person(live_class=late, person=unreached)
    run_due_effects()
    rows = Telling.objects.filter(live_class=held)
    clock.move_to(STARTS_AT + timedelta(hours=1, days=30))
    assert clear_old_tellings() == 0
    clock.shift(timedelta(seconds=1))
    assert clear_old_tellings() == 1
    assert not rows.exists()
    assert waits() == ["class_place"], "what is still of use stays"
    tell_all()
    clock.shift(timedelta(days=30, seconds=1))
    assert clear_old_tellings() == 1


def test_a_class_that_is_deleted_takes_what_waits_with_it(held, unreached):
    LiveClass.objects.get(pk=held.pk).delete()
    assert not Telling.objects.exists()
