"""A worker that dies around the sending of a webhook: it goes out again, under one id."""

import threading

import pytest
from django.utils import timezone

from leads.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from leads.services import webhook_sending
from leads.services.webhook_news import SEND, tell_page
from leads.services.webhook_secrets import new_secret, seal
from outbox.models import Effect
from outbox.services import run_effect
from tests.outbox.children import die, run_in_child
from tests.outbox.gateway import Gateway


@pytest.fixture
def system(settings):
    """Another system that listens and keeps what it got."""
    settings.DEBUG = settings.WEBHOOKS_TO_THIS_MACHINE = True
    server = Gateway([])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def effect(system, django_db_setup, django_db_blocker):
    """What is to be sent, as other processes see it; removed by hand."""
    with django_db_blocker.unblock():
        endpoint = WebhookEndpoint.objects.create(
            description="Booking",
            url=f"http://127.0.0.1:{system.server_port}/",
            kinds=["page.published"],
            sealed_secret=seal(new_secret()),
        )
        about = {"page": 1, "at": timezone.now().isoformat()}
        tell_page(kind="page.published", key="kill", about=about)
        yield Effect.objects.get(kind=SEND)
        Effect.objects.filter(kind=SEND).delete()
        endpoint.delete()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_around_the_sending(system, effect, after):
    real = webhook_sending.post_safely

    def post(*args, **kwargs):
        if after:
            real(*args, **kwargs)
        die()

    def work() -> None:
        webhook_sending.post_safely = post
        run_effect(effect_id=effect.pk)

    assert run_in_child(work) < 0
    assert WebhookDelivery.objects.get().state == DeliveryState.WAITING
    assert run_effect(effect_id=effect.pk) is False  # the lease still holds
    Effect.objects.filter(pk=effect.pk).update(lease_until=timezone.now())
    assert run_effect(effect_id=effect.pk) is True
    assert len(system.taken) == (2 if after else 1)
    assert {headers["webhook-id"] for headers, _ in system.taken} == {
        WebhookDelivery.objects.get().webhook_id
    }
    assert WebhookDelivery.objects.get().state == DeliveryState.SENT


def test_killed_when_it_was_noted_it_does_not_go_out_again(system, effect):
    def work() -> None:
        real = webhook_sending._note

        def note(*args, **kwargs):
            real(*args, **kwargs)
            die()

        webhook_sending._note = note
        run_effect(effect_id=effect.pk)

    assert run_in_child(work) < 0
    Effect.objects.filter(pk=effect.pk).update(lease_until=timezone.now())
    assert run_effect(effect_id=effect.pk) is True
    assert len(system.taken) == 1
