"""Answers POST /api/v1/events; it reads requests and writes answers, services do the rest.

Each request is a transaction of its own here. Where our ASGI application serves, `tracking.direct`
answers before Django does.
"""

import logging

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from outbox.problems import problem
from tracking.door import Refused, admit, answer, meet_sender, not_stored
from tracking.ingest.decoding import MAX_BODY_BYTES
from tracking.services.ingest import ingest_alone

log = logging.getLogger("wellread.ingest")


@csrf_exempt  # it only appends, and identity comes from the signed token, never from a cookie
def events(request: HttpRequest) -> HttpResponse:
    """Take a batch of events from any origin and answer a verdict for each."""
    if request.method == "OPTIONS":
        response = HttpResponse(status=204)
        response["Access-Control-Allow-Methods"] = "POST"
        response["Access-Control-Allow-Headers"] = "Content-Type"
        response["Access-Control-Max-Age"] = "86400"
    elif request.method == "POST":
        try:
            response = _take(request)
        except Refused as refused:
            response = refusal(refused)
    else:
        response = problem(405, detail="Events are sent by POST.")
        response["Allow"] = "POST, OPTIONS"
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "Retry-After"
    return response


def refusal(refused: Refused) -> HttpResponse:
    """The answer that says why nothing was taken."""
    response = problem(refused.status, detail=refused.detail)
    if refused.retry_after_s:
        response["Retry-After"] = str(refused.retry_after_s)
    return response


def _take(request: HttpRequest) -> HttpResponse:
    headers = {name.lower(): value for name, value in request.headers.items()}
    sender = meet_sender(peer=request.META.get("REMOTE_ADDR", ""), headers=headers)
    arrival = admit(_body(request), sender=sender)
    try:
        verdicts = ingest_alone(arrival)
    except (OperationalError, InterfaceError):
        log.exception("The database did not take a batch of events")
        raise not_stored() from None
    body = answer(verdicts, arrival=arrival, sender=sender)
    return HttpResponse(body, content_type="application/json")


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
