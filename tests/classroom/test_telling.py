"""How people are told about classes: mail, text or by hand; once, in their language, nothing on a
locked screen that others should not read."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from classroom.models import ClassSeries, Telling
from classroom.services.notices import (
    cancel_class,
    delay_class,
    hold_class_after_all,
    move_class,
    tell_everybody,
)
from classroom.services.questions import answer_question, ask_question
from classroom.services.registration import Child, cancel_registration, register_person
from classroom.services.series_places import register_for_series
from outbox.models import Effect
from outbox.services import run_due_effects
from outbox.texts import WRITTEN
from people.models import Clinic, ContactKind
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.people import ContactPointFactory, UserFactory, make_person
from tests.outbox.gateway import running_gateway

pytestmark = pytest.mark.django_db
NOW = STARTS_AT - timedelta(days=3)
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


@pytest.fixture(autouse=True)
def clinic(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.BASE_URL = "https://clinic.example"
    found, _ = Clinic.objects.get_or_create(pk=1)
    Clinic.objects.filter(pk=1).update(
        name="Harbour Dental Clinic", name_zh="悦读诊所", time_zone="UTC"
    )
    return found


@pytest.fixture
def gateway(settings):
    with running_gateway(settings) as server:
        yield server


def with_phone(number: str = "+8613800138000", **fields):
    person = make_person(**fields)
    ContactPointFactory(person=person, kind=ContactKind.PHONE, value=number)
    return person


def sent(gateway) -> list[str]:
    """The words of every text so far, links cut at the code."""
    run_due_effects()
    words = [text for _, text in gateway.texts()]
    return [text.partition(" https://clinic.example/m/")[0] for text in words]


WHEN = "Thu 5 March, 18:00"


def test_a_verified_address_gets_the_mail_and_no_text(gateway):
    person = with_phone()
    ContactPointFactory(person=person, value="ann@a.example")
    register_person(live_class=live_class(), person=person)
    run_due_effects()
    assert [letter.to for letter in mail.outbox] == [["ann@a.example"]]
    assert gateway.taken == []


def test_an_address_that_is_not_verified_counts_for_nothing(gateway):
    person = with_phone()
    ContactPointFactory(person=person, value="ann@a.example", verified_at=None)
    register_person(live_class=live_class(), person=person)
    assert sent(gateway) == [f"Harbour Dental Clinic: your place in the class on {WHEN} is kept."]
    assert mail.outbox == []
    assert not Telling.objects.exists()


def test_a_phone_hears_of_everything_once_and_never_the_title(gateway, clock):
    held = live_class(title="Piles, and what helps")
    person = with_phone()
    register_person(live_class=held, person=person)
    clock.move_to(STARTS_AT - timedelta(days=1))
    sent(gateway)
    staff = UserFactory()
    move_class(live_class=held, starts_at=STARTS_AT + timedelta(days=2), by=staff, note="Piles")
    sent(gateway)
    cancel_class(live_class=held, by=staff)
    sent(gateway)
    hold_class_after_all(live_class=held, by=staff)
    sent(gateway)
    for before in (timedelta(days=1), timedelta(hours=1)):
        clock.move_to(STARTS_AT + timedelta(days=2) - before)
        sent(gateway)
    delay_class(live_class=held, minutes=10, by=staff)
    sent(gateway)
    clock.move_to(STARTS_AT + timedelta(days=2, hours=4))
    for notice in held.notices.all():
        tell_everybody(notice_id=notice.pk)
    moved = "Sat 7 March, 18:00"
    assert sent(gateway) == [
        f"Harbour Dental Clinic: your place in the class on {WHEN} is kept.",
        f"Harbour Dental Clinic: a reminder, your class is on {WHEN}.",
        f"Harbour Dental Clinic: your class has a new date, {moved}. Your place is kept.",
        f"Harbour Dental Clinic: your class on {moved} is cancelled. We are sorry.",
        f"Harbour Dental Clinic: your class on {moved} is held after all. Your place is kept.",
        f"Harbour Dental Clinic: a reminder, your class is on {moved}.",
        f"Harbour Dental Clinic: your class begins soon, {moved}.",
        "Harbour Dental Clinic: your class begins later, Sat 7 March, 18:10.",
        "Harbour Dental Clinic: how was the class? A few questions, a minute or two.",
    ]
    assert len(gateway.taken) == len(gateway.texts()) == 9, "each was posted once"
    assert not any("Piles" in body.decode() for _, body in gateway.taken)
    assert mail.outbox == []


def test_the_text_is_in_the_persons_language_and_fits(gateway):
    held = live_class(title="痔疮", starts_at=STARTS_AT)
    register_person(live_class=held, person=with_phone(language="zh-hans"))
    run_due_effects()
    ((_, words),) = gateway.texts()
    assert words.startswith(
        "【悦读诊所】您3月5日周四18:00的课已留好名额： https://clinic.example/m/"
    )
    assert len(words) <= 70


def test_english_texts_hold_no_sign_outside_gsm_and_fit(gateway, clock):
    held = live_class(capacity=1)
    person, waits = with_phone(), with_phone("+8613800138001")
    register_person(live_class=held, person=person)
    register_person(live_class=held, person=waits, may_wait=True)
    staff = UserFactory()
    run_due_effects()
    move_class(live_class=held, starts_at=STARTS_AT + timedelta(days=12), by=staff)
    run_due_effects()
    cancel_class(live_class=held, by=staff)
    run_due_effects()
    hold_class_after_all(live_class=held, by=staff)
    run_due_effects()
    texts = [words for _, words in gateway.texts()]
    assert len(texts) == 8
    assert all(len(words) <= 160 and set(words) <= GSM for words in texts)


def test_who_waits_is_told_the_turn_and_then_the_place(gateway, clock):
    held = live_class(capacity=1)
    first, second = make_person(), with_phone()
    ContactPointFactory(person=first)
    register_person(live_class=held, person=first)
    register_person(live_class=held, person=second, may_wait=True)
    run_due_effects()
    clock.shift(timedelta(minutes=1))
    cancel_registration(live_class=held, person=first)
    assert sent(gateway) == [
        f"Harbour Dental Clinic: the class on {WHEN} is full. You are number 1 on the waiting list.",
        f"Harbour Dental Clinic: your place in the class on {WHEN} is kept.",
    ]


def test_the_clock_is_the_classs_and_its_place_is_named_where_it_is_another(gateway):
    held = live_class(time_zone="Asia/Shanghai")
    register_person(live_class=held, person=with_phone())
    register_person(live_class=held, person=with_phone("+8613800138001", language="zh-hans"))
    assert sent(gateway) == [
        "Harbour Dental Clinic: your place in the class on Fri 6 March, 02:00 (Shanghai time)"
        " is kept.",
        "【悦读诊所】您3月6日周五02:00（Shanghai时间）的课已留好名额：",
    ]


def test_a_series_is_one_text(gateway):
    together = ClassSeries.objects.create()
    weeks = [
        live_class(series=together, starts_at=STARTS_AT + timedelta(days=7 * week))
        for week in range(3)
    ]
    register_for_series(live_class=weeks[0], person=with_phone())
    assert sent(gateway) == [
        f"Harbour Dental Clinic: 3 places are kept for you, the first on {WHEN}."
    ]


def test_an_answer_is_told_without_question_or_answer(gateway):
    question = ask_question(person=with_phone(), text="Is my fistula bad?", language="zh-hans")
    answer_question(question=question, text="No, it heals.", by=UserFactory())
    run_due_effects()
    ((number, words),) = gateway.texts()
    assert number == "+8613800138000"
    assert words == "【悦读诊所】您的问题已有答复，登录后可看： https://clinic.example/zh-hans/me/"


def test_a_parent_is_told_once_for_parent_and_child_and_the_child_is_not_named(gateway):
    register_person(live_class=live_class(), person=with_phone(), children=[Child("Bao", 2019)])
    (words,) = sent(gateway)
    assert "Bao" not in words
    assert len(gateway.taken) == 1


def test_without_a_gateway_a_phone_is_told_by_hand(settings):
    settings.SMS_ADAPTER = ""
    register_person(live_class=live_class(), person=with_phone())
    run_due_effects()
    telling = Telling.objects.get()
    assert (telling.reason, telling.about) == ("no_contact", "class_place")
    assert telling.words == f"Harbour Dental Clinic: your place in the class on {WHEN} is kept."


def test_texts_written_in_development_do_not_count_as_reaching_phones_elsewhere(settings):
    settings.SMS_ADAPTER, settings.DEBUG = WRITTEN, False
    register_person(live_class=live_class(), person=with_phone())
    run_due_effects()
    assert Telling.objects.count() == 1


def test_a_number_refused_for_good_comes_on_the_list_once(gateway):
    gateway.answers = [422]
    register_person(live_class=live_class(), person=with_phone(language="zh-hans"))
    run_due_effects()
    run_due_effects()
    telling = Telling.objects.get()
    assert (telling.reason, telling.language) == ("refused", "zh-hans")
    assert telling.words == "【悦读诊所】您3月5日周四18:00的课已留好名额："
    assert len(gateway.taken) == 1


def test_a_busy_gateway_gets_the_same_text_again_and_nobody_is_on_the_list(gateway):
    gateway.answers = [503]
    register_person(live_class=live_class(), person=with_phone())
    run_due_effects()
    Effect.objects.filter(state="pending", due_at__lte=NOW + timedelta(minutes=1)).update(
        due_at=NOW
    )
    assert len(sent(gateway)) == 1
    assert len(gateway.taken) == 2
    assert not Telling.objects.exists()
