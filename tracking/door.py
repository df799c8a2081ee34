"""What a batch must pass before it is looked into, and what is answered, whichever way it came in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from people.services.visitors import BadToken, public_id_of_token
from tracking.ingest import limits
from tracking.ingest.agents import read_agent
from tracking.ingest.decoding import MAX_BODY_BYTES, BadEnvelope, NotJson, decode_envelope
from tracking.services.ingest import Arrival, Status, Verdict, arrival_of

RETRY_AFTER_S = 5


class Refused(Exception):
    """Nothing of the batch was taken: the status to answer, why, and when to come again."""

    def __init__(self, status: int, detail: str, *, retry_after_s: int = 0):
        super().__init__(detail)
        self.status, self.detail, self.retry_after_s = status, detail, retry_after_s


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: the headers (names in small letters), and what its address is counted under."""

    headers: Mapping[str, str]
    address: str
    limit: limits.Limit


def meet_sender(*, peer: str, headers: Mapping[str, str]) -> Sender:
    """Return the sender; raises Refused while its address has sent too much."""
    forwarded_for = headers.get("x-forwarded-for", "")
    address, limit = limits.limited_address(
        limits.address_of(peer=peer, forwarded_for=forwarded_for)
    )
    _refuse_floods(address, limit)
    return Sender(headers=headers, address=address, limit=limit)


def admit(body: bytes | None, *, sender: Sender) -> Arrival:
    """Return the batch in a body, which is None where it was too long; raises Refused."""
    if body is None:
        raise Refused(413, f"A batch has at most {MAX_BODY_BYTES} bytes.")
    try:
        envelope = decode_envelope(body)
        visitor_id = public_id_of_token(envelope.visitor) if envelope.visitor is not None else None
    except NotJson:
        raise Refused(400, "The body is not JSON.") from None
    except BadEnvelope as error:
        raise Refused(422, str(error)) from None
    except BadToken:
        raise Refused(401, "That visitor token is not one of ours.") from None
    if visitor_id:
        _refuse_floods(visitor_id, limits.VISITOR_LIMIT)
    return arrival_of(envelope, visitor_id=visitor_id, agent=read_agent(sender.headers))


def not_stored() -> Refused:
    """What is answered where nothing could be committed."""
    return Refused(
        503, "Nothing was stored. Send the same batch again.", retry_after_s=RETRY_AFTER_S
    )


def answer(verdicts: Sequence[Verdict], *, arrival: Arrival, sender: Sender) -> bytes:
    """Return the body that tells the verdicts, and count the events; repeats never count."""
    charged = sum(verdict.status != Status.DUPLICATE for verdict in verdicts)
    if charged:
        limits.buckets.charge(sender.address, limit=sender.limit, events=charged)
        if arrival.visitor_id:
            limits.buckets.charge(arrival.visitor_id, limit=limits.VISITOR_LIMIT, events=charged)
    return msgspec.json.encode({"results": [verdict.as_dict() for verdict in verdicts]})


def _refuse_floods(key: object, limit: limits.Limit) -> None:
    if wait_s := limits.buckets.wait_s(key, limit=limit):
        detail = "Too many events. Keep them and send them later."
        raise Refused(429, detail, retry_after_s=wait_s)
