"""Lets go of what guests said in rooms, so many days after the replay; hosts' words and slides stay."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, QuerySet, Value, When
from django.utils import timezone

from classroom.models import LiveClass, ReplayChapter, RoomEvent, RoomGuest, RoomPicture, RoomVoice
from classroom.services.room_append import REMOVABLE
from classroom.services.room_voices import words_about

ROWS_AT_ONCE = 500
KINDS = (
    "room_pictures",
    "room_voices",
    "room_voice_words",
    "room_chapters",
    "room_words",
    "room_guests",
)


def retain_rooms(*, dry_run: bool = False, now: datetime | None = None) -> dict[str, int]:
    """Blank and delete what is due and return how many rows of each kind; counts alone in a dry run.

    `room_words`: rows of guests lose words and name and stay, so that numbers have no hole.
    `room_pictures`: what they showed, with its file. `room_voices`: what they said aloud, with its
    file; `room_voice_words`: how hosts wrote that down. `room_chapters`: titles that hosts gave to
    guests' questions. `room_guests`: names in the room.
    What a room is due for is ROOM_WORDS_DAYS after the class and the days of its replay. A second
    call finds nothing.
    """
    counts = dict.fromkeys(KINDS, 0)
    for live_class in _over(now or timezone.now()):
        for kind, rows in rows_due(live_class).items():
            counts[kind] += rows.count() if dry_run else _let_go(kind, rows)
    return counts


def rows_due(live_class: LiveClass) -> dict[str, QuerySet]:
    """What goes of one room whose time is over; words last but one, as they say whose the rest is."""
    of_guests = RoomEvent.objects.filter(room_id=live_class.pk, guest__person__isnull=False)
    asked = of_guests.filter(kind=RoomEvent.Kind.QUESTION).values("number")
    voices = of_guests.filter(kind=RoomEvent.Kind.VOICE)
    return {
        "room_pictures": RoomPicture.objects.filter(event__in=of_guests),
        "room_voices": RoomVoice.objects.filter(event__in=of_guests),
        "room_voice_words": words_about(voices).exclude(text=""),
        "room_chapters": ReplayChapter.objects.filter(live_class=live_class, about__in=asked),
        "room_words": of_guests,
        "room_guests": RoomGuest.objects.filter(room_id=live_class.pk, person__isnull=False),
    }


def _over(now: datetime) -> Iterator[LiveClass]:
    """The classes with guests in their room whose time is over."""
    days = timedelta(days=settings.ROOM_WORDS_DAYS)
    waiting = RoomGuest.objects.filter(person__isnull=False, room__live_class__starts_at__lt=now)
    for live_class in LiveClass.objects.filter(pk__in=waiting.values("room")).order_by("pk"):
        ends_at = live_class.ends_at
        if ends_at and ends_at + timedelta(days=live_class.replay_days or 0) + days < now:
            yield live_class


def _let_go(kind: str, rows: QuerySet) -> int:
    """In chunks of their own transactions, so that nobody waits long."""
    count = 0
    while some := list(rows.order_by("pk").values_list("pk", flat=True)[:ROWS_AT_ONCE]):
        with transaction.atomic():
            chunk = rows.model._default_manager.filter(pk__in=some)
            if kind == "room_words":
                removed = Case(
                    When(kind__in=REMOVABLE, removed_at=None, then=Value(timezone.now())),
                    default=F("removed_at"),
                )
                chunk.update(text="", more=None, name="", guest=None, removed_at=removed)
            elif kind == "room_voice_words":
                chunk.update(text="", removed_at=timezone.now())
            else:
                chunk.delete()
        count += len(some)
    return count
