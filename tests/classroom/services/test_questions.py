"""Questions find who answers, are answered once, and are shown to others only as allowed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from classroom.models import Answer, Question
from classroom.question_selectors import public_answers, questions_for
from classroom.services.questions import (
    NotAnswered,
    answer_question,
    ask_question,
    close_question,
    hand_over,
    reopen_question,
    take_back_public_answer,
    working_days_after,
)
from classroom.services.registration import cancel_registration, register_person
from cms.content_version import content_version
from outbox.models import AuditEntry
from outbox.services import run_due_effects
from people.roles import Role
from people.services.access import build_access_report
from people.services.erasure import erase_person
from tests.factories.classroom import live_class
from tests.factories.content import article, clinician
from tests.factories.people import ContactPointFactory, make_person, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def letters(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def doctor():
    return make_staff(Role.CLINICIAN, username="heron", email="heron@clinic.example")


@pytest.fixture
def piece(doctor):
    return article(title="Gums", author=clinician("Dr Heron", user=doctor))


@pytest.fixture
def asker():
    person = make_person(display_name="Mei")
    ContactPointFactory(person=person, value="mei@example.org")
    return person


def asked(asker, piece, **fields) -> Question:
    return ask_question(person=asker, text="Does it hurt?", language="en", page=piece, **fields)


def sent() -> list[tuple[str, str]]:
    run_due_effects()
    return [(letter.to[0], letter.body) for letter in mail.outbox]


def test_author_is_told_without_a_word_of_the_question(asker, piece, doctor):
    question = asked(asker, piece)
    assert question.owner == doctor
    ((to, body),) = sent()
    assert to == "heron@clinic.example"
    assert "Does it hurt" not in body
    assert "Mei" not in body
    assert f"/questions/{question.pk}/" in body


def test_clinicians_of_a_class_come_before_its_author(asker, doctor, piece):
    other = make_staff(Role.CLINICIAN, username="egret")
    page = live_class(author=piece.author)
    page.clinicians.add(clinician("Dr Egret", user=other))
    page.save()
    assert asked(asker, page).owner == other


def test_nobody_who_left_gets_a_question(asker, piece, doctor):
    doctor.is_active = False
    doctor.save()
    assert asked(asker, piece).owner is None


@pytest.mark.parametrize(
    ("asked_on", "due_on"),
    [("2026-11-16", "2026-11-18"), ("2026-11-20", "2026-11-24"), ("2026-11-21", "2026-11-24")],
)
def test_weekends_do_not_count(asked_on, due_on):
    moment = datetime.fromisoformat(f"{asked_on}T10:00").replace(tzinfo=UTC)
    assert working_days_after(moment, 2).date().isoformat() == due_on


def test_private_answer_goes_to_the_asker_alone(asker, piece, doctor):
    question = asked(asker, piece)
    sent()
    mail.outbox.clear()
    answer_question(question=question, text="A little, for a day.", by=doctor)
    ((to, body),) = sent()
    assert to == "mei@example.org"
    assert "A little, for a day." in body
    assert "Dr Heron answers" in body
    question.refresh_from_db()
    assert question.status == Question.Status.ANSWERED
    assert public_answers(piece) == []


def test_answer_is_shown_to_readers_only_where_the_asker_allowed_it(asker, piece, doctor, client):
    silent = asked(asker, piece)
    with pytest.raises(NotAnswered):
        answer_question(
            question=silent, text="No.", by=doctor, is_public=True, public_question="Pain?"
        )
    allowed = asked(asker, piece, may_publish=True)
    answer = answer_question(
        question=allowed, text="No pain.", by=doctor, is_public=True, public_question="Pain?"
    )
    page = client.get(piece.url).content.decode()
    assert "Pain?" in page
    assert "No pain." in page
    assert "Does it hurt" not in page
    assert "Mei" not in page
    take_back_public_answer(answer=answer, by=doctor)
    assert "No pain." not in client.get(piece.url).content.decode()


def test_public_answer_needs_its_own_words_and_a_piece(asker, piece, doctor):
    nowhere = ask_question(person=asker, text="Open?", language="en", may_publish=True)
    for question, words in ((nowhere, "Open?"), (asked(asker, piece, may_publish=True), " ")):
        with pytest.raises(NotAnswered):
            answer_question(
                question=question, text="Yes", by=doctor, is_public=True, public_question=words
            )
    assert Answer.objects.count() == 0


def test_closed_question_is_answered_after_it_is_opened_again(asker, piece, doctor):
    question = asked(asker, piece)
    close_question(question=question, by=doctor)
    with pytest.raises(NotAnswered):
        answer_question(question=question, text="Yes", by=doctor)
    reopen_question(question=question, by=doctor)
    answer_question(question=question, text="Yes", by=doctor)
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions[-3:] == ["question.closed", "question.reopened", "question.answered"]


def test_handing_over_tells_the_new_owner_once(asker, piece, doctor):
    question = asked(asker, piece)
    sent()
    mail.outbox.clear()
    other = make_staff(Role.CONSULTANT, username="tern", email="tern@clinic.example")
    hand_over(question=question, owner=other, by=doctor)
    hand_over(question=question, owner=other, by=doctor)
    assert [to for to, _ in sent()] == ["tern@clinic.example"]


def test_question_beforehand_changes_until_it_is_answered(asker, doctor):
    page = live_class(starts_at=datetime.now(UTC) + timedelta(days=2))
    place = register_person(live_class=page, person=asker, question="Does it hurt?")
    register_person(live_class=page, person=asker, question="Does it bleed?")
    (question,) = Question.objects.all()
    assert (question.text, question.registration) == ("Does it bleed?", place)
    answer_question(question=question, text="A little.", by=doctor)
    cancel_registration(live_class=page, person=asker)
    assert Question.objects.count() == 1


def test_who_sees_which_questions(asker, piece, doctor):
    question = asked(asker, piece)
    stranger = make_staff(Role.CLINICIAN, username="stork")
    consultant = make_staff(Role.CONSULTANT, username="tern")
    marketing = make_staff(Role.MARKETING, username="gull")
    seen = {
        user.username: list(questions_for(user))
        for user in (doctor, stranger, consultant, marketing, make_staff(Role.EDITOR, username="e"))
    }
    assert seen == {"heron": [question], "stork": [], "tern": [question], "gull": [], "e": []}


def test_person_gets_and_erases_everything(asker, piece, doctor):
    question = asked(asker, piece, may_publish=True)
    answer_question(
        question=question, text="No.", by=doctor, is_public=True, public_question="Pain?"
    )
    report = str(build_access_report(person=asker))
    assert "Does it hurt?" in report
    assert "No." in report
    erase_person(person=asker, actor="test")
    assert (Question.objects.count(), Answer.objects.count()) == (0, 0)
    assert public_answers(piece) == []


def test_no_mail_goes_to_who_deleted_the_question(asker, piece, doctor):
    question = asked(asker, piece)
    answer_question(question=question, text="Yes", by=doctor)
    question.delete()
    assert sent() == []


def test_what_readers_see_moves_with_each_public_answer(asker, piece, doctor):
    versions = [content_version()]
    question = asked(asker, piece, may_publish=True)
    answer = answer_question(
        question=question, text="No.", by=doctor, is_public=True, public_question="Pain?"
    )
    versions.append(content_version())
    take_back_public_answer(answer=answer, by=doctor)
    versions.append(content_version())
    question.delete()
    versions.append(content_version())
    assert len(set(versions)) == 4
