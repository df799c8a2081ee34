"""Takes pictures into the talk: each is checked, made anew without notes, and kept once for each id."""

from uuid import UUID

from django.core.files.base import ContentFile, File
from django.db import transaction

from classroom.models import RoomEvent, RoomPicture
from classroom.room_access import Seat
from classroom.room_words import clean_words
from classroom.services.room_append import Kind, NotSent, append, by, held, need_turn
from classroom.services.room_slides import on_a_screen
from cms.uploads.refusal import Refused

MOST_BYTES = 15 * 1024 * 1024
ALT_LENGTH = 300


class NoPicture(NotSent):
    """The file is no honest picture, or too large."""


def send_picture(*, seat: Seat, file: File, alt: str, client_id: UUID) -> RoomEvent:
    """Show a picture to everybody; `alt` says what it shows, where the sender wrote that.

    The same client id again answers the same event, whatever the file. Raises NotSent. Nothing is
    decoded for who may not send just now.
    """
    words = " ".join(clean_words(alt).split())[:ALT_LENGTH].strip()
    sending = by(seat, kind=Kind.PICTURE, client_id=client_id, text=words)
    if RoomEvent.objects.filter(room=seat.room, client_id=client_id).exists():
        with transaction.atomic():
            return append(sending, held(seat.room))
    need_turn(sending, seat.room)
    content = _content(file)
    with transaction.atomic():
        room = held(seat.room)
        last = room.last_number
        event = append(sending, room)
        if event.number > last:
            _keep(event, content)
        return event


def forget_picture_file(picture: RoomPicture) -> None:
    """Delete the file of a picture that is gone, once that is certain."""
    name, storage = picture.file.name, picture.file.storage
    transaction.on_commit(lambda: storage.delete(name))


def _content(file: File) -> bytes:
    if (file.size or 0) > MOST_BYTES:
        raise NoPicture
    try:
        return on_a_screen(file.read())
    except (Refused, OSError):
        raise NoPicture from None


def _keep(event: RoomEvent, content: bytes) -> None:
    picture = RoomPicture(event=event)
    picture.file.save("picture.webp", ContentFile(content), save=False)
    picture.save()
    event.more = {
        "src": picture.file.url,
        "width": picture.width,
        "height": picture.height,
    }
    event.save(update_fields=["more"])
