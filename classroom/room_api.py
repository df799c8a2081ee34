"""The API of a class's own room: what happened, what is new, what somebody says; one service each."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from classroom.api import TooMany
from classroom.api_auth import PlaceOrLogin
from classroom.models import Registration, RoomEvent
from classroom.models.room import MESSAGE_LENGTH, NICKNAME_LENGTH
from classroom.room_access import NoRoom, NoSeat, PutOut, Seat, seat_by_login, seat_by_place
from classroom.room_state import fresh_state
from classroom.room_stream import Opening, after_of, finite_stream
from classroom.room_wire import events_after, last_number_of, wire_of
from classroom.services import room as services
from classroom.services.room_entry import HostsName, enter_room
from classroom.services.room_votes import close_poll
from people.throttle import Throttled, count_request

router = Router()
# A whole class may sit behind one address, and come back together after a fault.
AN_ADDRESS_A_MINUTE = 6000
IN_ALL_A_MINUTE = 120_000
POLL_EVERY_S = 3


class Refusal(HttpError):
    """A refusal whose problem details carry a `reason` that a page can tell from others."""

    def __init__(self, status: int, message: str, *, reason: str) -> None:
        super().__init__(status, message)
        self.members = {"reason": reason}


class SlideOut(Schema):
    """One slide: `description` says what it shows, where somebody wrote that."""

    id: int
    src: str
    description: str
    width: int
    height: int


class PollOut(Schema):
    """What a poll lets choose from; a vote names the place in this list, from 0."""

    options: list[str]


class TallyOut(Schema):
    """How many voted, and how often each option was chosen; None for fewer than five votes."""

    voters: int
    counts: list[int] | None


class PictureOut(Schema):
    """A picture in the talk; the event's text says what it shows, where somebody wrote that."""

    src: str
    width: int
    height: int


class VoiceOut(Schema):
    """A voice clip in the talk, AAC in MP4; the event's text says what is said, where somebody wrote that."""

    src: str
    duration_s: float


class CardOut(Schema):
    """One of this site's own pieces that the words name, as it is now.

    `line` says kind, names and time in the piece's own language; `picture` is empty where there is
    none.
    """

    page: int
    kind: Literal["article", "comic", "course", "class"]
    title: str
    by: list[str]
    minutes: int | None
    starts_at: datetime | None
    language: str
    url: str
    line: str
    picture: str


class CardsOut(Schema):
    """At most three cards of pieces; where one is no longer there for everybody it has none."""

    cards: list[CardOut]


class RoomEventOut(Schema):
    """One thing that happened; `number` counts from 1 in each room, without a gap.

    `about` is the number of the event that was answered, removed, closed or put into words; a removed one has no
    text. `more` is what its kind has beside words. `client` is the sender's own id.
    """

    number: int
    kind: Literal[
        "opened",
        "closed",
        "slide",
        "message",
        "question",
        "answered",
        "removed",
        "poll",
        "poll_closed",
        "picture",
        "stage",
        "caption",
        "voice",
        "voice_words",
    ]
    at: datetime
    by: int | None
    name: str
    host: bool
    text: str
    about: int | None
    slide: SlideOut | None
    more: PollOut | TallyOut | PictureOut | VoiceOut | CardsOut | None
    client: UUID | None
    removed: bool


class RoomStateOut(Schema):
    """A snapshot of what is no event: how many guests are here, votes and open polls by number.

    With `slow_s` above 0 a guest says one thing in so many seconds; voice clips of guests
    are taken while `guests_speak`.
    """

    here: int
    slow_s: int
    guests_speak: bool
    votes: dict[str, int]
    polls: dict[str, TallyOut]


class RoomEventsOut(Schema):
    """The next events in their order, and when to ask again; `last` is the newest there is."""

    events: list[RoomEventOut]
    last: int
    state: RoomStateOut
    next_poll_s: int


class MessageIn(Schema):
    """Words for everybody in the room; `client` is an id of the sender's own, for sending again."""

    client: UUID
    text: str = Field(min_length=1, max_length=MESSAGE_LENGTH)
    kind: Literal["message", "question"] = "message"


class ActIn(Schema):
    """What a host does: `about` names the question, message or poll, `slide` the slide."""

    client: UUID
    kind: Literal["slide", "answered", "removed", "opened", "closed", "poll_closed"]
    about: int | None = Field(None, ge=1, le=2_000_000_000)
    slide: int | None = Field(None, ge=1, le=2**62)


class NicknameIn(Schema):
    """What to call somebody in this room; everybody there sees it."""

    nickname: str = Field(min_length=1, max_length=NICKNAME_LENGTH)


class GuestOut(Schema):
    """Somebody in the room: `guest` is the number that stands in `by` of what they say."""

    guest: int
    nickname: str
    host: bool


@router.get(
    "/classes/{class_id}/events",
    response=RoomEventsOut,
    auth=PlaceOrLogin(),
    summary="What happened in the room",
)
def list_room_events(
    request: HttpRequest,
    class_id: int,
    after: int = Query(0, ge=0),
    limit: int = Query(200, ge=1, le=500),
) -> dict:
    """Everything behind the number `after`; for who cannot keep a stream open."""
    seat = seat_of(request, class_id)
    events = events_after(room_id=seat.room.pk, number=after, at_most=limit)
    last = events[-1].number if len(events) == limit else 0
    return {
        "events": [wire_of(event) for event in events],
        "last": max(last, last_number_of(seat.room.pk)),
        "state": fresh_state(seat.room),
        "next_poll_s": POLL_EVERY_S,
    }


@router.get(
    "/classes/{class_id}/stream",
    auth=PlaceOrLogin(),
    summary="What happens in the room, as server-sent events",
    openapi_extra={
        "responses": {
            200: {"description": "text/event-stream", "content": {"text/event-stream": {}}}
        }
    },
)
def stream_room(request: HttpRequest, class_id: int, after: int = Query(0, ge=0)) -> HttpResponse:
    """Goes on behind `Last-Event-ID`, or behind `after`; each event's id is its number.

    Events named `beat` carry no id and the number of the newest event; those named `state` no id
    and a snapshot, as `state` in the answer of `events`. The stream ends now and then;
    EventSource comes back by itself and goes on where it was.
    """
    seat = seat_of(request, class_id)
    after = after_of(request, otherwise=after)
    opening = getattr(request, "scope", {}).get("room_opening")
    if isinstance(opening, Opening):
        # The layer before Django keeps the connection, without a thread and a database of its own.
        opening.take(room_id=seat.room.pk, seat=seat.key, after=after)
        return HttpResponse(content_type="text/event-stream")
    return finite_stream(room_id=seat.room.pk, after=after)


@router.post(
    "/classes/{class_id}/nickname",
    response=GuestOut,
    auth=PlaceOrLogin(),
    summary="What to call somebody in the room",
)
def set_nickname(request: HttpRequest, class_id: int, payload: NicknameIn) -> dict:
    """Needed before the first message of somebody with a place.

    422 for an empty name, and for a guest's that looks like the name of a host (`hosts_name`).
    """
    seat = seat_of(request, class_id)
    try:
        guest = enter_room(seat=seat, nickname=payload.nickname)
    except HostsName:
        raise Refusal(422, "Hosts are called that. Choose another.", reason="hosts_name") from None
    if guest is None:
        raise HttpError(422, "A name needs letters.")
    return {"guest": guest.pk, "nickname": guest.nickname, "host": seat.is_host}


@router.post(
    "/classes/{class_id}/messages",
    response=RoomEventOut,
    auth=PlaceOrLogin(),
    summary="Say or ask something in the room",
)
def create_message(request: HttpRequest, class_id: int, payload: MessageIn) -> dict:
    """Answered after the commit. The same `client` again gives the same event, however often.

    409 without a nickname, while the room is shut, or for an id that is somebody else's; 422 for a
    text that is empty or too long; 429 with Retry-After for too much at once.
    """
    seat = seat_of(request, class_id)
    send = services.ask_in_room if payload.kind == "question" else services.send_message
    with worded():
        return wire_of(send(seat=seat, text=payload.text, client_id=payload.client))


@router.post(
    "/classes/{class_id}/acts",
    response=RoomEventOut,
    auth=PlaceOrLogin(),
    summary="Turn a slide, mark answered, remove, open or close",
)
def create_act(request: HttpRequest, class_id: int, payload: ActIn) -> dict:
    """For hosts; guests may remove what they said themselves, also once the room is shut.

    404 for what is not in the room.
    """
    seat = seat_of(request, class_id)
    with worded():
        return wire_of(_act(seat, payload))


def _act(seat: Seat, payload: ActIn) -> RoomEvent:
    client_id = payload.client
    if payload.kind == "slide":
        return services.turn_slide(seat=seat, slide_id=payload.slide or 0, client_id=client_id)
    if payload.kind == "opened":
        return services.open_room(seat=seat, client_id=client_id)
    if payload.kind == "closed":
        return services.close_room(seat=seat, client_id=client_id)
    acts = {
        "answered": services.mark_answered,
        "removed": services.remove_words,
        "poll_closed": close_poll,
    }
    act = acts[payload.kind]
    return act(seat=seat, number=payload.about or 0, client_id=client_id)


@contextmanager
def worded() -> Iterator[None]:
    """Turns what a service refuses into an answer that says what to do."""
    try:
        yield
    except services.TooFast as refused:
        raise TooMany(refused.retry_after_s) from None
    except services.Muted:
        raise Refusal(403, "The hosts let you listen only for now.", reason="muted") from None
    except services.NoNickname:
        raise HttpError(409, "Say first what to call you: POST nickname.") from None
    except services.NotOpen:
        raise HttpError(409, "The room is shut now.") from None
    except services.Taken:
        raise HttpError(409, "Something else was sent under this id. Make a new one.") from None
    except services.NoWords:
        raise HttpError(422, f"A text has 1 to {MESSAGE_LENGTH} characters.") from None
    except services.NothingThere:
        raise HttpError(404, "There is no such thing in this room.") from None
    except services.NotHost:
        raise HttpError(403, "Only those who give the class may do that.") from None


def seat_of(request: HttpRequest, class_id: int) -> Seat:
    """The seat of whoever asks; 404 where there is no room, 403 without a place in it."""
    try:
        count_request(request, name="room", an_address=AN_ADDRESS_A_MINUTE, in_all=IN_ALL_A_MINUTE)
    except Throttled as throttled:
        raise TooMany(throttled.retry_after_s) from None
    who = request.auth  # type: ignore[attr-defined]
    try:
        if isinstance(who, Registration):
            return seat_by_place(class_id=class_id, place=who)
        return seat_by_login(class_id=class_id, user=who)
    except NoRoom:
        raise HttpError(404, "There is no such room.") from None
    except PutOut:
        raise Refusal(403, "The hosts have put you out of this room.", reason="put_out") from None
    except NoSeat:
        raise HttpError(403, "There is no place for you in this class.") from None
