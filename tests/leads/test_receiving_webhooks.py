"""What docs/how-to/receive-webhooks.md tells a receiver to do works on what is sent."""

import re
import time

from leads.models import WebhookField, WebhookKind
from leads.services.webhook_secrets import new_secret
from leads.services.webhook_sending import WAITS_S
from ops.preflight import ROOT
from outbox.signatures import signed_headers

GUIDE = (ROOT / "docs" / "how-to" / "receive-webhooks.md").read_text()
BODY = '{"data":{"name":"小满"}}'.encode()


def example():
    (source,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    names: dict = {}
    exec(source, names)  # the example, as a reader would copy it
    return names["is_genuine"]


def test_the_example_takes_what_is_genuine_and_nothing_else():
    is_genuine, secret, earlier = example(), new_secret(), new_secret()
    headers = signed_headers("msg_1", BODY, secrets=[secret, earlier])
    assert is_genuine(secret, headers, BODY)
    assert is_genuine(earlier, headers, BODY)
    assert not is_genuine(new_secret(), headers, BODY)
    assert not is_genuine(secret, headers, BODY + b" ")
    assert not is_genuine(secret, {**headers, "webhook-id": "msg_2"}, BODY)
    old = {**headers, "webhook-timestamp": str(int(time.time()) - 301)}
    assert not is_genuine(secret, old, BODY)


def test_the_guide_names_every_event_field_and_wait():
    assert [kind for kind in WebhookKind.values if f"`{kind}`" not in GUIDE] == []
    assert [name for name in WebhookField.values if f"`{name}`" not in GUIDE] == []
    assert (5, *(60 * n for n in (5, 30)), *(3600 * n for n in (2, 5, 10, 14, 20, 24))) == WAITS_S
