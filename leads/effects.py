"""The effects leads brings about through the outbox."""

from leads.models import WebhookKind
from leads.services import (
    export_building,
    people_taking,
    webhook_news,
    webhook_notices,
    webhook_sending,
)
from leads.services.people_imports import TAKE, UNDO
from leads.services.webhook_endpoints import NOTICE
from outbox.models import Effect
from outbox.registry import handles


@handles("export.build", outside=True, lease_s=3600)
def build_export(effect: Effect) -> None:
    """Build the file of an export; an effect of an older generation is no longer wanted."""
    export_building.build_export(
        public_id=effect.payload["export"], generation=effect.payload["generation"]
    )


@handles(TAKE, outside=True, lease_s=3600)
def take_people(effect: Effect) -> None:
    """Take a table of people in."""
    people_taking.take_table(public_id=effect.payload["import"])


@handles(UNDO, outside=True, lease_s=3600)
def undo_people(effect: Effect) -> None:
    """Take a table of people back."""
    people_taking.undo_table(public_id=effect.payload["import"])


@handles(
    webhook_news.SEND,
    outside=True,
    lease_s=webhook_sending.LEASE_S,
    waits_s=webhook_sending.WAITS_S,
)
def send_webhook(effect: Effect) -> None:
    """Send one delivery of a webhook; it is tried for about three days."""
    webhook_sending.send_delivery(
        webhook_id=effect.payload["delivery"],
        last=effect.attempts > len(webhook_sending.WAITS_S),
    )


@handles(NOTICE)
def tell_administrators(effect: Effect) -> None:
    """Ask for a mail to each administrator: a webhook was switched off by itself."""
    webhook_notices.ask_for_mails(endpoint_id=effect.payload["endpoint"], key=effect.key)


def _wants(kind: WebhookKind) -> bool:
    return bool(webhook_news.endpoints_for(kind))


@handles(WebhookKind.PAGE_PUBLISHED, wanted=lambda: _wants(WebhookKind.PAGE_PUBLISHED))
def tell_published(effect: Effect) -> None:
    """Pass on that a page went live."""
    webhook_news.tell_page(kind=effect.kind, key=effect.key, about=effect.payload)


@handles(WebhookKind.PAGE_UNPUBLISHED, wanted=lambda: _wants(WebhookKind.PAGE_UNPUBLISHED))
def tell_unpublished(effect: Effect) -> None:
    """Pass on that a page was taken down."""
    webhook_news.tell_page(kind=effect.kind, key=effect.key, about=effect.payload)
