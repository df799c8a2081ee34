"""What another site can make a reader's browser do here: append events, make a new visitor, no more."""

import pytest
from django.test import Client

from people.models import Person
from tests.contract.addresses import Scene, addresses

pytestmark = pytest.mark.django_db

METHODS = ("post", "put", "patch", "delete")
#: What a page of another origin may send without a token of ours; the tests of each say what it does.
OPEN = {("post", "api/v1/events"), ("post", "api/v1/consents")}
REFUSED = {301, 302, 400, 401, 403, 404, 405, 422}


@pytest.fixture
def scene():
    return Scene()


def sent_from_elsewhere(user, method: str, address: str):
    """What the reader's browser gets when another site makes it send this, cookies included."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(user)
    return getattr(client, method)(
        address,
        data="{}",
        content_type="text/plain",
        headers={"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"},
    )


@pytest.mark.parametrize("who", ["prospect", "administrator"])
def test_nothing_is_done_for_another_site(scene, who):
    done = []
    for label, address in addresses(scene).items():
        if label.startswith("admin/") and who == "prospect":
            continue
        for method in METHODS:
            if (method, label) in OPEN:
                continue
            response = sent_from_elsewhere(scene.people[who], method, address)
            if response.status_code not in REFUSED:
                done.append((method, label, response.status_code))
    assert done == []


def test_deleting_oneself_needs_a_token_of_ours(scene):
    person = scene.person
    response = sent_from_elsewhere(scene.people["prospect"], "delete", "/api/v1/me")
    assert response.status_code in (401, 403)
    assert Person.objects.filter(pk=person.pk).exists()


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "\\\\elsewhere.example",
        "/\\elsewhere.example",
        "https:elsewhere.example",
        "javascript:alert(1)",
        "/sign-in/\r\nSet-Cookie: a=b",
        "http://testserver@elsewhere.example/",
    ],
)
@pytest.mark.parametrize("address", ["/sign-in/", "/admin/login/", "/sign-out/"])
def test_next_stays_on_the_site(client, scene, address, target):
    """Signed in already or signing in, nobody is led away."""
    for user in (None, scene.people["prospect"], scene.people["administrator"]):
        client.logout()
        if user:
            client.force_login(user)
        for method in (client.get, client.post):
            response = method(f"{address}?next={target}", {"next": target})
            location = response.headers.get("Location", "")
            path = location.split("?")[0]
            assert "elsewhere.example" not in path
            assert not path.startswith(("//", "\\", "javascript:"))
            assert "\r" not in location
            assert "\n" not in location
