"""Corrects the clocks of browsers against the server's own; knows nothing of what was read."""

from datetime import datetime, timedelta

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
    move against each other. What lies more than 5 minutes ahead is clamped to its arrival.
    """
    if offset and first_offset_ms is not None:
        offset = first_offset_ms * MILLISECOND
    try:
        at = fact.sent_at + offset
    except OverflowError:
        at = now if offset > timedelta(0) else datetime.min.replace(tzinfo=now.tzinfo)
    fact.offset_ms = offset // MILLISECOND
    fact.at = now if at > now + AHEAD_AT_MOST else at
    return fact.at >= now - TOO_OLD_AFTER
