"""The API of a class's replay: what it shows, and what somebody played of it."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from classroom.api_auth import PlaceOrLogin
from classroom.models import LiveClass
from classroom.replay_access import (
    may_see_replay,
    offset_of,
    recording_of,
    replay_ends_at,
)
from classroom.replay_timeline import timeline_of
from classroom.room_access import Seat
from classroom.room_api import RoomEventOut, seat_of
from classroom.services import played as services

router = Router()
CLAIMS_AT_MOST = 1000
#: Far beyond any class; what lies outside the material is left out, not refused.
FARTHEST_S = 1_000_000.0
Seconds = Annotated[float, Field(ge=-FARTHEST_S, le=FARTHEST_S, allow_inf_nan=False)]


class ReplayItemOut(RoomEventOut):
    """One thing that happened, `at_s` seconds after the beginning; a question, when answered."""

    at_s: float
    answered_s: float | None


class ReplayChapterOut(Schema):
    """A place to jump to; `about` is the number of the slide turned or the question asked."""

    at_s: float
    title: str
    about: int | None
    is_question: bool


class RecordingOut(Schema):
    """The recording; the room's time is `offset_s` when it begins."""

    src: str
    type: str
    duration_s: float
    captions: str | None
    language: str
    transcript: str
    offset_s: float


class ReplayOut(Schema):
    """Everything a replay shows; `opening` is for telling what is played, None for staff."""

    title: str
    begins_at: datetime | None
    until: datetime | None
    length_s: float
    recording: RecordingOut | None
    link: str
    items: list[ReplayItemOut]
    chapters: list[ReplayChapterOut]
    opening: str | None


class ReplayPlayedIn(Schema):
    """All that was played since `opening` was given: pairs of seconds of the material.

    Send the whole again and again; with `over` when it is paused or left.
    """

    opening: str = Field(min_length=1, max_length=200)
    played: list[tuple[Seconds, Seconds]] = Field(max_length=CLAIMS_AT_MOST)
    over: bool = False


class ReplayPlayedOut(Schema):
    """How many seconds of the material the person has played in all, each once."""

    seconds: float
    next_s: int


@router.get(
    "/classes/{class_id}/replay",
    response=ReplayOut,
    auth=PlaceOrLogin(),
    summary="The replay of a class",
)
def read_replay(request: HttpRequest, class_id: int) -> dict:
    """The room's own timeline with chapters, and the recording; 404 while there is none to see."""
    seat = seat_of(request, class_id)
    if not may_see_replay(seat):
        raise HttpError(404, "There is no replay of this class now.")
    return replay_of(seat)


@router.post(
    "/classes/{class_id}/played",
    response=ReplayPlayedOut,
    auth=PlaceOrLogin(),
    summary="What was played of a replay",
)
def create_part_played(request: HttpRequest, class_id: int, payload: ReplayPlayedIn) -> dict:
    """A jump leaves out, twice counts once, speed changes nothing: seconds of the material count.

    403 without a place, 409 while there is no replay, or for more than can have been played since
    the opening was given (the same may be taken later), 422 for an opening that is not yours.
    """
    seat = seat_of(request, class_id)
    if seat.place is None:
        raise HttpError(403, "What staff play is not counted.")
    try:
        seconds = services.record_played(
            live_class=seat.live_class,
            person=seat.place.person,
            opening=payload.opening,
            claims=payload.played,
            is_over=payload.over,
        )
    except services.BadOpening:
        raise HttpError(422, "This replay was not opened by you.") from None
    except services.NotReplayed:
        raise HttpError(409, "There is no replay of this class now.") from None
    except services.TooFast:
        raise HttpError(409, "This is more than can have been played by now.") from None
    return {"seconds": seconds, "next_s": services.TELL_EVERY_S}


def replay_of(seat: Seat) -> dict:
    """A replay as ReplayOut, for the API and its tests."""
    itself = seat.live_class
    timeline = timeline_of(itself)
    recording = _recording(itself)
    place = seat.place
    return {
        "title": itself.title,
        "begins_at": timeline.span.begins_at if timeline.items else None,
        "until": replay_ends_at(itself),
        "length_s": recording["duration_s"] if recording else timeline.span.length_ms / 1000,
        "recording": recording,
        "link": itself.replay_url,
        "items": [item.wire() for item in timeline.items],
        "chapters": [
            {
                "at_s": chapter.at_s,
                "title": chapter.title,
                "about": chapter.about,
                "is_question": chapter.is_question,
            }
            for chapter in timeline.chapters
        ],
        "opening": services.issue_opening(live_class=itself, person=place.person)
        if place
        else None,
    }


def _recording(live_class: LiveClass) -> dict | None:
    media = recording_of(live_class)
    if media is None:
        return None
    return {
        "src": media.url,
        "type": media.content_type,
        "duration_s": media.duration,
        "captions": media.captions.url if media.captions else None,
        "language": media.language,
        "transcript": media.transcript,
        "offset_s": offset_of(live_class) / 1000,
    }
