"""Gives a class its recording and a host's own chapters; what lacks its words is not taken."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from classroom.models import LiveClass, Replay, ReplayChapter
from classroom.models.replay import CHAPTER_LENGTH
from classroom.replay_access import lacks_words
from classroom.services.attendance import recompute_attendance
from cms.models import ClinicMedia
from outbox.services import record_audit
from people.models import User

OWN_AT_MOST = 100
#: A recording begins within a day of the room's opening; beyond is a slip of the keys.
OFFSET_AT_MOST_MS = 24 * 3600 * 1000


class NotTaken(ValueError):
    """It stays as it was; the subclass says why."""


class WordsMissing(NotTaken):
    """The recording has no transcript, or a film no captions, or nobody said how long it is."""


class TooFar(NotTaken):
    """The recording cannot begin so far from the class."""


def set_recording(
    *, live_class: LiveClass, recording: ClinicMedia | None, offset_ms: int, by: User
) -> Replay:
    """Show this recording in the replay, from that moment of the room on; raises NotTaken.

    Attendance follows, as parts of the recording lie elsewhere in the room's time. Audited; the
    same again changes nothing.
    """
    if recording is not None and lacks_words(recording):
        raise WordsMissing
    if abs(offset_ms) > OFFSET_AT_MOST_MS:
        raise TooFar
    with transaction.atomic():
        replay, _ = Replay.objects.select_for_update().get_or_create(live_class=live_class)
        if (replay.recording, replay.offset_ms) == (recording, offset_ms):
            return replay
        replay.recording, replay.offset_ms = recording, offset_ms
        replay.save()
        record_audit(
            actor=f"user:{by.pk}",
            action="replay.recording_set",
            subject=f"class:{live_class.pk}",
            detail={"recording": recording.pk if recording else None, "offset_ms": offset_ms},
        )
    if live_class.played_parts.exists():
        recompute_attendance(live_class=live_class)
    return replay


def write_chapters(
    *, live_class: LiveClass, titles: Mapping[int, str], own: Iterable[tuple[int, str]], by: User
) -> None:
    """Take a host's chapters in place of those there were. Audited.

    `titles` are other words for what the room gives, by the number of the event, empty to leave it
    out; `own` are moments of the room in milliseconds and their titles, those without one left out.
    """
    rows = [
        ReplayChapter(live_class=live_class, about=about, title=_cut(title))
        for about, title in titles.items()
    ]
    rows += [
        ReplayChapter(live_class=live_class, at_ms=max(0, at_ms), title=_cut(title))
        for at_ms, title in list(own)[:OWN_AT_MOST]
        if title.strip()
    ]
    with transaction.atomic():
        ReplayChapter.objects.filter(live_class=live_class).delete()
        ReplayChapter.objects.bulk_create(rows)
        record_audit(
            actor=f"user:{by.pk}",
            action="replay.chapters_written",
            subject=f"class:{live_class.pk}",
            detail={"chapters": len(rows)},
        )


def _cut(title: str) -> str:
    return " ".join(title.split())[:CHAPTER_LENGTH]
