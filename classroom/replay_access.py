"""What a replay consists of, and for whom and until when it is there; it reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from classroom.models import LiveClass, Replay
from classroom.replay_timeline import Span, span_of
from classroom.room_access import Seat
from cms.models import ClinicMedia


@dataclass(frozen=True)
class Material:
    """What is played: the recording where there is one, else the room's own timeline.

    `offset_ms` is where in the room's time it begins; `length_ms` is 0 where there is nothing.
    """

    length_ms: int
    of_recording: bool = False
    offset_ms: int = 0


def replay_ends_at(live_class: LiveClass) -> datetime | None:
    """Until when guests may see it; None for a class without a replay."""
    ends_at, days = live_class.ends_at, live_class.replay_days
    if ends_at is None or not days or live_class.cancelled_at is not None:
        return None
    return ends_at + timedelta(days=days)


def is_replayed(live_class: LiveClass) -> bool:
    """Whether it is the time of the replay: after the class, for as many days as it says."""
    begins_at, until = live_class.ends_at, replay_ends_at(live_class)
    return begins_at is not None and until is not None and begins_at < timezone.now() <= until


def may_see_replay(seat: Seat) -> bool:
    """Guests in its time; staff who look after the class at any time."""
    return seat.place is None or is_replayed(seat.live_class)


def recording_of(live_class: LiveClass) -> ClinicMedia | None:
    """The recording, where it may be shown: with its words, and with consent where it needs one."""
    replay = Replay.objects.select_related("recording").filter(live_class=live_class).first()
    media = replay.recording if replay else None
    return media if media is not None and not lacks_words(media) and not media.is_withheld else None


def lacks_words(media: ClinicMedia) -> bool:
    """Whether who cannot hear or see it would be left out, or nobody knows how long it is."""
    has_captions = bool(media.captions and media.language) or media.type == "audio"
    return not (media.transcript.strip() and has_captions and media.duration)


def offset_of(live_class: LiveClass) -> int:
    """Where in the room's time a recording begins, in milliseconds."""
    return (
        Replay.objects.filter(live_class=live_class).values_list("offset_ms", flat=True).first()
        or 0
    )


def material_of(live_class: LiveClass, span: Span | None = None) -> Material:
    """What a person plays; `span` saves a query where it is known."""
    media = recording_of(live_class)
    if media is None:
        return Material((span or span_of(live_class)).length_ms)
    return Material(round(media.duration * 1000), True, offset_of(live_class))
