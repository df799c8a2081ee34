"""Sends one delivery: looks whether it may go, notes the recipient, posts, notes what came back.

The recipient is on record before the first byte leaves, so that a worker that dies in between can
cost a second sending under the same id, and never a recipient nobody knows of.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from leads.models import (
    AttemptProblem,
    DeliveryState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookKind,
    WebhookRecipient,
    WhyDisabled,
    WhyWithheld,
)
from leads.selectors.webhook_payloads import ID_ALONE, Withheld, body_of, written
from leads.services.actors import actor_of
from leads.services.webhook_endpoints import disable_endpoint, signing_secrets
from leads.services.webhook_news import is_owed_when_off
from leads.services.webhook_secrets import SecretUnreadable
from outbox.registry import NotNow
from outbox.safe_addresses import AddressRefused
from outbox.safe_posting import NotReached, post_safely
from outbox.services import record_audit
from outbox.signatures import signed_headers
from people.models import User

LEASE_S = 120
#: 5 seconds, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours: ten attempts in about three days.
WAITS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
FAILING_AT_MOST = timedelta(days=3)
GONE = 410


class NotTaken(NotNow):
    """The endpoint did not take it now; it is tried again later, and not before it asks for it."""


class NotYet(Exception):
    """Something about the same person is still on its way to the same endpoint."""


@dataclass(frozen=True)
class Outcome:
    """What came of one try: a status, or a problem's code, and for how long to leave it alone."""

    status: int | None = None
    problem: str = ""
    duration_ms: int = 0
    retry_after_s: float = 0

    @property
    def is_taken(self) -> bool:
        """Whether the endpoint took it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def problem_in_words(self) -> str:
        """What went wrong, in the reader's language."""
        return str(AttemptProblem(self.problem).label) if self.problem else ""


def send_delivery(*, webhook_id: str, last: bool) -> None:
    """Send a delivery that waits; quiet where it may not go, or went already.

    `last` is whether no attempt follows. Raises NotTaken or NotYet, with nobody's data in it.
    """
    body = _prepare(webhook_id)
    if body is None:
        return
    delivery = WebhookDelivery.objects.select_related("endpoint").get(webhook_id=webhook_id)
    outcome = post_event(endpoint=delivery.endpoint, number=webhook_id, body=body)
    _note(delivery, outcome, last=last)
    if not outcome.is_taken and outcome.status != GONE:
        raise NotTaken(outcome.status or outcome.problem, wait_s=outcome.retry_after_s)


def post_event(*, endpoint: WebhookEndpoint, number: str, body: bytes) -> Outcome:
    """Sign and post a body; never raises, and keeps nothing of the answer but its status and Retry-After."""
    try:
        secrets = signing_secrets(endpoint)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Wellread-Webhooks",
            **signed_headers(number, body, secrets=secrets),
        }
        answer = post_safely(endpoint.url, body=body, headers=headers)
    except SecretUnreadable:
        return Outcome(problem="secret")
    except AddressRefused:
        return Outcome(problem="address")
    except NotReached as problem:
        return Outcome(problem=problem.code)
    taken = 200 <= answer.status < 300
    return Outcome(
        status=answer.status,
        problem="" if taken else "status",
        duration_ms=answer.duration_ms,
        retry_after_s=answer.retry_after_s,
    )


def try_endpoint(*, endpoint: WebhookEndpoint, by: User) -> Outcome:
    """Post an empty test event now, also to an endpoint that is off; noted, and not tried again."""
    now = timezone.now()
    outcome = post_event(
        endpoint=endpoint,
        number=f"msg_{uuid.uuid4().hex}",
        body=written(kind=WebhookKind.WEBHOOK_TEST, at=now, data={}),
    )
    record_audit(
        actor=actor_of(by),
        action="webhook.tested",
        subject=f"webhook:{endpoint.public_id}",
        detail={"status": outcome.status, "problem": outcome.problem},
    )
    return outcome


def _prepare(webhook_id: str) -> bytes | None:
    """Return the body, with recipient and lease on record; None where nothing is to be sent.

    The person is locked before the delivery is written, as an erasure does.
    """
    now = timezone.now()
    with transaction.atomic():
        found = WebhookDelivery.objects.select_related("endpoint").filter(webhook_id=webhook_id)
        delivery = found.first()
        if delivery is None or delivery.state != DeliveryState.WAITING:
            return None
        endpoint = delivery.endpoint
        if endpoint.disabled_at and not is_owed_when_off(endpoint, delivery.kind):
            _end_as_off(delivery)
            return None
        if delivery.kind in ID_ALONE and _something_on_its_way(delivery, now):
            raise NotYet
        try:
            body = body_of(delivery)
        except Withheld as withheld:
            _waiting(delivery).update(state=DeliveryState.WITHHELD, why=withheld.why)
            return None
        begun = _waiting(delivery).update(sending_until=now + timedelta(seconds=LEASE_S))
        if not begun:  # withdrawn or erased a moment ago
            return None
        if delivery.person_external_id and delivery.kind not in ID_ALONE:
            WebhookRecipient.objects.update_or_create(
                endpoint=endpoint,
                person_external_id=delivery.person_external_id,
                defaults={"last_at": now},
            )
    return body


def _waiting(delivery: WebhookDelivery) -> QuerySet[WebhookDelivery]:
    """The delivery, if it still waits."""
    return WebhookDelivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING)


def _end_as_off(delivery: WebhookDelivery) -> None:
    """Keep what an endpoint that is off must hear once it is on again, and drop the rest."""
    if delivery.kind in ID_ALONE:
        _waiting(delivery).update(state=DeliveryState.HELD)
    else:
        _waiting(delivery).update(state=DeliveryState.WITHHELD, why=WhyWithheld.OFF)


def _something_on_its_way(delivery: WebhookDelivery, now: datetime) -> bool:
    """Whether an attempt about the person may still arrive: what undoes it must come after."""
    others = WebhookDelivery.objects.filter(
        endpoint=delivery.endpoint,
        person_external_id=delivery.person_external_id,
        sending_until__gt=now,
    )
    return others.exclude(pk=delivery.pk).exclude(kind__in=ID_ALONE).exists()


def _note(delivery: WebhookDelivery, outcome: Outcome, *, last: bool) -> None:
    """Write the attempt down, and what it means for the delivery and its endpoint."""
    now = timezone.now()
    mine = WebhookDelivery.objects.filter(pk=delivery.pk)
    with transaction.atomic():
        endpoint = WebhookEndpoint.objects.select_for_update(no_key=True).get(
            pk=delivery.endpoint_id
        )
        WebhookAttempt.objects.create(
            delivery=delivery,
            at=now,
            duration_ms=outcome.duration_ms,
            status=outcome.status,
            problem=outcome.problem,
        )
        mine.update(sending_until=None)
        if outcome.is_taken:
            # Also where somebody withdrew or was erased meanwhile: it did arrive.
            mine.update(state=DeliveryState.SENT, why="")
            if endpoint.failing_since is not None:
                endpoint.failing_since = None
                endpoint.save(update_fields=["failing_since"])
            return
        owed = delivery.kind in ID_ALONE
        waiting = _waiting(delivery)
        if outcome.status == GONE:
            waiting.update(state=DeliveryState.HELD if owed else DeliveryState.FAILED)
            disable_endpoint(endpoint=endpoint, why=WhyDisabled.GONE)
            return
        if last:
            waiting.update(state=DeliveryState.HELD if owed else DeliveryState.FAILED)
        _note_failing(endpoint, now)


def _note_failing(endpoint: WebhookEndpoint, now: datetime) -> None:
    """Begin to count, or switch off an endpoint that took nothing for days."""
    if endpoint.failing_since is None:
        endpoint.failing_since = now
        endpoint.save(update_fields=["failing_since"])
    elif now - endpoint.failing_since >= FAILING_AT_MOST:
        disable_endpoint(endpoint=endpoint, why=WhyDisabled.FAILING)
