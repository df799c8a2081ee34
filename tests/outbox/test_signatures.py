"""Signatures: the vector of Standard Webhooks 1.0, and one signature for each secret."""

import pytest
import time_machine
from standardwebhooks import Webhook, WebhookVerificationError

from outbox.signatures import signed_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
NUMBER = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'


def test_the_vector_of_the_specification():
    with time_machine.travel(1614265330, tick=False):
        assert signed_headers(NUMBER, BODY, secrets=[SECRET]) == {
            "webhook-id": NUMBER,
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        }


def test_each_secret_of_two_verifies_and_a_third_does_not():
    headers = signed_headers(NUMBER, BODY, secrets=[SECRET, OTHER])
    for secret in (SECRET, OTHER):
        assert Webhook(secret).verify(BODY, headers) == {"test": 2432232314}
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 32).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY + b" ", headers)
