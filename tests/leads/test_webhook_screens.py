"""The screens of webhooks: who sees and changes what, and that a secret is shown once."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from leads.services.webhook_secrets import new_secret, seal, unseal
from people.roles import Role
from tests.factories.leads import prospect, staff

pytestmark = pytest.mark.django_db
LIST, NEW = "/admin/webhooks/", "/admin/webhooks/new/"


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def at_home(settings):
    settings.DEBUG = settings.WEBHOOKS_TO_THIS_MACHINE = True


@pytest.fixture
def administrator(client):
    user = staff(Role.ADMINISTRATOR)
    client.force_login(user)
    return user


@pytest.fixture
def endpoint():
    return WebhookEndpoint.objects.create(
        description="Booking",
        url="https://hooks.example.org/in?key=hidden-key",
        kinds=["lead.entered", "lead.left"],
        fields=["name"],
        sealed_secret=seal(new_secret()),
    )


def delivered(endpoint, number: int, **fields) -> WebhookDelivery:
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint,
        webhook_id=f"msg_{number}",
        kind="lead.entered",
        person_external_id=prospect().external_id,
        occurred_at=timezone.now(),
        **fields,
    )
    WebhookAttempt.objects.create(delivery=delivery, status=503, problem="status", duration_ms=12)
    return delivery


def test_adding_shows_the_secret_once_and_tells_of_leaving_too(client, administrator, at_home):
    data = {
        "description": "Booking",
        "url": "http://127.0.0.1:9/in",
        "kinds": ["lead.entered"],
        "fields_told": ["email"],
    }
    answer = client.post(NEW, data)
    endpoint = WebhookEndpoint.objects.get()
    secret = unseal(endpoint.sealed_secret)
    assert secret in answer.text
    assert "no-store" in answer["Cache-Control"]
    assert endpoint.kinds == ["lead.entered", "lead.left"]
    for address in (LIST, f"{LIST}{endpoint.public_id}/", f"{LIST}{endpoint.public_id}/change/"):
        assert secret not in client.get(address).text


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://hooks.example.org/", "must begin with https://"),
        ("https://127.0.0.1/", "no IP number"),
        ("https://hooks.example.org:22/", "no port"),
    ],
)
def test_an_address_that_is_not_posted_to_is_refused_with_a_reason(
    client, administrator, address, said
):
    data = {"description": "Booking", "url": address, "kinds": ["lead.left"]}
    answer = client.post(NEW, data)
    assert answer.status_code == 422
    assert said in answer.text
    assert address in answer.text  # what was written is kept
    assert not WebhookEndpoint.objects.exists()


def test_marketing_looks_and_changes_nothing(client, endpoint):
    client.force_login(staff(Role.MARKETING))
    delivered(endpoint, 1)
    one = f"{LIST}{endpoint.public_id}/"
    seen = client.get(one).text
    assert "hooks.example.org" in seen
    assert "hidden-key" not in seen
    assert "503" in seen
    assert "Send again" not in seen
    for act in ("test", "secret", "switch", "deliveries/msg_1/again"):
        assert client.post(f"{one}{act}/").status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.disabled_at, endpoint.sealed_previous) == (None, "")
    assert WebhookDelivery.objects.get().queued == 1


def test_an_address_that_knows_of_people_is_kept(client, administrator, at_home, endpoint):
    there = "http://127.0.0.1/one"
    WebhookEndpoint.objects.update(url=there)
    one = f"{LIST}{endpoint.public_id}/change/"
    told = {"description": "Booking", "kinds": ["lead.entered"], "fields_told": ["name"]}
    assert client.post(one, told | {"url": "http://127.0.0.1/two"}).status_code == 302
    endpoint.recipients.create(person_external_id=prospect().external_id)

    refused = client.post(one, told | {"url": there})
    assert refused.status_code == 422
    assert "must hear when one of them is erased" in plain(refused.text)
    endpoint.refresh_from_db()
    assert endpoint.url == "http://127.0.0.1/two"
    renamed = told | {"url": endpoint.url, "description": "Desk"}
    assert client.post(one, renamed).status_code == 302


def test_the_log_says_what_became_of_it_and_can_be_narrowed(client, administrator, endpoint):
    delivered(endpoint, 1, state="withheld", why="consent")
    one = f"{LIST}{endpoint.public_id}/"
    seen = plain(client.get(one).text)
    assert "not sent consent is not there, or was taken back" in seen
    assert "503 12 ms" in seen
    assert "Nothing here yet." in client.get(f"{one}?state=sent").text


def test_more_deliveries_take_no_more_queries(client, administrator, endpoint):
    one = f"{LIST}{endpoint.public_id}/"
    delivered(endpoint, 1)
    client.get(one)
    counts = []
    for more in ((), (2, 3)):
        for number in more:
            delivered(endpoint, number)
        for address in (one, LIST):
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


def test_the_test_says_the_status_alone_and_switching_works(client, administrator, endpoint):
    one = f"{LIST}{endpoint.public_id}/"
    WebhookEndpoint.objects.update(url="https://127.0.0.1/")
    seen = plain(client.post(f"{one}test/", follow=True).text)
    assert "The test did not arrive: the address is not one that may be posted to." in seen
    client.post(f"{one}switch/")
    endpoint.refresh_from_db()
    assert endpoint.why_disabled == "staff"
    delivered(endpoint, 1, state="held")
    seen = plain(client.post(f"{one}switch/", follow=True).text)
    assert "1 notice of leaving or erasure goes out now" in seen
    secret = unseal(WebhookEndpoint.objects.get().sealed_secret)
    assert client.post(f"{one}secret/").text.count(secret) == 0
    assert client.post(f"{LIST}nothing/test/").status_code == 404
