"""Corrects the clocks of browsers against the server's own; knows nothing of what was read."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tracking.ingest.decoding import Fact

TRUSTED_WITHIN = timedelta(seconds=60)
TOO_OLD_AFTER = timedelta(days=7)
AHEAD_AT_MOST = timedelta(minutes=5)
MILLISECOND = timedelta(milliseconds=1)


def measured_offset(*, sent_at: datetime, now: datetime) -> timedelta:
    """Return what must be added to the client's clock: nothing when it is within a minute of ours.

    A clock that is wrong by years is as good as any: only its distance from ours counts.
    """
    offset = now - sent_at
    return timedelta(0) if abs(offset) < TRUSTED_WITHIN else offset


def correct_clock(
    fact: Fact, *, offset: timedelta, now: datetime, first_offset_ms: int | None
) -> bool:
    """Set the fact's corrected moment and offset; tell whether it is young enough to be taken.

    A view keeps the offset of its first stored event (in milliseconds), so that its events do not
    move against each other.
    """
    if offset and first_offset_ms is not None:
        offset = first_offset_ms * MILLISECOND
    try:
        fact.at = fact.sent_at + offset
    except OverflowError:
        beyond = datetime.max if offset > timedelta(0) else datetime.min
        fact.at = beyond.replace(tzinfo=now.tzinfo)
    fact.offset_ms = offset // MILLISECOND
    return fact.at >= now - TOO_OLD_AFTER


def bring_back(facts: Sequence[Fact], *, now: datetime) -> None:
    """Let nothing happen after its arrival: lists are asked at once, and forget what is ahead.

    A clock that is a little fast sets a whole view ahead, so what came of it moves back together:
    its seconds are counted between its first event and its last. What lies more than 5 minutes
    ahead says nothing of the clock and is clamped alone.
    """
    ahead: dict[UUID, timedelta] = {}
    for fact in facts:
        if now < fact.at <= now + AHEAD_AT_MOST:
            key = fact.view or fact.id
            ahead[key] = max(ahead.get(key, timedelta(0)), fact.at - now)
    for fact in facts:
        if fact.at > now + AHEAD_AT_MOST:
            fact.at = now
        else:
            fact.at -= ahead.get(fact.view or fact.id, timedelta(0))
