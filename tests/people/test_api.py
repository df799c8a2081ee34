"""The API of consent and of one's own data: what is given to whom, and what nobody gets."""

import pytest
from django.urls import reverse

from people import api
from people.models import Consent, ConsentEvent, Person, Visitor
from people.notices import CURRENT, notice_of
from people.selectors import has_consent
from people.services.visitors import issue_token, join_visitor, visitor_of_token
from tests.factories.people import make_person, make_signed_in, make_visitor

pytestmark = pytest.mark.django_db
CONSENTS, ME = "/api/v1/consents", "/api/v1/me"


@pytest.fixture
def strict(client_factory):
    """A browser whose CSRF tokens are checked, as they are in production."""
    return client_factory(enforce_csrf_checks=True)


def body(profiling=True, marketing=False, **changes) -> dict:
    purposes = {"profiling": profiling, "marketing": marketing}
    return {"purposes": purposes, "notice": CURRENT, "language": "en", **changes}


def post(client, data=None, **headers):
    return client.post(
        CONSENTS, body() if data is None else data, "application/json", headers=headers
    )


def visitor_header(visitor) -> dict:
    return {"Authorization": f"Visitor {issue_token(visitor)}"}


def csrf_header(client) -> dict:
    client.get(reverse("me"))
    return {"X-CSRFToken": client.cookies["csrftoken"].value}


@pytest.mark.parametrize(
    ("query", "accepts", "language"),
    [("", "en-GB", "en"), ("", "zh-CN", "zh-hans"), ("?language=zh-Hans", "en", "zh-hans")],
)
def test_read_consents_shows_the_notice_in_force(client, query, accepts, language):
    answer = client.get(CONSENTS + query, headers={"Accept-Language": accepts}).json()
    assert answer == {
        "notice": CURRENT,
        "language": language,
        "purposes": notice_of(CURRENT).texts[language],
        "given": None,
    }


def test_create_consent_of_a_stranger_makes_a_visitor(client):
    response = post(client, body(marketing=True))
    assert response.status_code == 201
    answer = response.json()
    visitor = visitor_of_token(answer["visitor"])
    assert has_consent(visitor=visitor, purpose="profiling")
    assert answer["receipt"]["purposes"] == {"profiling": True, "marketing": True}
    given = client.get(CONSENTS, headers=visitor_header(visitor)).json()["given"]
    assert (given["profiling"], given["marketing"]) == (True, True)
    assert given["id"] == answer["receipt"]["id"]


def test_create_consent_that_refuses_keeps_a_receipt_and_no_visitor(client):
    answer = post(client, body(profiling=False)).json()
    assert answer["visitor"] is None
    assert answer["receipt"]["purposes"] == {"profiling": False, "marketing": False}
    assert not Visitor.objects.exists()
    assert not Consent.objects.exists()
    assert ConsentEvent.objects.filter(given=False).count() == 2


@pytest.mark.parametrize("signal", ["Sec-GPC", "DNT"])
def test_a_browser_that_objects_gets_no_profile_whatever_it_sends(client, signal):
    answer = post(client, body(marketing=True), **{signal: "1"}).json()
    assert answer["visitor"] is None
    assert answer["receipt"]["purposes"]["profiling"] is False
    assert not Visitor.objects.exists()


def test_a_browser_that_objects_later_is_withdrawn(client):
    visitor = make_visitor()
    post(client, **visitor_header(visitor), **{"Sec-GPC": "1"})
    assert not has_consent(visitor=visitor, purpose="profiling")


def test_create_consent_of_an_unknown_notice_is_422_and_nothing(client):
    response = post(client, body(notice="2020-01"))
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert not ConsentEvent.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {},
        *(
            {"purposes": {"profiling": value}, "notice": CURRENT}
            for value in ("perhaps", "yes", "true", 1, None)
        ),
    ],
)
def test_create_consent_of_another_shape_is_422(client, data):
    assert post(client, data).status_code == 422
    assert not ConsentEvent.objects.exists()


def test_create_consent_ignores_fields_it_does_not_know(client):
    data = body(profiling=False, person="someone", is_staff=True)
    data["purposes"]["admin"] = True
    assert post(client, data).json()["receipt"]["purposes"] == {
        "profiling": False,
        "marketing": False,
    }


def test_create_consent_without_csrf_token_ignores_the_session(strict):
    person = make_signed_in(strict)
    answer = post(strict).json()
    assert visitor_of_token(answer["visitor"]).person is None
    assert not Consent.objects.filter(person=person).exists()


def test_create_consent_with_csrf_token_is_the_persons(strict):
    person = make_signed_in(strict)
    answer = post(strict, body(marketing=True), **csrf_header(strict)).json()
    assert has_consent(person=person, purpose="profiling")
    assert has_consent(person=person, purpose="marketing")
    assert visitor_of_token(answer["visitor"]).person == person


def test_create_consent_of_a_person_takes_the_browsers_history_along(strict):
    person, visitor = make_signed_in(strict), make_visitor()
    answer = post(strict, **csrf_header(strict), **visitor_header(visitor)).json()
    assert visitor_of_token(answer["visitor"]) == visitor
    visitor.refresh_from_db()
    assert visitor.person == person


def test_a_refusal_of_a_person_is_recorded_and_withdraws(strict):
    person = make_signed_in(strict, profiling=True)
    answer = post(strict, body(profiling=False), **csrf_header(strict)).json()
    assert answer["visitor"] is None
    assert not has_consent(person=person, purpose="profiling")


def test_delete_consent_by_visitor_token(client):
    visitor, other = make_visitor(), make_visitor()
    response = client.delete(CONSENTS, headers=visitor_header(visitor))
    assert response.status_code == 200
    assert response.json()["receipt"]["purposes"] == {"profiling": False}
    assert not has_consent(visitor=visitor, purpose="profiling")
    assert has_consent(visitor=other, purpose="profiling")
    assert client.delete(CONSENTS, headers=visitor_header(visitor)).status_code == 200


def test_delete_consent_by_session_needs_a_csrf_token(strict):
    person = make_signed_in(strict, profiling=True)
    assert strict.delete(CONSENTS).status_code == 401
    assert has_consent(person=person, purpose="profiling")
    assert strict.delete(CONSENTS, headers=csrf_header(strict)).status_code == 200
    assert not has_consent(person=person, purpose="profiling")


@pytest.mark.parametrize(
    ("method", "address"),
    [("delete", CONSENTS), ("get", ME), ("get", f"{ME}/data"), ("delete", ME)],
)
def test_strangers_and_forgers_are_told_to_sign_in(client, method, address):
    for headers in ({}, {"Authorization": "Visitor forged"}, {"Authorization": "Bearer x"}):
        response = getattr(client, method)(address, headers=headers)
        assert response.status_code == 401
        assert response["Content-Type"] == "application/problem+json"


def test_read_me_by_session(client):
    person = make_signed_in(client, profiling=True)
    answer = client.get(ME).json()
    assert answer["person"] == person.external_id
    assert answer["contacts"][0]["verified"] is True
    assert answer["given"]["profiling"] is True


def test_a_token_alone_never_shows_the_person_it_was_joined_to(client):
    person, visitor = make_person(), make_visitor()
    join_visitor(visitor=visitor, person=person, actor="system")
    answer = client.get(ME, headers=visitor_header(visitor)).json()
    assert (answer["person"], answer["contacts"]) == (None, [])
    report = client.get(f"{ME}/data", headers=visitor_header(visitor)).json()
    assert report["person"] is None
    assert person.external_id not in str(report)


def test_a_session_never_takes_somebody_elses_browser(client):
    other, visitor = make_person(), make_visitor()
    join_visitor(visitor=visitor, person=other, actor="system")
    make_signed_in(client)
    answer = client.get(ME, headers=visitor_header(visitor)).json()
    assert answer["visitor"] is None


def test_delete_me_by_session_needs_a_csrf_token_and_erases(strict):
    person = make_signed_in(strict)
    assert strict.delete(ME).status_code == 401
    headers = csrf_header(strict)
    assert strict.delete(ME, headers=headers).status_code == 204
    assert not Person.objects.filter(pk=person.pk).exists()
    assert strict.get(ME).status_code == 401


def test_delete_me_by_token_erases_the_browser_and_not_the_person(client):
    person, visitor = make_person(), make_visitor()
    join_visitor(visitor=visitor, person=person, actor="system")
    assert client.delete(ME, headers=visitor_header(visitor)).status_code == 204
    assert not Visitor.objects.exists()
    assert Person.objects.filter(pk=person.pk).exists()
    assert client.get(ME, headers=visitor_header(visitor)).status_code == 401


@pytest.mark.usefixtures("one_moment")
def test_create_consent_is_limited_by_address(client, client_factory, monkeypatch, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "limited by address",
        }
    }
    monkeypatch.setattr(api, "AN_ADDRESS_A_MINUTE", 2)
    assert [post(client).status_code for _ in range(3)] == [201, 201, 429]
    assert 1 <= int(post(client)["Retry-After"]) <= 61
    assert post(client_factory(REMOTE_ADDR="10.9.9.9")).status_code == 201
