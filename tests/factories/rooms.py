"""Makes rooms, their guests and slides for tests."""

import io
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from PIL import Image

from classroom.models import LiveClass, PresenceBeat, Room, RoomPicture, RoomSlide, RoomVoice
from classroom.room_access import Seat
from classroom.services.room_entry import enter_room
from classroom.services.room_pictures import send_picture
from classroom.services.room_slides import add_slide
from classroom.services.room_voices import send_voice
from people.models import User
from people.roles import Role
from tests.factories.classroom import live_class, place
from tests.factories.people import make_person, make_staff
from tests.factories.recordings import recording_file


def make_room(itself: LiveClass | None = None, *, guests_speak: bool = False, **fields) -> Room:
    """A room of a class."""
    itself = itself or live_class(**fields)
    return Room.objects.create(live_class=itself, guests_speak=guests_speak)


def guest_seat(room: Room, nickname: str = "Mei") -> Seat:
    """Somebody with a place, under a name of their choice; none where it is empty."""
    seat = Seat(room=room, place=place(room.live_class, make_person()))
    if nickname:
        enter_room(seat=seat, nickname=nickname)
    return seat


def host_seat(room: Room, **fields) -> Seat:
    """An administrator, who may take over any room."""
    return Seat(room=room, user=make_staff(Role.ADMINISTRATOR, **fields), is_host=True)


def picture_file(color: str = "navy", *, size: tuple[int, int] = (64, 36)) -> ContentFile:
    """A small PNG."""
    stored = io.BytesIO()
    Image.new("RGB", size, color).save(stored, "PNG")
    return ContentFile(stored.getvalue(), name="slide.png")


def make_slide(room: Room, by: User, color: str = "navy") -> RoomSlide:
    """A slide of one colour."""
    return add_slide(room=room, file=picture_file(color), by=by)


def new_id() -> UUID:
    """An id as a sender makes one."""
    return uuid4()


def give_sign(seat: Seat, kind: str = "beat") -> PresenceBeat:
    """A sign of life of a guest, now."""
    assert seat.place is not None
    return PresenceBeat.objects.create(
        live_class=seat.room.live_class, person=seat.place.person, tab="tab", kind=kind
    )


def make_room_picture(room: Room) -> RoomPicture:
    """A picture that a host showed in the talk."""
    seat = host_seat(room)
    event = send_picture(seat=seat, file=picture_file(), alt="A brush", client_id=new_id())
    return RoomPicture.objects.get(event=event)


def make_room_voice(room: Room, seat: Seat | None = None) -> RoomVoice:
    """A voice clip that a host, or whoever sits there, sent to the talk."""
    event = send_voice(
        seat=seat or host_seat(room), file=recording_file(), words="Brush", client_id=new_id()
    )
    return RoomVoice.objects.get(event=event)
