"""The API of classes, places and presence; it decides who asks and calls one service each."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError

from classroom.api_auth import JoinOrSession, Participant, PersonBySession
from classroom.calendars import calendar_of
from classroom.channels import channel_named
from classroom.class_cards import cards_of, public_classes
from classroom.models import LiveClass, Registration
from classroom.models.places import QUESTION_LENGTH
from classroom.selectors import (
    class_itself,
    classes_of_person,
    has_place,
    registration_of,
    turn_of,
)
from classroom.services.join_tokens import issue_join_token
from classroom.services.presence import BEAT_EVERY_S, NotOn, record_presence
from classroom.services.registration import (
    CHILDREN_AT_MOST,
    Child,
    ClassFull,
    NoPlace,
    name_person,
    register_person,
)
from cms.access import doors_of
from people.models import Person
from people.selectors import is_known
from people.throttle import Throttled, count_request

router = Router()
AN_ADDRESS_A_MINUTE = 1200
IN_ALL_A_MINUTE = 60_000


class ClassTopicOut(Schema):
    """A topic of a class and how much the class is about it, 0 to 1."""

    slug: str
    name: str
    weight: float


class ClassOut(Schema):
    """A class as the one who asks may see it; its times are on its own zone's clock.

    `access` is open, registered or staff; staff-only classes are there for a session of staff.
    `room_url` is the way into the room of an open class while it is on, else empty.
    """

    id: int
    title: str
    language: str
    summary: str
    url: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    minutes: int
    time_zone: str
    capacity: int | None
    places_left: int | None
    cancelled: bool
    access: str
    room_url: str
    clinicians: list[str]
    topics: list[ClassTopicOut]


class ClassesOut(Schema):
    """One page of classes; `total` counts all of them."""

    total: int
    classes: list[ClassOut]


class ChildIn(Schema):
    """A child who comes along; no more than this is asked of it."""

    nickname: str = Field(min_length=1, max_length=40)
    birth_year: int = Field(ge=1900, le=2200)


class RegistrationIn(Schema):
    """`name` is how the person wants to be called; it is taken only where none is known.

    `wait` asks for a turn on the waiting list where every place is taken. `question` is what the
    clinicians should know they are asked. `channel` is where the person came from; it is kept
    with a new registration, an unknown word is not.
    """

    name: str = Field("", max_length=120)
    wait: bool = False
    question: str = Field("", max_length=QUESTION_LENGTH)
    channel: str = Field("", max_length=20)
    children: list[ChildIn] = Field(default_factory=list, max_length=CHILDREN_AT_MOST)


class RegistrationOut(Schema):
    """A place, or a turn on the waiting list: then `turn` is its number and the rest is empty.

    `join` is personal: it opens this class and nothing else.
    """

    registered_at: datetime
    starts_at: datetime
    turn: int | None
    room_url: str
    join: str


class PresenceIn(Schema):
    """One sign of life of one tab; `tab` is any name that this tab keeps."""

    kind: Literal["join", "beat", "leave"]
    tab: str = Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")
    replay: bool = False


class PresenceOut(Schema):
    """The server's clock, and after how many seconds the next sign is due."""

    at: datetime
    next_beat_s: int


class TooMany(HttpError):
    """429, which carries when to come back."""

    def __init__(self, retry_after_s: int):
        super().__init__(429, f"Too many requests. Try again in {retry_after_s} seconds.")
        self.retry_after_s = retry_after_s


@router.get("/classes", response=ClassesOut, summary="Classes, those to come first")
def list_classes(
    request: HttpRequest,
    language: str = "",
    limit: int = Query(50, ge=1, le=100),
    offset: int = Query(0, ge=0),
) -> dict:
    """Every live class the one who asks may know of; `language` leaves one of a site's languages."""
    classes = doors_of(request).known(public_classes(language))
    return {
        "total": classes.count(),
        "classes": cards_of(classes[offset : offset + limit], request),
    }


@router.get("/classes/{class_id}", response=ClassOut, summary="One class")
def readknown_class(request: HttpRequest, class_id: int) -> dict:
    """404 for one that is not live."""
    return cards_of([known_class(request, class_id)], request)[0]


@router.post(
    "/classes/{class_id}/registrations",
    response={200: RegistrationOut, 201: RegistrationOut},
    auth=PersonBySession(),
    summary="Keep a place",
)
def create_registration(request: HttpRequest, class_id: int, payload: RegistrationIn):
    """201 with a new place or turn, 200 with the one there was, 409 where there is none to give."""
    count(request, name="registrations")
    person = known_person(request)
    page = known_class(request, class_id)
    had_one = registration_of(live_class=class_itself(page), person=person) is not None
    try:
        place = register_person(
            live_class=page,
            person=person,
            may_wait=payload.wait,
            question=payload.question,
            channel=channel_named(payload.channel),
            children=[Child(child.nickname, child.birth_year) for child in payload.children],
        )
    except ClassFull:
        raise HttpError(409, "Every place is taken. Ask with `wait` for a turn.") from None
    except NoPlace:
        raise HttpError(
            409, "The class is over, cancelled, without a date, or for staff alone."
        ) from None
    name_person(person=person, name=payload.name)
    return Status(200 if had_one else 201, registration_out(place))


def known_person(request: HttpRequest) -> Person:
    """The person by session whom the clinic knows; 403 for anybody else."""
    person: Person = request.auth  # type: ignore[attr-defined]
    if not is_known(person):
        raise HttpError(403, "Verify a contact first.")
    return person


def registration_out(place: Registration) -> dict:
    """A place or a turn as RegistrationOut."""
    itself = place.live_class
    return {
        "registered_at": place.registered_at,
        "starts_at": itself.starts_at,
        "turn": turn_of(place) or None,
        "room_url": itself.room_url if place.has_place else "",
        "join": issue_join_token(place) if place.has_place else "",
    }


@router.post(
    "/classes/{class_id}/presence",
    response=PresenceOut,
    auth=JoinOrSession(),
    summary="A sign of life from the class page",
)
def create_presence(request: HttpRequest, class_id: int, payload: PresenceIn) -> dict:
    """Send `join`, then `beat` every `next_beat_s`, then `leave`; the server's clock counts.

    Time counts between two signs of one tab at most 75 seconds apart; a longer silence counts
    nothing. Tabs and devices are united. 403 without a place, 409 while the class is not on.
    """
    count(request, name="presence")
    participant: Participant = request.auth  # type: ignore[attr-defined]
    joined = participant.live_class
    if joined is not None and joined.pk == class_id and joined.live:
        itself = joined  # the sign that comes by far most often costs no further look-up
    else:
        itself = class_itself(known_class(request, class_id))
    if participant.class_id is None:
        allowed = has_place(live_class=itself, person=participant.person)
    else:
        allowed = participant.class_id == itself.pk
    if not allowed:
        raise HttpError(403, "There is no place for you in this class.")
    try:
        beat = record_presence(
            live_class=itself,
            person=participant.person,
            kind=payload.kind,
            tab=payload.tab,
            is_replay=payload.replay,
        )
    except NotOn:
        raise HttpError(409, "The class is not on now.") from None
    return {"at": beat.at, "next_beat_s": BEAT_EVERY_S}


@router.get("/classes/{class_id}/calendar.ics", response=str, summary="The class as a calendar")
def read_calendar(request: HttpRequest, class_id: int) -> HttpResponse:
    """404 for one that is not live or has no date."""
    page = known_class(request, class_id)
    if page.starts_at is None:
        raise HttpError(404, "This class has no date.")
    return calendar_answer(calendar_of([page]), name=f"class-{page.pk}")


@router.get(
    "/me/calendar.ics", response=str, auth=PersonBySession(), summary="My classes as a calendar"
)
def read_my_calendar(request: HttpRequest) -> HttpResponse:
    """Every class the person has a place in, those that were cancelled marked so."""
    person: Person = request.auth  # type: ignore[attr-defined]
    return calendar_answer(calendar_of(classes_of_person(person)), name="my-classes")


def calendar_answer(content: bytes, *, name: str) -> HttpResponse:
    """The answer that hands over a calendar file of that name."""
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return answer


def known_class(request: HttpRequest, class_id: int) -> LiveClass:
    """The live class of that id that the one who asks may know of; 404 else."""
    page = doors_of(request).known(public_classes()).filter(pk=class_id).first()
    if page is None:
        raise HttpError(404, "There is no such class.")
    return page


def count(request: HttpRequest, *, name: str) -> None:
    """Count one request of a kind; 429 over the limit."""
    try:
        count_request(request, name=name, an_address=AN_ADDRESS_A_MINUTE, in_all=IN_ALL_A_MINUTE)
    except Throttled as throttled:
        raise TooMany(throttled.retry_after_s) from None
