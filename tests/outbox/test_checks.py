"""A gateway for texts that is not private or not signed stops a production start; nothing else does."""

import pytest
from django.core.checks import Tags, run_checks

from outbox.checks import GATEWAY, check_gateway, check_webhooks

SECRET = "k" * 24


@pytest.fixture
def gateway(settings):
    """Set the gateway as production has it, with what a test says instead."""

    def put(**fields):
        for name, value in {
            "DEBUG": False,
            "SMS_ADAPTER": GATEWAY,
            "SMS_GATEWAY_URL": "https://sms.example.org/send",
            "SMS_GATEWAY_SECRET": SECRET,
            **fields,
        }.items():
            setattr(settings, name, value)
        return [message.id for message in check_gateway()]

    return put


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://sms.example.org/send", []),
        ("http://127.0.0.1:8090/send", []),
        ("http://[::1]:8090/send", []),
        ("http://localhost/send", []),
        ("http://sms.example.org/send", ["outbox.E001"]),
        ("http://10.0.0.7/send", ["outbox.E001"]),
        ("http://127.0.0.1.example.org/send", ["outbox.E001"]),
        ("http://localhost.example.org/send", ["outbox.E001"]),
        ("ftp://127.0.0.1/send", ["outbox.E001"]),
        ("https://", ["outbox.E001"]),
        ("http://[bad/send", ["outbox.E001"]),
        ("", ["outbox.E001"]),
    ],
)
def test_the_address_is_https_or_this_machine(gateway, address, found):
    assert gateway(SMS_GATEWAY_URL=address) == found


@pytest.mark.parametrize(
    ("secret", "found"),
    [(SECRET, []), ("k" * 23, ["outbox.E002"]), ("", ["outbox.E002"]), ("钥" * 8, [])],
)
def test_the_secret_is_there_and_long_enough(gateway, secret, found):
    assert gateway(SMS_GATEWAY_SECRET=secret) == found


def test_development_and_other_adapters_are_not_asked(gateway):
    assert gateway(DEBUG=True, SMS_GATEWAY_URL="http://sms.example.org/") == []
    assert gateway(SMS_ADAPTER="clinic.texts.Own", SMS_GATEWAY_URL="", SMS_GATEWAY_SECRET="") == []
    assert gateway(SMS_ADAPTER="", SMS_GATEWAY_URL="", SMS_GATEWAY_SECRET="") == []


def test_django_runs_the_check_and_every_message_has_a_cure(gateway):
    gateway(SMS_GATEWAY_URL="http://sms.example.org/", SMS_GATEWAY_SECRET="")
    found = [one for one in run_checks(tags=[Tags.security]) if one.id.startswith("outbox.")]
    assert [one.id for one in found] == ["outbox.E001", "outbox.E002"]
    assert all(one.hint for one in found)


@pytest.mark.parametrize(
    ("debug", "asked", "found"),
    [(True, True, []), (False, False, []), (False, True, ["outbox.E003"])],
)
def test_webhooks_to_this_machine_are_for_development(settings, debug, asked, found):
    settings.DEBUG, settings.WEBHOOKS_TO_THIS_MACHINE = debug, asked
    assert [message.id for message in check_webhooks()] == found
