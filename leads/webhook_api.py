"""The staff API of webhooks; no answer holds a secret but the one that made it."""

from datetime import datetime
from typing import Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.errors import HttpError

from leads.api import staff_of
from leads.models import WebhookDelivery, WebhookEndpoint, WhyDisabled
from leads.selectors.webhooks import log_of
from leads.services.access import KEEP_WEBHOOKS, SEE_WEBHOOKS
from leads.services.webhook_endpoints import (
    MoveRefused,
    add_endpoint,
    change_endpoint,
    disable_endpoint,
    enable_endpoint,
    redeliver,
    rotate_secret,
)
from leads.services.webhook_sending import try_endpoint
from outbox.safe_addresses import AddressRefused
from people.api_auth import StaffBearer
from people.staff_scopes import Scope

router = Router()
READ, WRITE = StaffBearer(Scope.WEBHOOKS_READ), StaffBearer(Scope.WEBHOOKS_WRITE)

Kind = Literal[
    "lead.entered",
    "lead.left",
    "lead.stage_changed",
    "class.attended",
    "page.published",
    "page.unpublished",
]
Field = Literal["name", "email", "phone", "language", "branch", "source", "topics"]


class WebhookIn(Schema):
    """Where, what, and which fields of a person."""

    url: str = Query(..., max_length=500)
    description: str = Query(..., min_length=1, max_length=120)
    kinds: list[Kind]
    fields: list[Field] = []


class WebhookOut(Schema):
    """An endpoint; `host` alone of its address, the rest of which may hold a secret."""

    id: str
    host: str
    description: str
    kinds: list[str]
    fields: list[str]
    enabled: bool
    why_disabled: str
    disabled_at: datetime | None
    failing_since: datetime | None


class MadeOut(WebhookOut):
    """A new endpoint with its secret, shown this once."""

    secret: str


class SecretOut(Schema):
    """A new secret, shown this once; the earlier one signs too until then."""

    secret: str
    previous_until: datetime | None


class SwitchIn(Schema):
    """On or off."""

    enabled: bool


class TriedOut(Schema):
    """What came of a test: the status, or a word for what went wrong."""

    status: int | None
    problem: str


class AttemptOut(Schema):
    """One try."""

    at: datetime
    status: int | None
    problem: str
    duration_ms: int


class DeliveryOut(Schema):
    """One piece of news, what became of it, and every try."""

    id: str
    kind: str
    person: str
    occurred_at: datetime
    state: str
    why: str
    attempts: list[AttemptOut]


class LogQuery(Schema):
    """Which page, and which state."""

    limit: int = Query(50, ge=1, le=200)
    offset: int = Query(0, ge=0)
    state: Literal["", "waiting", "sent", "withheld", "held", "failed"] = ""


@router.get("/webhooks", auth=READ, response=list[WebhookOut], summary="Webhooks")
def show_webhooks(request: HttpRequest) -> list[dict]:
    """Every endpoint and whether it is on."""
    staff_of(request, SEE_WEBHOOKS)
    return [_endpoint_out(one) for one in WebhookEndpoint.objects.all()]


@router.post("/webhooks", auth=WRITE, response={201: MadeOut}, summary="Add a webhook")
def make_webhook(request: HttpRequest, wanted: WebhookIn) -> Status:
    """Add an endpoint; 422 for an address that is not posted to."""
    user = staff_of(request, KEEP_WEBHOOKS)
    try:
        endpoint, secret = add_endpoint(**wanted.dict(), by=user)
    except AddressRefused as refusal:
        raise HttpError(422, str(refusal)) from None
    return Status(201, {**_endpoint_out(endpoint), "secret": secret})


@router.put("/webhooks/{public_id}", auth=WRITE, response=WebhookOut, summary="Change a webhook")
def put_webhook(request: HttpRequest, public_id: str, wanted: WebhookIn) -> dict:
    """Change what an endpoint is told; where it is, only until people were told of there."""
    user = staff_of(request, KEEP_WEBHOOKS)
    endpoint = _endpoint(public_id)
    try:
        change_endpoint(endpoint=endpoint, **wanted.dict(), by=user)
    except (AddressRefused, MoveRefused) as refusal:
        raise HttpError(422, str(refusal)) from None
    return _endpoint_out(endpoint)


@router.post("/webhooks/{public_id}/switch", auth=WRITE, response=WebhookOut, summary="On or off")
def switch_webhook(request: HttpRequest, public_id: str, wanted: SwitchIn) -> dict:
    """Switch an endpoint on or off; off, it is still told who is erased."""
    user = staff_of(request, KEEP_WEBHOOKS)
    endpoint = _endpoint(public_id)
    if wanted.enabled and endpoint.disabled_at is not None:
        enable_endpoint(endpoint=endpoint, by=user)
    elif not wanted.enabled:
        disable_endpoint(endpoint=endpoint, why=WhyDisabled.STAFF, by=user)
    return _endpoint_out(_endpoint(public_id))


@router.post("/webhooks/{public_id}/secret", auth=WRITE, response=SecretOut, summary="New secret")
def renew_secret(request: HttpRequest, public_id: str) -> dict:
    """Make a new secret; for a day the earlier one signs, too."""
    user = staff_of(request, KEEP_WEBHOOKS)
    secret = rotate_secret(endpoint=_endpoint(public_id), by=user)
    return {"secret": secret, "previous_until": _endpoint(public_id).previous_until}


@router.post("/webhooks/{public_id}/test", auth=WRITE, response=TriedOut, summary="Send a test")
def send_test(request: HttpRequest, public_id: str) -> dict:
    """Send an empty event now and say what status came back."""
    user = staff_of(request, KEEP_WEBHOOKS)
    outcome = try_endpoint(endpoint=_endpoint(public_id), by=user)
    return {"status": outcome.status, "problem": outcome.problem}


@router.get(
    "/webhooks/{public_id}/deliveries",
    auth=READ,
    response=list[DeliveryOut],
    summary="What was sent",
)
def show_deliveries(request: HttpRequest, public_id: str, page: Query[LogQuery]) -> list[dict]:
    """The log of the last 90 days, newest first."""
    staff_of(request, SEE_WEBHOOKS)
    found = log_of(_endpoint(public_id), state=page.state)
    return [_delivery_out(one) for one in found[page.offset : page.offset + page.limit]]


@router.post(
    "/webhooks/{public_id}/deliveries/{webhook_id}/again",
    auth=WRITE,
    response={202: None},
    summary="Send again",
)
def send_again(request: HttpRequest, public_id: str, webhook_id: str) -> Status:
    """Send one delivery again under its id; 409 while it still waits."""
    user = staff_of(request, KEEP_WEBHOOKS)
    delivery = _endpoint(public_id).deliveries.filter(webhook_id=webhook_id).first()
    if delivery is None:
        raise Http404
    if not redeliver(delivery=delivery, by=user):
        raise HttpError(409, "It still waits to be sent.")
    return Status(202, None)


def _endpoint(public_id: str) -> WebhookEndpoint:
    found = WebhookEndpoint.objects.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _endpoint_out(one: WebhookEndpoint) -> dict:
    return {
        "id": one.public_id,
        "host": one.host,
        "description": one.description,
        "kinds": one.kinds,
        "fields": one.fields,
        "enabled": one.disabled_at is None,
        "why_disabled": one.why_disabled,
        "disabled_at": one.disabled_at,
        "failing_since": one.failing_since,
    }


def _delivery_out(one: WebhookDelivery) -> dict:
    return {
        "id": one.webhook_id,
        "kind": one.kind,
        "person": one.person_external_id,
        "occurred_at": one.occurred_at,
        "state": one.state,
        "why": one.why,
        "attempts": [
            {
                "at": tried.at,
                "status": tried.status,
                "problem": tried.problem,
                "duration_ms": tried.duration_ms,
            }
            for tried in one.tries  # type: ignore[attr-defined]
        ],
    }
