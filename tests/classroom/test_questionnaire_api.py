"""The questions after a class over HTTP: the personal token opens one place's, and nothing else does."""

import uuid
from datetime import timedelta

import pytest
import time_machine

from classroom.models import QuestionnaireReply
from classroom.services.join_tokens import issue_join_token
from classroom.services.questionnaire_tokens import OPEN_FOR, issue_questionnaire_token
from tests.factories.classroom import STARTS_AT, live_class
from tests.factories.people import make_signed_in
from tests.factories.questionnaires import BETTER, HEALING, JUST_RIGHT, MORE, PACE, SCALE, guest

pytestmark = pytest.mark.django_db
OVER = STARTS_AT + timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(OVER + timedelta(hours=2), tick=False) as travelling:
        yield travelling


@pytest.fixture
def held():
    return live_class(title="Gums")


@pytest.fixture
def place(held):
    return guest(held, language="zh-hans")


def address(page, more: str = "") -> str:
    return f"/api/v1/classes/{page.pk}/questionnaire{more}"


def as_guest(place) -> dict[str, str]:
    return {"Authorization": f"Place {issue_questionnaire_token(place)}"}


def send(client, place, answers: dict, *, page=None, headers=None, **body):
    body = {"reply": str(uuid.uuid4()), "answers": answers, **body}
    return client.post(
        address(page or place.live_class, "/replies"),
        body,
        content_type="application/json",
        headers=headers or as_guest(place),
    )


def test_the_questions_come_in_the_persons_language_or_the_one_asked_for(client, held, place):
    data = client.get(address(held), headers=as_guest(place)).json()
    assert [one["kind"] for one in data["questions"]] == ["scale", "one", "many", "text"]
    assert data["questions"][0]["key"] == SCALE
    chinese = data["questions"][0]["words"]
    assert (data["answered"], data["reply"], data["answers"]) == (False, None, {})
    assert data["closes_at"] == (OVER + OPEN_FOR).isoformat().replace("+00:00", "Z")
    data = client.get(address(held) + "?language=en", headers=as_guest(place)).json()
    assert data["questions"][0]["words"] == "How much did the class help you?"
    assert chinese != "How much did the class help you?"


def test_answers_are_kept_found_changed_and_taken_back(client, held, place):
    mine = str(uuid.uuid4())
    every = {SCALE: 4, PACE: JUST_RIGHT, MORE: [HEALING], BETTER: " More time "}
    answer = send(client, place, every, reply=mine)
    assert answer.status_code == 201
    assert answer.json()["answers"] == {**every, BETTER: "More time"}
    row = QuestionnaireReply.objects.get()
    assert (str(row.pk), row.person) == (mine, None)
    found = client.get(address(held) + f"?reply={mine}", headers=as_guest(place)).json()
    assert (found["reply"], found["answers"][SCALE]) == (mine, 4)
    hidden = client.get(address(held), headers=as_guest(place)).json()
    assert (hidden["answered"], hidden["answers"]) == (True, {}), (
        "without its number it is nobody's"
    )
    changed = send(client, place, {SCALE: 2}, reply=mine)
    assert (changed.status_code, changed.json()["answers"]) == (200, {SCALE: 2})
    assert send(client, place, {SCALE: 1}).status_code == 409
    gone = client.delete(address(held, f"/replies/{mine}"), headers=as_guest(place))
    assert (gone.status_code, QuestionnaireReply.objects.count()) == (204, 0)
    assert (
        client.delete(address(held, f"/replies/{mine}"), headers=as_guest(place)).status_code == 404
    )


def test_with_a_name_the_answers_are_the_persons_and_found_without_a_number(client, held, place):
    answer = send(client, place, {SCALE: 5}, with_name=True)
    assert answer.json()["with_name"] is True
    assert QuestionnaireReply.objects.get().person == place.person
    found = client.get(address(held), headers=as_guest(place)).json()
    assert (found["with_name"], found["answers"]) == (True, {SCALE: 5})


@pytest.mark.parametrize(
    "answers",
    [
        {"nothing-of-ours": 1},
        {SCALE: 6},
        {SCALE: "5"},
        {SCALE: True},
        {PACE: "no-option"},
        {PACE: [JUST_RIGHT]},
        {MORE: ["no-option"]},
        {MORE: HEALING},
        {BETTER: "x" * 1001},
        {BETTER: ["x"]},
        {"with_name": "x"},
        {"reply": "x"},
    ],
)
def test_answers_that_do_not_fit_are_named_and_nothing_is_kept(client, place, answers):
    answer = send(client, place, answers)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert next(iter(answers)) in answer.json()["errors"][0]["at"]
    assert not QuestionnaireReply.objects.exists()


def test_only_the_personal_token_of_that_class_opens_it(client, held, place, clock):
    other = live_class()
    for headers in (
        {},
        {"Authorization": "Place nonsense"},
        {"Authorization": f"Place {issue_join_token(place)}"},
        {"Authorization": f"Join {issue_questionnaire_token(place)}"},
    ):
        assert client.get(address(held), headers=headers).status_code == 401
        assert send(client, place, {}, headers=headers or {"X": "1"}).status_code == 401
    make_signed_in(client)
    assert client.get(address(held)).status_code == 401, "a login is not enough"
    assert client.get(address(other), headers=as_guest(place)).status_code == 404
    assert send(client, place, {}, page=other).status_code == 404
    clock.move_to(OVER - timedelta(minutes=1))
    assert client.get(address(held), headers=as_guest(place)).status_code == 404
    clock.move_to(OVER + OPEN_FOR)
    assert client.get(address(held), headers=as_guest(place)).status_code == 404
    assert send(client, place, {SCALE: 1}).status_code == 404


def test_another_guests_answers_cannot_be_found_changed_or_deleted(client, held, place):
    theirs = str(uuid.uuid4())
    send(client, guest(held), {SCALE: 1}, reply=theirs, with_name=True)
    found = client.get(address(held) + f"?reply={theirs}", headers=as_guest(place)).json()
    assert found["answers"] == {}
    assert send(client, place, {SCALE: 5}, reply=theirs).status_code == 404
    gone = client.delete(address(held, f"/replies/{theirs}"), headers=as_guest(place))
    assert gone.status_code == 404
    assert QuestionnaireReply.objects.get().answers == {SCALE: 1}
