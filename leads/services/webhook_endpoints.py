"""Changes endpoints: adding, changing, new secrets, switching off and on; audited without address or secret."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.models import (
    DeliveryState,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookKind,
    WhyDisabled,
)
from leads.services.actors import actor_of
from leads.services.webhook_news import queue_again
from leads.services.webhook_secrets import new_secret, seal, unseal
from outbox.safe_addresses import addresses_of, parsed
from outbox.services import enqueue_effect, record_audit
from people.models import User

NOTICE = "webhook.disabled"
OVERLAP = timedelta(hours=24)
#: Whoever is told that somebody came is told that they left.
TOLD_OF_LEAVING = {
    WebhookKind.LEAD_ENTERED,
    WebhookKind.LEAD_STAGE_CHANGED,
    WebhookKind.CLASS_ATTENDED,
}


class MoveRefused(ValueError):
    """An endpoint that knows of people keeps its address: erasures must reach who was told."""

    def __str__(self) -> str:
        return _(
            "This address was told about people, and must hear when one of them is erased. Add the "
            "new address as another webhook, and switch this one off."
        )


def add_endpoint(
    *, url: str, description: str, kinds: list[str], fields: list[str], by: User
) -> tuple[WebhookEndpoint, str]:
    """Return a new endpoint and its secret, which is shown this once; raises AddressRefused."""
    addresses_of(parsed(url))
    secret = new_secret()
    with transaction.atomic():
        endpoint = WebhookEndpoint.objects.create(
            url=url,
            description=description,
            kinds=with_leaving(kinds),
            fields=sorted(fields),
            sealed_secret=seal(secret),
            created_by=by,
        )
        _audit(endpoint, "webhook.added", by, kinds=endpoint.kinds, fields=endpoint.fields)
    return endpoint, secret


def change_endpoint(
    *,
    endpoint: WebhookEndpoint,
    url: str,
    description: str,
    kinds: list[str],
    fields: list[str],
    by: User,
) -> None:
    """Change what is told and where; raises AddressRefused. What waits goes by the new words.

    The address itself changes only until people were told of there, else it raises MoveRefused.
    """
    moved = url != endpoint.url
    if moved:
        addresses_of(parsed(url))
    with transaction.atomic():
        if moved and endpoint.recipients.exists():
            raise MoveRefused
        endpoint.url, endpoint.description = url, description
        endpoint.kinds, endpoint.fields = with_leaving(kinds), sorted(fields)
        endpoint.save(update_fields=["url", "description", "kinds", "fields"])
        _audit(
            endpoint, "webhook.changed", by,
            kinds=endpoint.kinds, fields=endpoint.fields, moved=moved,
        )  # fmt: skip


def with_leaving(kinds: list[str]) -> list[str]:
    """The kinds, with `lead.left` where anything tells about persons."""
    wanted = set(kinds)
    if wanted & TOLD_OF_LEAVING:
        wanted.add(WebhookKind.LEAD_LEFT)
    return sorted(wanted)


def rotate_secret(*, endpoint: WebhookEndpoint, by: User) -> str:
    """Return a new secret, shown this once; for a day everything is signed by the old one, too."""
    secret = new_secret()
    with transaction.atomic():
        held = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
        held.sealed_previous, held.sealed_secret = held.sealed_secret, seal(secret)
        held.previous_until = timezone.now() + OVERLAP
        held.save(update_fields=["sealed_secret", "sealed_previous", "previous_until"])
        _audit(held, "webhook.secret_changed", by)
    return secret


def signing_secrets(endpoint: WebhookEndpoint) -> list[str]:
    """The secrets that sign now, the newest first; raises SecretUnreadable."""
    found = [unseal(endpoint.sealed_secret)]
    if endpoint.previous_until and endpoint.previous_until > timezone.now():
        found.append(unseal(endpoint.sealed_previous))
    return found


def disable_endpoint(
    *, endpoint: WebhookEndpoint, why: WhyDisabled, by: User | None = None
) -> None:
    """Switch an endpoint off; where nobody did it by hand, administrators are told. Twice is once."""
    with transaction.atomic():
        now = timezone.now()
        switched = WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled_at=None).update(
            disabled_at=now, why_disabled=why
        )
        if not switched:
            return
        endpoint.disabled_at, endpoint.why_disabled = now, why
        _audit(endpoint, "webhook.disabled", by, why=str(why))
        if why != WhyDisabled.STAFF:
            enqueue_effect(
                kind=NOTICE,
                payload={"endpoint": endpoint.pk},
                key=f"{NOTICE}:{endpoint.pk}:{now.isoformat()}",
            )


def enable_endpoint(*, endpoint: WebhookEndpoint, by: User) -> int:
    """Switch an endpoint on and return how many notices of leaving and erasure it now gets."""
    with transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
            disabled_at=None, why_disabled="", failing_since=None
        )
        held = list(endpoint.deliveries.filter(state=DeliveryState.HELD).order_by("pk"))
        for delivery in held:
            queue_again(delivery)
        _audit(endpoint, "webhook.enabled", by)
    return len(held)


def redeliver(*, delivery: WebhookDelivery, by: User) -> bool:
    """Send a delivery again under its id, by what may be sent now; False where it still waits."""
    with transaction.atomic():
        held = WebhookDelivery.objects.select_for_update(no_key=True).get(pk=delivery.pk)
        if held.state == DeliveryState.WAITING:
            return False
        queue_again(held)
        _audit(delivery.endpoint, "webhook.redelivered", by, delivery=delivery.webhook_id)
    return True


def _audit(endpoint: WebhookEndpoint, action: str, by: User | None, **detail: object) -> None:
    record_audit(
        actor=actor_of(by) if by else "system",
        action=action,
        subject=f"webhook:{endpoint.public_id}",
        detail=detail,
    )
