"""The queue in the admin: what each may see, and what the buttons of one question do."""

from urllib.parse import urlencode

import pytest

from classroom.models import Answer, Question
from classroom.services.questions import answer_question, ask_question
from outbox.models import AuditEntry
from people.roles import Role
from tests.factories.content import article, clinician
from tests.factories.people import ContactPointFactory, make_person, make_staff

pytestmark = pytest.mark.django_db

QUEUE = "/admin/questions/"


@pytest.fixture
def doctor():
    return make_staff(Role.CLINICIAN, username="heron", email="heron@clinic.example")


@pytest.fixture
def desk(client, doctor):
    client.force_login(doctor)
    return client


@pytest.fixture
def asked(doctor):
    person = make_person(display_name="Mei")
    ContactPointFactory(person=person, value="mei@example.org")
    piece = article(title="Gums", author=clinician("Dr Heron", user=doctor))
    return ask_question(
        person=person, text="Does it hurt?", language="en", page=piece, may_publish=True
    )


def listed(client, show: str = "open") -> list[Question]:
    return list(client.get(f"{QUEUE}?{urlencode({'show': show})}").context["page"])


def press(client, question: Question, **values) -> Question:
    client.post(f"{QUEUE}{question.pk}/", values)
    question.refresh_from_db()
    return question


def test_queue_is_sorted_into_who_has_to_act(desk, asked):
    assert (listed(desk), listed(desk, "mine")) == ([asked], [asked])
    assert (listed(desk, "nobody"), listed(desk, "done")) == ([], [])
    press(desk, asked, owner="")
    assert (listed(desk, "mine"), listed(desk, "nobody")) == ([], [asked])
    assert listed(desk, "no such choice") == [asked]


def test_current_choice_is_marked_and_counted(desk, asked):
    page = desk.get(f"{QUEUE}?show=done").content.decode()
    assert '<a href="?show=done" aria-current="true">Done <span class="classes-count">0<' in page
    assert '<a href="?show=open">Waiting <span class="classes-count">1<' in page


def test_question_of_a_colleague_is_not_there(client, asked):
    client.force_login(make_staff(Role.CLINICIAN, username="egret", email="e@clinic.example"))
    assert listed(client) == []
    assert client.get(f"{QUEUE}{asked.pk}/").status_code == 404
    assert client.post(f"{QUEUE}{asked.pk}/", {"close": "1"}).status_code == 404
    asked.refresh_from_db()
    assert asked.status == Question.Status.OPEN


def test_who_answers_no_questions_finds_no_queue(client, asked):
    client.force_login(make_staff(Role.MARKETING, username="jonas", email="j@clinic.example"))
    assert client.get(QUEUE).status_code == 404


def test_reading_a_question_is_audited(desk, doctor, asked):
    desk.get(f"{QUEUE}{asked.pk}/")
    entry = AuditEntry.objects.get(action="question.read")
    assert (entry.actor, entry.subject) == (f"user:{doctor.pk}", f"question:{asked.pk}")


def test_answer_beside_the_piece_needs_a_question_in_other_words(desk, asked):
    words = {"answer": "1", "text": "A little.", "is_public": "on"}
    page = desk.post(f"{QUEUE}{asked.pk}/", words)
    assert page.context["form"]["text"].value() == "A little."
    assert page.context["form"].errors["public_question"]
    assert not Answer.objects.exists()
    press(desk, asked, **words, public_question="Is it painful?")
    answer = Answer.objects.get()
    assert (answer.text, answer.public_question) == ("A little.", "Is it painful?")
    assert asked.status == Question.Status.ANSWERED


def test_question_is_closed_and_opened_again(desk, asked):
    assert press(desk, asked, close="1").status == Question.Status.CLOSED
    assert listed(desk, "done") == [asked]
    assert press(desk, asked, reopen="1").status == Question.Status.OPEN


def test_public_answer_is_taken_back_by_its_number_alone(desk, doctor, asked):
    answer_question(
        question=asked, by=doctor, text="A little.", is_public=True, public_question="Painful?"
    )
    answer = Answer.objects.get()
    for number in ("", "0", "9" * 30, "one"):
        assert desk.post(f"{QUEUE}{asked.pk}/", {"take_back": number}).status_code == 404
    press(desk, asked, take_back=str(answer.pk))
    answer.refresh_from_db()
    assert answer.taken_back_at
