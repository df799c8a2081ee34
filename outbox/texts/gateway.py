"""Posts texts to an HTTP gateway, signed as webhooks are (Standard Webhooks 1.0).

The body is JSON: `{"id", "to", "text"}`. The headers `webhook-id`, `webhook-timestamp` and
`webhook-signature` let the gateway check who sent it and drop what it took already.
"""

import hashlib
import json
import urllib.error
import urllib.request

from django.conf import settings

from outbox.registry import Refused
from outbox.signatures import signed_headers

PATIENCE_S = 15
TAKEN_ALREADY = 409
#: Answers after which another attempt may do better; any other from 400 to 499 is final.
AGAIN = {408, 425, 429}


class GatewayBusy(Exception):
    """The gateway did not take the text now."""


class _StaysHere(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the text goes to the address that was set, or nowhere."""

    def redirect_request(self, *args, **kwargs) -> None:
        return None


_opener = urllib.request.build_opener(_StaysHere)


class HttpGateway:
    """The adapter for a gateway at `SMS_GATEWAY_URL` that shares `SMS_GATEWAY_SECRET` with us."""

    def send(self, *, to: str, text: str, key: str) -> None:
        """Post it; raises Refused for a final no, GatewayBusy where it may be tried again."""
        number = hashlib.sha256(key.encode()).hexdigest()[:40]
        body = json.dumps({"id": number, "to": to, "text": text}, ensure_ascii=False).encode()
        request = urllib.request.Request(
            settings.SMS_GATEWAY_URL,
            data=body,
            method="POST",
            headers={"Content-Type": "application/json", **signature(number, body)},
        )
        try:
            with _opener.open(request, timeout=PATIENCE_S):
                return
        except urllib.error.HTTPError as answer:
            status = answer.code
            answer.close()
        except OSError:  # its text could hold the address with a secret in it
            raise GatewayBusy from None
        if status == TAKEN_ALREADY:
            return
        if 400 <= status < 500 and status not in AGAIN:
            raise Refused(status)
        raise GatewayBusy(status)


def signature(number: str, body: bytes) -> dict[str, str]:
    """Return the three headers that prove who sent the body, and when."""
    return signed_headers(number, body, secrets=[settings.SMS_GATEWAY_SECRET.encode()])
