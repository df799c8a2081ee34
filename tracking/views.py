"""Answers POST /api/v1/events; it reads requests and writes answers, services do the rest."""

import logging

import msgspec
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from outbox.problems import problem
from people.services.visitors import BadToken, public_id_of_token
from tracking.ingest.agents import read_agent
from tracking.ingest.decoding import (
    MAX_BODY_BYTES,
    BadEnvelope,
    NotJson,
    decode_envelope,
)
from tracking.ingest.limits import (
    VISITOR_LIMIT,
    address_of,
    buckets,
    limited_address,
)
from tracking.services.ingest import Status, ingest_events

log = logging.getLogger("wellread.ingest")
RETRY_AFTER_S = 5


@csrf_exempt  # it only appends, and identity comes from the signed token, never from a cookie
def events(request: HttpRequest) -> HttpResponse:
    """Take a batch of events from any origin and answer a verdict for each."""
    if request.method == "OPTIONS":
        response = HttpResponse(status=204)
        response["Access-Control-Allow-Methods"] = "POST"
        response["Access-Control-Allow-Headers"] = "Content-Type"
        response["Access-Control-Max-Age"] = "86400"
    elif request.method == "POST":
        response = _take(request)
    else:
        response = problem(405, detail="Events are sent by POST.")
        response["Allow"] = "POST, OPTIONS"
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "Retry-After"
    return response


def _take(request: HttpRequest) -> HttpResponse:
    address, address_limit = limited_address(address_of(request))
    if wait := buckets.wait_s(address, limit=address_limit):
        return _too_many(wait)
    body = _body(request)
    if body is None:
        return problem(413, detail=f"A batch has at most {MAX_BODY_BYTES} bytes.")
    try:
        envelope = decode_envelope(body)
        visitor_id = public_id_of_token(envelope.visitor) if envelope.visitor is not None else None
    except NotJson:
        return problem(400, detail="The body is not JSON.")
    except BadEnvelope as error:
        return problem(422, detail=str(error))
    except BadToken:
        return problem(401, detail="That visitor token is not one of ours.")
    if visitor_id and (wait := buckets.wait_s(visitor_id, limit=VISITOR_LIMIT)):
        return _too_many(wait)
    try:
        verdicts = ingest_events(envelope, visitor_id=visitor_id, agent=read_agent(request.headers))
    except (OperationalError, InterfaceError):
        log.exception("The database did not take a batch of events")
        response = problem(503, detail="Nothing was stored. Send the same batch again.")
        response["Retry-After"] = str(RETRY_AFTER_S)
        return response
    charged = sum(verdict.status != Status.DUPLICATE for verdict in verdicts)
    if charged:
        buckets.charge(address, limit=address_limit, events=charged)
        if visitor_id:
            buckets.charge(visitor_id, limit=VISITOR_LIMIT, events=charged)
    return HttpResponse(
        msgspec.json.encode({"results": [verdict.as_dict() for verdict in verdicts]}),
        content_type="application/json",
    )


def _body(request: HttpRequest) -> bytes | None:
    """Return the body, None when it is too long; what Content-Length says is not believed."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    if said.isdecimal() and int(said) > MAX_BODY_BYTES:
        return None
    try:
        body = request.read(MAX_BODY_BYTES + 1)
    except UnreadablePostError:
        return b""
    return body if len(body) <= MAX_BODY_BYTES else None


def _too_many(wait_s: int) -> HttpResponse:
    response = problem(429, detail="Too many events. Keep them and send them later.")
    response["Retry-After"] = str(wait_s)
    return response
