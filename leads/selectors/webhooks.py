"""Reads endpoints and what was sent to them; no secret, and no address beyond its host."""

from collections.abc import Iterable

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from leads.models import DeliveryState, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from people.models import Person


def endpoints_with_state() -> QuerySet[WebhookEndpoint]:
    """Every endpoint with `waiting` deliveries and `last_at` and `last_status` of its last attempt."""
    last = WebhookAttempt.objects.filter(delivery__endpoint=OuterRef("pk")).order_by("-at", "-pk")
    waiting = Q(deliveries__state=DeliveryState.WAITING)
    return WebhookEndpoint.objects.annotate(
        waiting=Count("deliveries", filter=waiting),
        last_at=Subquery(last.values("at")[:1]),
        last_status=Subquery(last.values("status")[:1]),
    ).order_by(F("disabled_at").asc(nulls_first=True), "description", "pk")


def log_of(endpoint: WebhookEndpoint, *, state: str = "") -> QuerySet[WebhookDelivery]:
    """What an endpoint was or was not told, newest first, with `tries`, oldest first, on each."""
    tries = Prefetch(
        "attempts", queryset=WebhookAttempt.objects.order_by("at", "pk"), to_attr="tries"
    )
    found = endpoint.deliveries.order_by("-occurred_at", "-pk").prefetch_related(tries)
    return found.filter(state=state) if state in DeliveryState.values else found


def held_of(endpoint: WebhookEndpoint) -> int:
    """How many notices of leaving and erasure wait until the endpoint is switched on."""
    return endpoint.deliveries.filter(state=DeliveryState.HELD).count()


def shown_people(deliveries: Iterable[WebhookDelivery]) -> set[str]:
    """External ids among these deliveries that still lead to somebody: 1 query."""
    ids = {one.person_external_id for one in deliveries} - {""}
    return set(Person.objects.filter(external_id__in=ids).values_list("external_id", flat=True))


def people_told(endpoint: WebhookEndpoint) -> int:
    """How many people an endpoint was told about, and could still keep."""
    return endpoint.recipients.count()
