"""Signs what is posted as Standard Webhooks 1.0 has it; it keeps no secret."""

from collections.abc import Iterable
from datetime import UTC, datetime

from standardwebhooks import Webhook


def signed_headers(number: str, body: bytes, *, secrets: Iterable[str | bytes]) -> dict[str, str]:
    """Return `webhook-id`, `webhook-timestamp` and `webhook-signature`, one signature a secret.

    A secret is bytes, or text as in `whsec_` and base64. The moment is now, so an attempt made
    later is signed anew under the same id.
    """
    at = datetime.now(UTC)
    signatures = [
        Webhook(secret).sign(msg_id=number, timestamp=at, data=body.decode()) for secret in secrets
    ]
    return {
        "webhook-id": number,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
