"""Every error of the API is a problem details answer, also for an address or method it lacks."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
@pytest.mark.parametrize("address", ["nothing", "classes/1/nothing", "consents/", ""])
def test_an_address_the_api_lacks_is_a_problem(client, settings, debug, method, address):
    settings.DEBUG = debug
    response = getattr(client, method)(f"/api/v1/{address}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 404


def test_a_method_the_address_lacks_is_a_problem_that_names_the_others(client):
    response = client.put("/api/v1/consents")
    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json"
    assert {"GET", "POST", "DELETE"} <= set(response["Allow"].split(", "))


def test_an_error_nobody_caught_is_a_problem_outside_development(client, settings, monkeypatch):
    settings.DEBUG = False
    client.raise_request_exception = False

    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("people.api.notice_of", broken)
    response = client.get("/api/v1/consents")
    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"


def test_pages_of_the_site_keep_their_errors(client):
    assert client.get("/nothing-here/")["Content-Type"].startswith("text/html")
