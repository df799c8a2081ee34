"""Texts to phones: a real gateway on this machine takes them, is busy, says no, or is away."""

import base64
import hashlib
import hmac
import json

import pytest

from outbox.mail import Text, composes
from outbox.models import Delivery, Effect, EffectState
from outbox.registry import Refused
from outbox.services import enqueue_mail, run_due_effects
from outbox.services.running import ATTEMPTS_AT_MOST
from outbox.texts import WRITTEN, reaches_phones, send_text
from outbox.texts.gateway import GatewayBusy
from tests.outbox.gateway import SECRET, running_gateway


@pytest.fixture
def gateway(settings):
    with running_gateway(settings) as server:
        yield server


def send(key: str = "one") -> None:
    send_text(to="+8613800138000", text="您好 123456", key=key)


def test_a_text_is_posted_signed_and_with_the_same_id_each_time(gateway):
    send()
    send()
    send("two")
    (headers, body), again, other = gateway.taken
    sent = json.loads(body)
    assert (sent["to"], sent["text"]) == ("+8613800138000", "您好 123456")
    assert json.loads(again[1])["id"] == sent["id"] != json.loads(other[1])["id"]
    got = {name.lower(): value for name, value in headers.items()}
    signed = f"{got['webhook-id']}.{got['webhook-timestamp']}.".encode() + body
    digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
    assert got["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    assert got["webhook-id"] == sent["id"]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, None), (202, None), (409, None),
        (400, Refused), (401, Refused), (404, Refused), (422, Refused),
        (408, GatewayBusy), (425, GatewayBusy), (429, GatewayBusy), (500, GatewayBusy),
        (503, GatewayBusy), (302, GatewayBusy),
    ],
)  # fmt: skip
def test_the_gateways_answer_says_whether_to_try_again(gateway, status, outcome):
    gateway.answers = [status]
    if outcome is None:
        send()
    else:
        with pytest.raises(outcome):
            send()
    assert len(gateway.taken) == 1  # no redirect is followed


def test_a_gateway_that_is_away_is_tried_again_and_names_nothing(gateway, settings):
    gateway.shutdown()
    gateway.server_close()
    with pytest.raises(GatewayBusy) as raised:
        send()
    assert str(raised.value) == ""


@pytest.fixture
def told(monkeypatch):
    """A text to one number by its template; what could not be sent is noted."""
    unsent: list[str] = []
    monkeypatch.setattr("outbox.mail._composers", {})
    composes("sign_in_code")(
        lambda ids: Text(
            to="+8613800138000",
            context={
                "code": "123456",
                "clinic_name": "Wellread",
                "minutes": 10,
                "host": "a.example",
            },
            unsendable=lambda: unsent.append("told"),
        )
    )
    return unsent


def texted() -> Effect:
    return enqueue_mail(template="sign_in_code", ids={}, key="text:one")


@pytest.mark.django_db
def test_a_text_goes_out_once_and_a_busy_gateway_gets_it_later(gateway, told):
    gateway.answers = [503]
    effect = texted()
    assert run_due_effects() == 0
    effect.refresh_from_db()
    assert effect.state == EffectState.PENDING
    Effect.objects.update(due_at=effect.created_at)
    assert run_due_effects() == 1
    texted()
    assert run_due_effects() == 0
    assert len(gateway.taken) == 2
    words = json.loads(gateway.taken[1][1])["text"]
    assert words.endswith("@a.example #123456")  # phones fill the code in by this line
    assert told == []


@pytest.mark.django_db
def test_a_number_refused_for_good_is_a_dead_letter_at_once_and_somebody_is_told(gateway, told):
    gateway.answers = [422]
    effect = texted()
    assert run_due_effects() == 0
    effect.refresh_from_db()
    assert (effect.state, effect.attempts, told) == (EffectState.DEAD, 1, ["told"])
    assert "138" not in Delivery.objects.get().problem


@pytest.mark.django_db
def test_somebody_is_told_when_the_last_attempt_fails_and_not_before(gateway, told):
    effect = texted()
    for attempt in range(1, ATTEMPTS_AT_MOST + 1):
        assert told == []
        gateway.answers = [503]
        Effect.objects.update(due_at=effect.created_at)
        assert run_due_effects() == 0
        effect.refresh_from_db()
        assert effect.attempts == attempt
    assert (effect.state, told) == (EffectState.DEAD, ["told"])


@pytest.mark.parametrize(
    ("debug", "base_url", "reaches"),
    [(True, "http://127.0.0.1:8000", True), (False, "http://127.0.0.1:8000", False),
     (True, "https://clinic.example", False)],
)  # fmt: skip
def test_texts_are_written_to_files_in_private_development_only(
    settings, mailoutbox, debug, base_url, reaches
):
    settings.SMS_ADAPTER, settings.DEBUG, settings.BASE_URL = WRITTEN, debug, base_url
    assert reaches_phones() is reaches
    if reaches:
        send()
        assert [(mail.to, mail.body) for mail in mailoutbox] == [
            (["+8613800138000"], "您好 123456")
        ]
    else:
        with pytest.raises(Refused):
            send()
        assert mailoutbox == []


def test_without_an_adapter_no_phone_is_reached(settings):
    settings.SMS_ADAPTER = ""
    assert not reaches_phones()
