"""Browsers, pages and batches for tests of tracking: real rows, real tokens, the real address."""

import json
import uuid
from datetime import UTC, datetime

from django.test import Client
from wagtail.models import Page

from cms.models import ArticlePage
from people.models import ConsentMethod, Purpose, Visitor
from people.notices import CURRENT
from people.services.visitors import create_visitor, issue_token
from tests.factories.reviews import put_up
from tracking.models import IngestCounter

ADDRESS = "/api/v1/events"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def make_page(*, live: bool = True) -> Page:
    """A page of the public site."""
    slug = f"page-{uuid.uuid4().hex[:12]}"
    page = ArticlePage(title=slug, slug=slug, live=live)
    return put_up(page, under=Page.objects.get(depth=1))


def make_visitor() -> tuple[Visitor, str]:
    """A consenting browser and its token."""
    visitor, _ = create_visitor(
        purposes={Purpose.PROFILING: True, Purpose.MARKETING: False},
        notice=CURRENT,
        language="en",
        method=ConsentMethod.PANEL,
    )
    return visitor, issue_token(visitor)


def make_event(page: Page | int, **values) -> dict:
    """One event as the tracker sends it, at this moment; with view=None it names no view."""
    event = {
        "id": str(uuid.uuid4()),
        "view": str(uuid.uuid4()),
        "page": page if isinstance(page, int) else page.pk,
        "kind": "read",
        "at": datetime.now(UTC).isoformat(),
        "active_ms": 1000,
        **values,
    }
    return {name: value for name, value in event.items() if value is not None}


def make_batch(events: list, *, token: str | None = None, **values) -> dict:
    """A batch of these events, sent now."""
    batch = {"sent_at": datetime.now(UTC).isoformat(), "events": events, **values}
    return {**batch, "visitor": token} if token else batch


def send(batch, *, agent: str = FIREFOX, content_type: str = "text/plain", **headers):
    """Post a batch (or any body) and return the response."""
    body = batch if isinstance(batch, bytes) else json.dumps(batch)
    return Client(enforce_csrf_checks=True).post(
        ADDRESS, body, content_type=content_type, headers={"user-agent": agent, **headers}
    )


def verdicts(response) -> list[tuple[str, str]]:
    """Status and reason of each result."""
    assert response.status_code == 200, response.content
    return [(result["status"], result.get("reason", "")) for result in response.json()["results"]]


def count_of(name: str) -> int:
    """How often ingest counted that."""
    return sum(IngestCounter.objects.filter(name=name).values_list("count", flat=True))
