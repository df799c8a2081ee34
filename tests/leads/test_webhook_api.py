"""The staff API of webhooks and the scopes it asks for."""

import pytest
from django.utils import timezone

from leads.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from leads.services.webhook_secrets import unseal
from people.roles import Role
from people.services.staff_tokens import create_staff_token
from tests.factories.leads import list_of, staff

pytestmark = pytest.mark.django_db
WANTED = {
    "url": "http://127.0.0.1:9/in?key=hidden-key",
    "description": "Booking",
    "kinds": ["lead.entered"],
    "fields": ["email"],
}


@pytest.fixture(autouse=True)
def at_home(settings):
    settings.DEBUG = settings.WEBHOOKS_TO_THIS_MACHINE = True


def asking(client, role: Role, scopes: list[str] | None):
    """A function that asks with a token of that role and those scopes."""
    token = create_staff_token(user=staff(role), name="test", scopes=scopes)

    def ask(method: str, address: str, data=None):
        return getattr(client, method)(
            f"/api/v1{address}",
            data,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )

    return ask


def test_an_endpoint_is_made_changed_tested_and_switched(client):
    ask = asking(client, Role.ADMINISTRATOR, ["webhooks:read", "webhooks:write"])
    made = ask("post", "/webhooks", WANTED)
    assert made.status_code == 201
    body = made.json()
    endpoint = WebhookEndpoint.objects.get()
    assert body.pop("secret") == unseal(endpoint.sealed_secret)
    assert body["kinds"] == ["lead.entered", "lead.left"]
    assert ask("get", "/webhooks").json() == [body]
    one = f"/webhooks/{endpoint.public_id}"
    changed = ask("put", one, {**WANTED, "kinds": ["page.published"], "fields": []}).json()
    assert (changed["kinds"], changed["fields"]) == (["page.published"], [])
    assert ask("post", f"{one}/test").json() == {"status": None, "problem": "connection"}
    renewed = ask("post", f"{one}/secret").json()
    assert renewed["secret"] == unseal(WebhookEndpoint.objects.get().sealed_secret)
    assert ask("post", f"{one}/switch", {"enabled": False}).json()["why_disabled"] == "staff"
    assert ask("post", f"{one}/switch", {"enabled": True}).json()["enabled"] is True
    every = ask("get", "/webhooks").text + ask("get", f"{one}/deliveries").text
    assert "secret" not in every
    assert "hidden-key" not in every


def test_the_log_and_sending_again(client):
    ask = asking(client, Role.ADMINISTRATOR, ["webhooks:read", "webhooks:write"])
    ask("post", "/webhooks", WANTED)
    endpoint = WebhookEndpoint.objects.get()
    for number, state in enumerate(("sent", "waiting")):
        delivery = WebhookDelivery.objects.create(
            endpoint=endpoint,
            webhook_id=f"msg_{number}",
            kind="lead.left",
            state=state,
            occurred_at=timezone.now(),
        )
        WebhookAttempt.objects.create(delivery=delivery, status=200, duration_ms=7)
    one = f"/webhooks/{endpoint.public_id}/deliveries"
    (row,) = ask("get", f"{one}?state=sent").json()
    assert (row["id"], row["attempts"][0]["status"]) == ("msg_0", 200)
    assert ask("post", f"{one}/msg_0/again").status_code == 202
    assert ask("post", f"{one}/msg_1/again").status_code == 409
    assert ask("post", f"{one}/msg_2/again").status_code == 404


@pytest.mark.parametrize("url", ["https://10.0.0.1/", "https://localhost:22/", "gopher://a.org/"])
def test_an_address_inside_is_refused(client, settings, url):
    settings.WEBHOOKS_TO_THIS_MACHINE = False
    ask = asking(client, Role.ADMINISTRATOR, ["webhooks:write"])
    assert ask("post", "/webhooks", {**WANTED, "url": url}).status_code == 422
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize(
    ("role", "scopes", "reads", "makes"),
    [
        (Role.ADMINISTRATOR, None, 200, 201),
        (Role.ADMINISTRATOR, ["webhooks:read"], 200, 403),
        (Role.ADMINISTRATOR, ["webhooks:write"], 403, 201),
        (Role.ADMINISTRATOR, ["lists:read"], 403, 403),
        (Role.MARKETING, ["webhooks:read", "webhooks:write"], 200, 403),
        (Role.CONSULTANT, ["webhooks:read", "webhooks:write"], 403, 403),
    ],
)
def test_a_scope_opens_no_more_than_the_role_and_the_role_no_more_than_the_scope(
    client, role, scopes, reads, makes
):
    ask = asking(client, role, scopes)
    assert ask("get", "/webhooks").status_code == reads
    assert ask("post", "/webhooks", WANTED).status_code == makes


def test_every_staff_address_asks_for_its_scope(client):
    list_of("Warm")
    opened = {
        "people:read": "/people/nobody",
        "lists:read": "/lead-lists/warm",
        "exports:read": "/exports/none",
        "webhooks:read": "/webhooks",
    }
    for number, (scope, address) in enumerate(opened.items()):
        token = create_staff_token(
            user=staff(Role.ADMINISTRATOR, name=f"admin-{number}"), name="test", scopes=[scope]
        )
        headers = {"Authorization": f"Bearer {token}"}
        found = {
            one: client.get(f"/api/v1{place}", headers=headers).status_code != 403
            for one, place in opened.items()
        }
        assert found == {one: one == scope for one in opened}
        assert client.get(f"/api/v1{address}", headers=headers).status_code in (200, 404)
