"""Takes voice clips into the talk: each is made anew, kept once for each id, and may be put into words."""

from threading import BoundedSemaphore
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from classroom.models import Room, RoomEvent, RoomVoice
from classroom.models.room import MESSAGE_LENGTH
from classroom.room_access import Seat
from classroom.room_words import clean_words
from classroom.services.room_append import (
    Kind,
    NothingThere,
    NotSent,
    NoWords,
    Sending,
    TooFast,
    append,
    by,
    held,
    need_host,
    need_turn,
)
from classroom.voice_clips import Clip, VoiceProblem, made_clip
from cms.uploads.fields import unguessable_name

MOST_BYTES = 15 * 1024 * 1024
#: A minute of speech takes a second to make; who comes meanwhile is asked to come again.
MADE_AT_ONCE = 2
AGAIN_S = 2
_turns = BoundedSemaphore(MADE_AT_ONCE)


class NoVoice(NotSent):
    """There is no clip in the file; `code` is unknown, damaged, silent, long, heavy or large."""

    def __init__(self, code: str):
        super().__init__()
        self.code = code


class NotForGuests(NotSent):
    """The hosts take no voice clips of guests just now."""


def send_voice(*, seat: Seat, file: File, words: str, client_id: UUID) -> RoomEvent:
    """Let everybody hear a clip of at most a minute; `words` say what is said, where the sender wrote that.

    The same client id again answers the same event, whatever the file. Raises NotSent. Nothing is
    decoded for who may not send just now, and few at a time for all others.
    """
    sending = by(seat, kind=Kind.VOICE, client_id=client_id, text=_said(words))
    if RoomEvent.objects.filter(room=seat.room, client_id=client_id).exists():
        with transaction.atomic():
            return append(sending, held(seat.room))
    _need_voices_taken(sending, seat.room)
    need_turn(sending, seat.room)
    clip = _clip(file)
    with transaction.atomic():
        room = held(seat.room)
        _need_voices_taken(sending, room)
        last = room.last_number
        event = append(sending, room)
        if event.number > last:
            _keep(event, clip)
        return event


def put_into_words(*, seat: Seat, number: int, text: str, client_id: UUID) -> RoomEvent:
    """Write down what a clip says, for who cannot listen; the latest counts. For hosts. Raises NotSent."""
    need_host(seat)
    words = _said(text)
    if not words:
        raise NoWords
    sending = by(seat, kind=Kind.VOICE_WORDS, client_id=client_id, about=number, text=words)
    with transaction.atomic():
        room = held(seat.room)
        clips = RoomEvent.objects.filter(room=room, kind=Kind.VOICE, removed_at=None)
        if not clips.filter(number=number).exists():
            raise NothingThere
        return append(sending, room)


def words_about(clips: QuerySet[RoomEvent]) -> QuerySet[RoomEvent]:
    """What puts these clips into words."""
    own = clips.filter(room=OuterRef("room"), number=OuterRef("about"))
    return RoomEvent.objects.filter(Exists(own), kind=Kind.VOICE_WORDS)


def forget_voices(clips: QuerySet[RoomEvent]) -> None:
    """Delete the files of these clips, and what hosts wrote down of them."""
    words_about(clips).update(text="", removed_at=timezone.now())
    RoomVoice.objects.filter(event__in=clips).delete()


def forget_voice_file(voice: RoomVoice) -> None:
    """Delete the file of a clip that is gone, once that is certain."""
    name, storage = voice.file.name or "", voice.file.storage
    transaction.on_commit(lambda: storage.delete(name))


def _need_voices_taken(sending: Sending, room: Room) -> None:
    if not (sending.seat.is_host or room.guests_speak):
        raise NotForGuests


def _said(text: str) -> str:
    words = clean_words(text).strip()
    if len(words) > MESSAGE_LENGTH:
        raise NoWords
    return words


def _clip(file: File) -> Clip:
    if (file.size or 0) > MOST_BYTES:
        raise NoVoice("large")
    if not _turns.acquire(blocking=False):
        raise TooFast(AGAIN_S)
    try:
        return made_clip(file.read())
    except VoiceProblem as problem:
        raise NoVoice(problem.code) from None
    finally:
        _turns.release()


def _keep(event: RoomEvent, clip: Clip) -> None:
    voice = RoomVoice(event=event, duration_ms=clip.ms)
    voice.file.save(unguessable_name("clip.m4a"), ContentFile(clip.content), save=False)
    voice.save()
    event.more = {"src": voice.file.url, "duration_s": clip.ms / 1000}
    event.save(update_fields=["more"])
