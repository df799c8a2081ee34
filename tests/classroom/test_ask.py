"""Asking on the site, and answering in the admin."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from classroom.models import Question
from classroom.services.questions import answer_question, ask_question
from cms.models import Access
from outbox.services import run_due_effects
from outbox.texts import WRITTEN
from people.models import Clinic
from people.roles import Role
from tests.factories.classroom import live_class
from tests.factories.content import article, clinician, course
from tests.factories.people import ContactPointFactory, make_person, make_signed_in, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def piece():
    return article(title="Gums")


def send(client, piece, **fields):
    sent = {"text": "Does it hurt?", "agreed": "on", "about": piece.pk, **fields}
    return client.post(
        reverse("ask_question"), {key: value for key, value in sent.items() if value}
    )


def test_piece_leads_to_the_form_and_the_form_to_sign_in(client, piece):
    page = client.get(piece.url).content.decode()
    address = f"{reverse('ask_question')}?about={piece.pk}"
    assert address in page
    form = client.get(address).content.decode()
    assert "Sign in to ask" in form
    assert "<textarea" not in form


def test_question_is_kept_only_with_the_tick(client, piece):
    person = make_signed_in(client)
    answer = send(client, piece, agreed="")
    assert "Tick this" in answer.content.decode()
    assert "Does it hurt?" in answer.content.decode()
    assert not Question.objects.exists()
    assert send(client, piece).status_code == 302
    question = Question.objects.get()
    assert (question.person, question.page_id, question.may_publish) == (person, piece.pk, False)


def test_who_has_only_a_phone_asks_and_is_texted_no_word_of_it(client, piece, settings, mailoutbox):
    settings.DEBUG, settings.BASE_URL = True, "http://127.0.0.1:8000"
    settings.SMS_ADAPTER = WRITTEN
    person = make_signed_in(client)
    person.contact_points.update(kind="phone", value="+8613800138000")
    assert send(client, piece, text="Does an implant hurt?").status_code == 302
    answer_question(question=Question.objects.get(), text="Less than you fear.", by=make_staff())
    mailoutbox.clear()
    run_due_effects()
    (text,) = [mail for mail in mailoutbox if mail.to == ["+8613800138000"]]
    assert "/me/" in text.body
    assert "implant" not in text.body and "fear" not in text.body


def test_who_cannot_be_reached_is_told_where_to_add_a_contact(client, piece):
    person = make_signed_in(client)
    person.contact_points.update(kind="phone", value="+8613800138000")
    page = client.get(f"{reverse('ask_question')}?about={piece.pk}").content.decode()
    assert f'href="{reverse("me")}#contacts"' in page
    assert "<textarea" not in page


def test_ticks_are_empty_at_first(client, piece):
    make_signed_in(client)
    form = client.get(reverse("ask_question"), {"about": piece.pk}).content.decode()
    assert " checked" not in form


def test_emergency_shows_the_number_first_and_keeps_the_words(client, piece):
    Clinic.objects.update_or_create(pk=1, defaults={"time_zone": "Asia/Shanghai"})
    make_signed_in(client)
    urgent = "The wound will not stop bleeding"
    answer = send(client, piece, text=urgent).content.decode()
    assert 'href="tel:120"' in answer
    assert urgent in answer
    assert not Question.objects.exists()
    send(client, piece, text=urgent, send_anyway="1")
    assert Question.objects.get().text == urgent


@pytest.mark.parametrize("about", ["0", "999999", "x", "1" * 40])
def test_question_about_a_page_that_is_none_is_about_nothing(client, about):
    make_signed_in(client)
    client.post(reverse("ask_question"), {"text": "Open?", "agreed": "on", "about": about})
    assert Question.objects.get().page is None


@time_machine.travel("2026-03-05T18:00:00Z", tick=False)
def test_flood_is_slowed_down(client, piece):
    cache.clear()
    make_signed_in(client)
    for number in range(12):
        send(client, piece, text=f"Question {number}")
    assert Question.objects.count() == 10


def test_own_questions_stand_on_ones_page_and_can_be_deleted(client, piece):
    person = make_signed_in(client)
    question = ask_question(person=person, text="Does it hurt?", language="en", page=piece)
    assert "Does it hurt?" in client.get(reverse("me")).content.decode()
    other = ask_question(person=make_person(), text="And mine?", language="en")
    assert client.post(reverse("delete_question", args=[other.pk])).status_code == 404
    client.post(reverse("delete_question", args=[question.pk]))
    assert list(Question.objects.all()) == [other]


@pytest.fixture
def queue(client):
    """Two clinicians, each with a question about a piece of theirs; the first is signed in."""
    asker = make_person()
    ContactPointFactory(person=asker)
    made = []
    for name in ("heron", "stork"):
        user = make_staff(Role.CLINICIAN, username=name, email=f"{name}@clinic.example")
        piece = article(author=clinician(f"Dr {name}", user=user))
        text = f"A question for {name}?"
        made.append(
            ask_question(person=asker, text=text, language="en", page=piece, may_publish=True)
        )
        if name == "heron":
            client.force_login(user)
    return made


def test_clinician_answers_own_questions_and_sees_no_other(client, queue):
    own, other = queue
    listed = client.get(reverse("questions")).content.decode()
    assert own.text in listed
    assert other.text not in listed
    assert client.get(reverse("question", args=[other.pk])).status_code == 404
    address = reverse("question", args=[own.pk])
    assert client.get(address).status_code == 200
    client.post(address, {"answer": "1", "text": "A little."})
    own.refresh_from_db()
    assert (own.status, own.answers.get().text) == ("answered", "A little.")


def test_public_answer_without_words_keeps_what_was_written(client, queue):
    address = reverse("question", args=[queue[0].pk])
    page = client.post(address, {"answer": "1", "text": "A little.", "is_public": "on"})
    assert "A little." in page.content.decode()
    assert "Write the question in your own words." in page.content.decode()
    assert queue[0].answers.count() == 0


def test_queue_is_closed_to_marketing_and_prospects(client, queue):
    for user in (
        make_staff(Role.MARKETING, username="gull"),
        make_staff(Role.EDITOR, username="e"),
    ):
        client.force_login(user)
        assert client.get(reverse("questions")).status_code == 404
        assert client.get(reverse("question", args=[queue[0].pk])).status_code == 404
    client.logout()
    make_signed_in(client)
    assert client.get(reverse("questions")).status_code == 302


def test_list_takes_the_same_queries_for_one_and_many(client, queue, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("questions"))
        return len(captured)

    queries()
    one = queries()
    for number in range(4):
        person = make_person(display_name=f"Asker {number}")
        ask_question(person=person, text=f"More {number}", language="en", page=queue[0].page)
    assert queries() == one


@pytest.mark.parametrize("sent", [{"owner": "x"}, {"take_back": "x"}, {"owner": "9" * 30}])
def test_ids_that_are_none_are_no_error_of_ours(client, queue, sent):
    answer = client.post(reverse("question", args=[queue[0].pk]), sent)
    assert answer.status_code in (302, 404)


def test_title_of_a_course_for_staff_is_not_told(client):
    hidden = course(title="How we write letters", access=Access.STAFF)
    page = client.get(reverse("ask_question"), {"about": hidden.pk}).content.decode()
    assert "How we write letters" not in page
    make_signed_in(client)
    client.post(reverse("ask_question"), {"text": "Eh?", "agreed": "on", "about": hidden.pk})
    assert Question.objects.get().page is None


def test_who_was_merged_asks_and_registers_as_who_stands(client):
    merged = make_signed_in(client)
    stands = make_person()
    merged.merged_into = stands
    merged.save()
    client.post(reverse("ask_question"), {"text": "Open?", "agreed": "on"})
    ContactPointFactory(person=stands)
    client.post(reverse("ask_question"), {"text": "Open?", "agreed": "on"})
    assert Question.objects.get().person == stands
    page = live_class(starts_at=timezone.now() + timedelta(days=1))
    client.post(reverse("register_for_class", args=[page.pk]))
    assert page.registrations.get().person == stands
    assert "Your place is kept" in client.get(page.url).content.decode()
