"""Takes what was played of a replay: each part of the material once a person, on the server's clock.

A page says all it has played since it was opened, again and again, so that nothing is lost in a cut
and nothing is counted twice. More than can have been played since then is refused.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.db import transaction
from django.utils import timezone

from classroom.models import LiveClass, PlayedPart
from classroom.played_time import Part, length_of, parts_within, parts_without
from classroom.replay_access import is_replayed, material_of
from classroom.services.attendance import recompute_attendance
from classroom.services.presence import plan_settling
from people.models import Person
from people.selectors import records_of

SALT = "classroom.replay"
#: The page tells so often what it played.
TELL_EVERY_S = 15
#: The fastest speed of the player, and what rounding and a slow clock may add to it.
FASTEST = 2
SLACK_MS = 1500
#: Parts of one person in one class; who jumps about more often than that counts no further.
PARTS_AT_MOST = 2000


class NotPlayed(Exception):
    """It was not taken; the subclass says why."""


class BadOpening(NotPlayed):
    """It was opened by nobody, by somebody else, or in another class."""


class NotReplayed(NotPlayed):
    """There is no replay now: not yet, no more, or the class was cancelled."""


class TooFast(NotPlayed):
    """More than can have been played since the page was opened; later the same may be right."""


def issue_opening(*, live_class: LiveClass, person: Person) -> str:
    """Return a token that says who opened the replay of a class, and when; it holds ids alone."""
    moment = int(timezone.now().timestamp() * 1000)
    return signing.dumps([live_class.pk, person.pk, moment], salt=SALT)


def record_played(
    *,
    live_class: LiveClass,
    person: Person,
    opening: str,
    claims: Iterable[Sequence[float]],
    is_over: bool = False,
) -> float:
    """Add what was played (pairs of seconds of the material) to what is known of the person.

    Returns the seconds of the material that the person has played in all. Raises NotPlayed, and
    then nothing was taken. With `is_over` attendance is computed at once, else within a day. A
    second call with the same changes nothing.
    """
    opened_at = _opened_at(opening, live_class=live_class, person=person)
    if not is_replayed(live_class):
        raise NotReplayed
    material = material_of(live_class)
    claimed = parts_within(claims, length_ms=material.length_ms)
    with transaction.atomic():
        # Two pages of one person wait for each other here.
        records = list(records_of(person).select_for_update(no_key=True))
        rows = PlayedPart.objects.filter(live_class=live_class, person__in=records)
        known = [row for row in rows if row.of_recording == material.of_recording]
        parts = parts_without(claimed, [Part(row.from_ms, row.to_ms) for row in known])
        now = timezone.now()
        if parts:
            _check_speed(parts, list(rows), opened_at)
            PlayedPart.objects.bulk_create(
                PlayedPart(
                    live_class=live_class,
                    person=person,
                    of_recording=material.of_recording,
                    from_ms=part.start_ms,
                    to_ms=part.end_ms,
                    at=now,
                )
                for part in parts
            )
            plan_settling(live_class=live_class, person=person)
        if is_over:
            recompute_attendance(live_class=live_class, people=[person.pk])
    return length_of([*parts, *(Part(row.from_ms, row.to_ms) for row in known)]) / 1000


def _opened_at(opening: str, *, live_class: LiveClass, person: Person) -> datetime:
    try:
        class_id, person_id, moment = signing.loads(opening, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise BadOpening from None
    if (class_id, person_id) != (live_class.pk, person.pk):
        raise BadOpening
    return datetime.fromtimestamp(moment / 1000, UTC)


def _check_speed(parts: list[Part], rows: list[PlayedPart], opened_at: datetime) -> None:
    """Whatever pages are open: a person plays no more than the fastest speed gives since then."""
    since = sum(row.to_ms - row.from_ms for row in rows if row.at >= opened_at)
    possible = FASTEST * ((timezone.now() - opened_at) // timedelta(milliseconds=1)) + SLACK_MS
    if since + length_of(parts) > possible or len(rows) + len(parts) > PARTS_AT_MOST:
        raise TooFast
