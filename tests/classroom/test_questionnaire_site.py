"""The questionnaire on the phone: the form, the thanks, changing and taking back, one's own page."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse

from classroom.models import QuestionnaireReply
from classroom.questionnaire_results import round_result
from classroom.services.questionnaire_tokens import issue_questionnaire_token
from people.services.access import build_access_report
from tests.factories.classroom import STARTS_AT, live_class, place
from tests.factories.people import make_person, make_signed_in
from tests.factories.questionnaires import (
    BETTER,
    HEALING,
    JUST_RIGHT,
    MORE,
    PACE,
    SCALE,
    attended,
    guest,
    reply,
)

pytestmark = pytest.mark.django_db
FORM = reverse("class_questionnaire")


@pytest.fixture(autouse=True)
def clock():
    cache.clear()  # the clock stands still, and with it the count of requests in a minute
    with time_machine.travel(STARTS_AT + timedelta(hours=4), tick=False) as travelling:
        yield travelling


@pytest.fixture
def held():
    return live_class(title="Gums")


def opened(client, registration, **more):
    return client.get(FORM, {"place": issue_questionnaire_token(registration), **more})


def sent(client, registration, **fields):
    """Send the form as it was opened, with these answers; returns the answer to the post."""
    page = opened(client, registration, **fields.pop("query", {})).content.decode()
    number = re.search(r'name="reply" value="([0-9a-f-]{36})"', page)[1]
    body = {"place": issue_questionnaire_token(registration), "reply": number, **fields}
    return client.post(FORM, body)


def test_the_form_asks_in_the_language_of_the_page_and_requires_nothing(client, held):
    one = guest(held)
    page = opened(client, one)
    text = page.content.decode()
    assert "How much did the class help you?" in text
    assert " required" not in text and " checked" not in text
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]
    chinese = client.get(f"/zh-hans{FORM}", {"place": issue_questionnaire_token(one)})
    assert "这堂课对您有多大帮助？" in chinese.content.decode()


def test_answers_are_kept_without_a_name_and_thanked_for(client, held):
    one = guest(held, display_name="Mei")
    answer = sent(client, one, **{SCALE: "4", PACE: JUST_RIGHT, MORE: [HEALING], BETTER: "Slower"})
    kept = QuestionnaireReply.objects.get()
    assert kept.person_id is None
    assert kept.answers == {SCALE: 4, PACE: JUST_RIGHT, MORE: [HEALING], BETTER: "Slower"}
    thanks = client.get(answer.url).content.decode()
    assert "Just right" in thanks and "Pain and healing" in thanks and "Slower" in thanks
    assert reverse("ask_question") in thanks
    assert "Mei" not in thanks
    assert "answered already" in opened(client, one).content.decode()


def test_the_link_of_the_thanks_changes_what_was_answered(client, held):
    one = guest(held)
    sent(client, one, **{SCALE: "4"})
    number = str(QuestionnaireReply.objects.get().pk)
    assert 'value="4" checked' in opened(client, one, reply=number).content.decode()
    sent(client, one, query={"reply": number}, **{SCALE: "2"})
    assert QuestionnaireReply.objects.get().answers == {SCALE: 2}


def test_everything_may_stay_empty(client, held):
    assert sent(client, guest(held)).status_code == 302
    assert QuestionnaireReply.objects.get().answers == {}


def test_a_name_stays_only_with_the_tick_and_shows_on_ones_own_page(client, held):
    person = make_signed_in(client)
    attended(held, person)
    one = place(held, person)
    assert "What you said about classes" not in client.get(reverse("me")).content.decode()
    sent(client, one, with_name="on", **{BETTER: "Slower please"})
    kept = QuestionnaireReply.objects.get(person=person)
    page = client.get(reverse("me")).content.decode()
    assert "Slower please" in page
    assert "Slower please" in str(build_access_report(person=person))
    address = reverse("delete_reply", args=[kept.pk])
    assert address in page
    assert client.post(address).status_code == 302
    assert not QuestionnaireReply.objects.exists()
    assert client.post(address).status_code == 404


def test_nobody_deletes_anothers_reply(client, held):
    theirs = reply(guest(held), with_name=True, scale=5)
    make_signed_in(client)
    assert client.post(reverse("delete_reply", args=[theirs.pk])).status_code == 404
    assert QuestionnaireReply.objects.exists()


def test_taking_back_needs_a_press_and_empties_the_form(client, held):
    one = guest(held)
    sent(client, one, **{SCALE: "4"})
    kept = QuestionnaireReply.objects.get()
    body = {"place": issue_questionnaire_token(one), "reply": str(kept.pk)}
    assert client.get(reverse("take_back_reply"), body).status_code == 405
    client.post(reverse("take_back_reply"), body)
    assert not QuestionnaireReply.objects.exists()
    assert " checked" not in opened(client, one).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [(SCALE, "6"), (PACE, HEALING), (MORE, "x"), (BETTER, "x" * 1001)],
)
def test_an_answer_that_is_none_is_refused_and_the_rest_kept_in_the_form(
    client, held, field, value
):
    words = {BETTER: "Slower"} if field != BETTER else {SCALE: "3"}
    answer = sent(client, guest(held), **words, **{field: value})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Everything you wrote is still here" in text
    assert "Slower" in text or 'value="3" checked' in text
    assert not QuestionnaireReply.objects.exists()


def test_words_of_a_script_stay_words(client, held):
    one = guest(held)
    answer = sent(client, one, **{BETTER: "<script>alert(1)</script>"})
    assert "<script>alert" not in client.get(answer.url).content.decode()


@pytest.mark.parametrize("token", ["", "x", "a:b:c"])
def test_a_link_that_is_cut_off_opens_nothing(client, token):
    answer = client.get(FORM, {"place": token})
    assert answer.status_code == 404
    assert "This questionnaire is closed" in answer.content.decode()


def test_who_missed_the_class_and_a_class_that_asks_nothing_have_no_form(client, held):
    guest(held)
    assert opened(client, guest(held, came=False)).status_code == 404
    assert opened(client, guest(live_class(asks_afterwards=False))).status_code == 404


def test_few_replies_without_a_name_are_not_counted(held):
    for _ in range(4):
        reply(guest(held), scale=1, better="secret")
    reply(guest(held, display_name="Ada"), with_name=True, scale=5, better="Use my name")
    result = round_result(held, "en")
    scale, _pace, _more, better = result.questions
    assert (result.replied, result.held_back) == (5, 4)
    assert (scale.answered, scale.mean) == (1, 5)
    assert better.texts == [("Ada", "Use my name")]
    reply(guest(held), scale=2)
    result = round_result(held, "en")
    scale, _pace, _more, better = result.questions
    assert (result.held_back, scale.answered) == (0, 6)
    assert [line.count for line in scale.options] == [4, 1, 0, 0, 1]
    assert better.texts.count(("", "secret")) == 4


def test_counts_by_hand(held):
    for number in range(5):
        more = [HEALING] if number < 3 else []
        reply(guest(held), pace=JUST_RIGHT if number < 4 else "gone", more=more)
    _scale, pace, more, _better = round_result(held, "zh-hans").questions
    assert [(line.words, line.count) for line in pace.options] == [
        ("太慢", 0), ("正好", 4), ("太快", 0),
    ]  # fmt: skip
    assert [line.count for line in more.options] == [0, 3, 0, 0]


def test_nobody_asked_is_no_result(held):
    guest(held)
    make_person()
    assert round_result(held, "en") is None
