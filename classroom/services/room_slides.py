"""Puts slides into a room, orders and describes them, takes them out; each is a picture of ours."""

import io
import re
from functools import partial

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models import F, Max
from PIL import Image

from classroom.models import Room, RoomSlide
from classroom.pdf_pages import Page
from classroom.room_words import clean_words
from cms.uploads.pictures import cleaned_picture
from outbox.services import record_audit
from people.models import User

#: No screen shows more of a slide, and three hundred phones fetch each at the same moment.
FITS_INTO = (1600, 1200)
QUALITY = 82
SLIDES_AT_MOST = 200
#: What PDFium writes where a word was parted at the end of a line.
PARTED = re.compile(r"[\x02\ufffe]\s*")


class TooManySlides(ValueError):
    """The room holds as many as it may."""


def add_slide(*, room: Room, file: File, by: User) -> RoomSlide:
    """Append a picture, made smaller where it is larger than screens; raises Refused, TooManySlides.

    Audited.
    """
    content = on_a_screen(file.read())
    with transaction.atomic():
        Room.objects.select_for_update(no_key=True).get(pk=room.pk)
        slide = _put(RoomSlide(room=room, position=_next_position(room)), content)
        _audit("room.slide_added", slide, by)
    return slide


def put_page(*, room: Room, page: Page, behind: RoomSlide | None) -> RoomSlide:
    """Put a page of a PDF behind that slide, or at the end; raises TooManySlides.

    The caller's transaction holds the room. What stands on the page is proposed as its description.
    """
    position = behind.position + 1 if behind else _next_position(room)
    RoomSlide.objects.filter(room=room, position__gte=position).update(position=F("position") + 1)
    words = " ".join(clean_words(PARTED.sub("", page.text)).split())
    slide = RoomSlide(room=room, position=position, description=words[:500].strip())
    return _put(slide, page.picture)


def free_places(room: Room) -> int:
    """How many slides the room still takes."""
    return max(0, SLIDES_AT_MOST - RoomSlide.objects.filter(room=room).count())


def describe_slide(*, slide: RoomSlide, description: str) -> None:
    """Say what it shows, for who cannot see it."""
    slide.description = " ".join(description.split())[:500]
    slide.save(update_fields=["description"])


def move_slide(*, slide: RoomSlide, by_places: int) -> None:
    """Move a slide up (less than 0) or down; beyond the ends it stays at the end."""
    with transaction.atomic():
        Room.objects.select_for_update(no_key=True).get(pk=slide.room_id)
        slides = list(RoomSlide.objects.filter(room=slide.room_id))
        at = slides.index(slide)
        slides.insert(max(0, at + by_places), slides.pop(at))
        for position, one in enumerate(slides):
            one.position = position
        RoomSlide.objects.bulk_update(slides, ["position"])


def take_out_slide(*, slide: RoomSlide, by: User) -> None:
    """Delete a slide, and so its file; where it was shown, the list says that one was. Audited."""
    with transaction.atomic():
        _audit("room.slide_taken_out", slide, by)
        slide.delete()


def forget_slide_file(slide: RoomSlide) -> None:
    """Delete the file of a slide that is deleted, once that is sure."""
    transaction.on_commit(partial(slide.file.storage.delete, slide.file.name))


def _next_position(room: Room) -> int:
    last = RoomSlide.objects.filter(room=room).aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def _put(slide: RoomSlide, content: bytes) -> RoomSlide:
    if not free_places(slide.room):
        raise TooManySlides
    slide.file.save("slide.webp", ContentFile(content), save=False)
    slide.save()
    return slide


def on_a_screen(content: bytes) -> bytes:
    """The picture as WebP within FITS_INTO; its headers are judged before anything is decoded."""
    with Image.open(io.BytesIO(cleaned_picture(content))) as picture:
        whole = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        whole.thumbnail(FITS_INTO)
        stored = io.BytesIO()
        whole.save(stored, "WEBP", quality=QUALITY)
    return stored.getvalue()


def _audit(action: str, slide: RoomSlide, by: User) -> None:
    record_audit(
        actor=f"user:{by.pk}",
        action=action,
        subject=f"class:{slide.room_id}",
        detail={"slide": slide.pk},
    )
