"""Stores signs of life from the class page on the server's clock; what they add up to is computed later."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from classroom.models import LiveClass, PresenceBeat
from classroom.selectors import is_on
from classroom.services.attendance import recompute_attendance
from classroom.signals import class_settled
from outbox.services import enqueue_effect
from people.models import Person

BEAT_EVERY_S = 30
SETTLE_AFTER = timedelta(minutes=2)
SETTLE = "classroom.settle_attendance"


class NotOn(Exception):
    """The class is not on now, has no date or was cancelled."""


def record_presence(
    *, live_class: LiveClass, person: Person, kind: str, tab: str, is_replay: bool = False
) -> PresenceBeat:
    """Append one sign of life; raises NotOn from half an hour before to half an hour after.

    A leave computes the person's attendance at once; for tabs that just vanish, the first join
    asks for the whole class to be computed when it is over. A doubled sign changes no attendance.
    """
    now = timezone.now()
    if not (_is_replayed(live_class, now=now) if is_replay else is_on(live_class)):
        raise NotOn
    with transaction.atomic():
        beat = PresenceBeat.objects.create(
            live_class=live_class,
            person=person,
            tab=tab,
            kind=kind,
            is_replay=is_replay,
            at=now,
        )
        if kind == PresenceBeat.Kind.JOIN:
            plan_settling(live_class=live_class, person=person if is_replay else None)
        elif kind == PresenceBeat.Kind.LEAVE:
            recompute_attendance(live_class=live_class, people=[person.pk])
    return beat


def _is_replayed(live_class: LiveClass, *, now: datetime) -> bool:
    end = live_class.ends_at
    if end is None or live_class.cancelled_at is not None:
        return False
    return end < now <= end + timedelta(days=live_class.replay_days or 0)


def plan_settling(*, live_class: LiveClass, person: Person | None = None) -> None:
    """Ask once for the class to be computed after its end; of a replay, for one person and day."""
    end, now = live_class.ends_at, timezone.now()
    if end is None:
        return
    key = f"{SETTLE}:{live_class.pk}:{end.timestamp():.0f}"
    due_at = end + SETTLE_AFTER
    if person is not None:
        key, due_at = f"{key}:{person.pk}:{now:%Y-%m-%d}", now + timedelta(days=1)
    enqueue_effect(kind=SETTLE, payload={"class": live_class.pk}, key=key, due_at=due_at)


def settle_class(*, class_id: int) -> None:
    """Compute a class's attendance; of one that was prolonged meanwhile, plan the next time too."""
    live_class = LiveClass.objects.filter(pk=class_id).first()
    if live_class is None or live_class.ends_at is None:
        return
    recompute_attendance(live_class=live_class)
    if timezone.now() < live_class.ends_at + SETTLE_AFTER:
        plan_settling(live_class=live_class)
        return
    class_settled.send(LiveClass, live_class_id=live_class.pk)


def follow_changed_class(*, live_class: LiveClass) -> None:
    """Compute anew, when a class with attendance was moved or its terms changed. Idempotent."""
    if live_class.starts_at is None or not (
        live_class.beats.exists()
        or live_class.report_rows.exists()
        or live_class.played_parts.exists()
    ):
        return
    terms = (
        f"{live_class.starts_at.timestamp():.0f}:{live_class.minutes}:{live_class.attended_measure}"
        f":{live_class.attended_at_least}:{live_class.attended_counts}:{live_class.replay_days}"
        f":{live_class.live_revision_id}"
    )
    enqueue_effect(
        kind=SETTLE, payload={"class": live_class.pk}, key=f"{SETTLE}:{live_class.pk}:{terms}"
    )
