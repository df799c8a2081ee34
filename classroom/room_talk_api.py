"""The API of what a room counts and what hosts decide: votes, polls, who is here, moderation."""

from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, File, Form, Router, Schema
from ninja.errors import HttpError
from ninja.files import UploadedFile

from classroom.api_auth import PlaceOrLogin
from classroom.models.room import MESSAGE_LENGTH
from classroom.room_access import Seat
from classroom.room_api import RoomEventOut, seat_of, worded
from classroom.room_desk import desk_of
from classroom.room_wire import wire_of
from classroom.services.room_append import NotHost
from classroom.services.room_moderation import (
    SLOW_S,
    NoSuchPace,
    let_guests_speak,
    mute_guest,
    put_out_guest,
    slow_down,
)
from classroom.services.room_pictures import NoPicture, send_picture
from classroom.services.room_votes import (
    OPTION_LENGTH,
    OPTIONS,
    BadOptions,
    NoGuest,
    open_poll,
    vote,
)

router = Router()


class VoteIn(Schema):
    """For the question or in the poll of that number; `choice` is 0 for a question, None takes back."""

    number: int = Field(ge=1, le=2_000_000_000)
    choice: int | None = Field(None, ge=0, le=100)


class VoteOut(Schema):
    """What counts for this guest now."""

    number: int
    choice: int | None


class PollIn(Schema):
    """What everybody is asked, and two to six different answers to choose from."""

    client: UUID
    text: str = Field(min_length=1, max_length=MESSAGE_LENGTH)
    options: list[str] = Field(min_length=OPTIONS[0], max_length=OPTIONS[1])


class ModerationIn(Schema):
    """What a host decides: of `guest`, or with `slow` for everybody in `seconds` (0 for no rule).

    `voices_on` lets all guests send voice clips, `voices_off` none.
    """

    kind: Literal["mute", "unmute", "put_out", "let_in", "slow", "voices_on", "voices_off"]
    guest: int | None = Field(None, ge=1, le=2**62)
    seconds: int = 0


class DeskGuestOut(Schema):
    """One guest under the name they chose; `is_here` where they gave a sign of life lately."""

    guest: int
    nickname: str
    is_here: bool
    is_muted: bool
    is_out: bool


class DeskPollOut(Schema):
    """How a poll stands, also with few votes; whose they are nobody is told."""

    number: int
    is_open: bool
    counts: list[int]


class DeskOut(Schema):
    """What hosts see beside the room itself; `nameless` are here and have not said a name yet."""

    slow_s: int
    guests_speak: bool
    nameless: int
    guests: list[DeskGuestOut]
    polls: list[DeskPollOut]


@router.post(
    "/classes/{class_id}/votes",
    response=VoteOut,
    auth=PlaceOrLogin(),
    summary="Vote for a question, or in a poll",
)
def create_vote(request: HttpRequest, class_id: int, payload: VoteIn) -> dict:
    """One vote a guest, which may be changed and taken back while the room is open.

    The same again changes nothing. 403 for staff, 404 for what takes no votes, 409 without a
    nickname or when the poll or the room is shut, 429 for too many at once.
    """
    seat = seat_of(request, class_id)
    with worded():
        try:
            own = vote(seat=seat, number=payload.number, choice=payload.choice)
        except NoGuest:
            raise HttpError(403, "Votes are for who has a place in the class.") from None
    return {"number": own.number, "choice": own.choice}


@router.post(
    "/classes/{class_id}/polls",
    response=RoomEventOut,
    auth=PlaceOrLogin(),
    summary="Ask everybody to choose",
)
def create_poll(request: HttpRequest, class_id: int, payload: PollIn) -> dict:
    """For hosts. The same `client` again gives the same poll; closing is an act (`poll_closed`)."""
    seat = seat_of(request, class_id)
    with worded():
        try:
            poll = open_poll(
                seat=seat, text=payload.text, options=payload.options, client_id=payload.client
            )
        except BadOptions:
            raise HttpError(
                422, f"An option has 1 to {OPTION_LENGTH} characters, and none comes twice."
            ) from None
        return wire_of(poll)


@router.post(
    "/classes/{class_id}/pictures",
    response=RoomEventOut,
    auth=PlaceOrLogin(),
    summary="Show a picture in the room",
)
def create_picture(
    request: HttpRequest,
    class_id: int,
    client: Form[UUID],
    file: File[UploadedFile],
    alt: Form[str] = "",
) -> dict:
    """As multipart; `alt` says what it shows. The same `client` again gives the same event.

    Notes in the file (place, camera) do not stay. 422 for what is no picture or over 15 MB;
    otherwise as for messages.
    """
    seat = seat_of(request, class_id)
    with worded():
        try:
            return wire_of(send_picture(seat=seat, file=file, alt=alt, client_id=client))
        except NoPicture:
            raise HttpError(422, "Send a JPEG, PNG, WebP or GIF of at most 15 MB.") from None


@router.get(
    "/classes/{class_id}/desk",
    response=DeskOut,
    auth=PlaceOrLogin(),
    summary="Who is in the room, for its hosts",
)
def read_desk(request: HttpRequest, class_id: int) -> dict:
    """Names as they were chosen, and how open polls stand; 403 for everybody else."""
    return _desk(seat_of(request, class_id))


@router.post(
    "/classes/{class_id}/moderation",
    response=DeskOut,
    auth=PlaceOrLogin(),
    summary="Mute, put out, slow down, take voice clips, and undo each",
)
def moderate(request: HttpRequest, class_id: int, payload: ModerationIn) -> dict:
    """For hosts; the same again changes nothing, and nobody else is told. Answers the desk."""
    seat = seat_of(request, class_id)
    guest_id = payload.guest or 0
    with worded():
        if payload.kind in ("mute", "unmute"):
            mute_guest(seat=seat, guest_id=guest_id, is_muted=payload.kind == "mute")
        elif payload.kind in ("put_out", "let_in"):
            put_out_guest(seat=seat, guest_id=guest_id, is_out=payload.kind == "put_out")
        elif payload.kind in ("voices_on", "voices_off"):
            let_guests_speak(seat=seat, may=payload.kind == "voices_on")
        else:
            _slow_down(seat, payload.seconds)
    return _desk(seat)


def _slow_down(seat: Seat, seconds: int) -> None:
    try:
        slow_down(seat=seat, seconds=seconds)
    except NoSuchPace:
        raise HttpError(422, f"Seconds are one of {', '.join(map(str, SLOW_S))}.") from None


def _desk(seat: Seat) -> dict:
    with worded():
        if not seat.is_host:
            raise NotHost
    return desk_of(seat.room.pk)
