"""Says at start-up in production what is wrong with where texts and webhooks go; it sends nothing."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

GATEWAY = "outbox.texts.gateway.HttpGateway"
#: Standard Webhooks 1.0 asks for 24 to 64 bytes.
SECRET_BYTES_AT_LEAST = 24


@register(Tags.security)
def check_gateway(app_configs: object = None, **kwargs: object) -> list[CheckMessage]:
    """Errors for a gateway that numbers and texts would reach in the open, or unsigned."""
    if settings.DEBUG or settings.SMS_ADAPTER != GATEWAY:
        return []
    found: list[CheckMessage] = []
    if not _is_private(settings.SMS_GATEWAY_URL):
        found.append(
            Error(
                "SMS_GATEWAY_URL is no https address: numbers and texts would travel in the open.",
                hint="Set SMS_GATEWAY_URL=https://..., or name a gateway on this machine, as in "
                "http://127.0.0.1:8090/send",
                id="outbox.E001",
            )
        )
    if len(settings.SMS_GATEWAY_SECRET.encode()) < SECRET_BYTES_AT_LEAST:
        found.append(
            Error(
                f"SMS_GATEWAY_SECRET is missing or shorter than {SECRET_BYTES_AT_LEAST} bytes: "
                "anybody could send texts in the clinic's name.",
                hint="Set SMS_GATEWAY_SECRET to what this prints, and tell it to the gateway: "
                'python -c "import secrets; print(secrets.token_urlsafe(32))"',
                id="outbox.E002",
            )
        )
    return found


@register(Tags.security)
def check_webhooks(app_configs: object = None, **kwargs: object) -> list[CheckMessage]:
    """An error for webhooks that are let into this machine in production."""
    if settings.DEBUG or not settings.WEBHOOKS_TO_THIS_MACHINE:
        return []
    return [
        Error(
            "WEBHOOKS_TO_THIS_MACHINE is set: it is for trying webhooks out, and has no effect here.",
            hint="Leave WEBHOOKS_TO_THIS_MACHINE out.",
            id="outbox.E003",
        )
    ]


def _is_private(address: str) -> bool:
    """Whether nobody on the way can read what is posted: https, or a machine that is this one."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    if host == "localhost":
        return parts.scheme == "http"
    try:
        return parts.scheme == "http" and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
