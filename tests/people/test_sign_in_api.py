"""Signing in over the API: what to ask for, a code to every contact alike, problems for the rest."""

import re

import pytest
from django.test import Client

from outbox.services import run_due_effects
from outbox.texts import WRITTEN
from people.models import Clinic, ContactVerification, Person
from people.notices import CURRENT
from people.selectors import has_consent
from people.services import verification
from people.services.visitors import issue_token, visitor_of_token
from tests.factories.people import ContactPointFactory, make_visitor

pytestmark = pytest.mark.django_db
SIGN_IN, CODE = "/api/v1/sign-in", "/api/v1/sign-in/code"
NUMBER = "+8613800138000"


@pytest.fixture(autouse=True)
def clinic(settings):
    """A clinic in China on a developer's machine, where mails and texts lie in one box."""
    settings.DEBUG, settings.BASE_URL = True, "http://127.0.0.1:8000"
    settings.SMS_ADAPTER = WRITTEN
    return Clinic.objects.create(pk=1, name="Heron", time_zone="Asia/Shanghai")


def post(client, address, headers=None, **body):
    return client.post(address, body, content_type="application/json", headers=headers or {})


def sent_code(mailoutbox) -> str:
    run_due_effects()
    return re.search(r"(?<!\d)\d{6}(?!\d)", mailoutbox[-1].body).group()


@pytest.mark.parametrize(
    ("allowed", "language", "kinds", "url"),
    [
        ({}, "zh-hans", ["phone", "email"], "/zh-hans/sign-in/"),
        ({}, "en", ["email", "phone"], "/sign-in/"),
        ({}, "xx", ["email", "phone"], "/sign-in/"),
        ({"offers_phone": False}, "zh-hans", ["email"], "/zh-hans/sign-in/"),
        ({"offers_phone": False, "offers_email": False}, "en", [], "/sign-in/"),
    ],
)
def test_it_tells_what_to_ask_for(client, allowed, language, kinds, url):
    Clinic.objects.update(**allowed)
    answer = client.get(SIGN_IN, {"language": language}).json()
    assert answer["csrf_token"]
    assert (answer["kinds"], answer["region"]) == (kinds, "CN")
    assert answer["url"] == f"http://testserver{url}"


def test_a_number_signs_in_with_what_was_agreed_and_the_browsers_history(client, mailoutbox):
    visitor = make_visitor()
    answer = post(
        client, SIGN_IN, {"Authorization": f"Visitor {issue_token(visitor)}"},
        contact="138 0013 8000", language="zh-hans", marketing=True, notice=CURRENT,
    )  # fmt: skip
    assert (answer.status_code, answer.json()) == (
        202, {"kind": "phone", "to": "+86 138 0013 8000"},
    )  # fmt: skip
    answer = post(client, CODE, code=sent_code(mailoutbox))
    assert mailoutbox[-1].to == [NUMBER]
    person = Person.objects.get()
    assert answer.json()["person"] == person.external_id
    assert visitor_of_token(answer.json()["visitor"]).person == person
    assert has_consent(person=person, purpose="marketing")
    assert client.get("/api/v1/me").json()["contacts"][0]["value"] == NUMBER


@pytest.mark.parametrize(
    ("allowed", "body", "kinds"),
    [
        ({"offers_phone": False}, {"contact": NUMBER}, ["email"]),
        ({"offers_phone": False}, {"contact": NUMBER, "kind": "phone"}, ["email"]),
        ({"offers_email": False}, {"contact": "a@b.example"}, ["phone"]),
        ({"offers_email": False}, {"contact": NUMBER, "kind": "email"}, ["phone"]),
        ({}, {"contact": "021 5555 0100"}, ["email", "phone"]),
        ({}, {"contact": "nobody"}, ["email", "phone"]),
        ({"offers_phone": False, "offers_email": False}, {"contact": "a@b.example"}, []),
    ],
)
def test_what_is_not_offered_is_a_problem_that_names_what_is(client, allowed, body, kinds):
    Clinic.objects.update(**allowed)
    answer = post(client, SIGN_IN, **body)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["kinds"] == kinds
    assert body["contact"] not in answer.content.decode()
    assert not ContactVerification.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {}, {"contact": ""}, {"contact": "x" * 255}, {"contact": NUMBER, "kind": "fax"},
        {"contact": ["a"]}, {"contact": NUMBER, "marketing": "yes"},
        {"contact": NUMBER, "notice": "made-up"},
    ],
)  # fmt: skip
def test_a_body_of_another_shape_is_a_problem(client, body):
    answer = post(client, SIGN_IN, **body)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert not ContactVerification.objects.exists()


@pytest.mark.parametrize("address", [SIGN_IN, CODE])
def test_nothing_is_done_without_a_token_of_ours(address):
    elsewhere = Client(enforce_csrf_checks=True)
    body = {"contact": NUMBER, "code": "123456"}
    assert post(elsewhere, address, **body).status_code == 403
    assert not ContactVerification.objects.exists()
    token = elsewhere.get(SIGN_IN).json()["csrf_token"]
    assert post(elsewhere, address, {"X-CSRFToken": token}, **body).status_code in (202, 422)


def test_known_and_unknown_contacts_get_the_same_answer(client):
    ContactPointFactory(kind="phone", value=NUMBER)
    answers = []
    for number in (NUMBER, "+8613900139000"):
        answer = post(client, SIGN_IN, contact=number)
        answers.append((answer.status_code, {**answer.json(), "to": ""}))
    assert answers[0] == answers[1]


def test_a_limit_says_when_to_come_back(client, monkeypatch):
    monkeypatch.setattr(verification, "A_TARGET", 1)
    assert post(client, SIGN_IN, contact=NUMBER).status_code == 202
    answer = post(client, SIGN_IN, contact=NUMBER)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_a_wrong_code_and_one_nobody_asked_for_look_alike(client, mailoutbox):
    nobody = post(client, CODE, code="123456")
    post(client, SIGN_IN, contact=NUMBER)
    wrong = f"{(int(sent_code(mailoutbox)) + 1) % 1_000_000:06d}"
    answer = post(client, CODE, code=wrong)
    assert (nobody.status_code, nobody.json()) == (answer.status_code, answer.json())
    assert answer.status_code == 422
    assert "_auth_user_id" not in client.session
