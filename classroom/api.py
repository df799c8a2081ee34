"""The API of classes, places and presence; it decides who asks and calls one service each."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError

from classroom.api_auth import JoinOrSession, Participant, PersonBySession
from classroom.calendars import calendar_of
from classroom.class_cards import cards_of, public_classes
from classroom.models import LiveClass
from classroom.selectors import class_itself, has_place
from classroom.services.join_tokens import issue_join_token
from classroom.services.presence import BEAT_EVERY_S, NotOn, record_presence
from classroom.services.registration import NoPlace, name_person, register_person
from people.models import ContactPoint, Person
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
    """A class as anybody may see it; its times are on its own zone's clock."""

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
    clinicians: list[str]
    topics: list[ClassTopicOut]


class ClassesOut(Schema):
    """One page of classes; `total` counts all of them."""

    total: int
    classes: list[ClassOut]


class RegistrationIn(Schema):
    """`name` is how the person wants to be called; it is taken only where none is known."""

    name: str = Field("", max_length=120)


class RegistrationOut(Schema):
    """A place. `join` is personal: it opens this class and nothing else."""

    registered_at: datetime
    starts_at: datetime
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
    """Every live class; `language` leaves one of a site's languages."""
    classes = public_classes(language)
    return {
        "total": classes.count(),
        "classes": cards_of(classes[offset : offset + limit], request),
    }


@router.get("/classes/{class_id}", response=ClassOut, summary="One class")
def read_class(request: HttpRequest, class_id: int) -> dict:
    """404 for one that is not live."""
    return cards_of([_class(class_id)], request)[0]


@router.post(
    "/classes/{class_id}/registrations",
    response={200: RegistrationOut, 201: RegistrationOut},
    auth=PersonBySession(),
    summary="Keep a place",
)
def create_registration(request: HttpRequest, class_id: int, payload: RegistrationIn):
    """201 with a new place, 200 with the one there was, 409 where there is none to give."""
    _count(request, name="registrations")
    person: Person = request.auth  # type: ignore[attr-defined]
    page = _class(class_id)
    if not ContactPoint.objects.filter(person=person, verified_at__isnull=False).exists():
        raise HttpError(403, "Verify a contact first.")
    had_one = has_place(live_class=class_itself(page), person=person)
    try:
        place = register_person(live_class=page, person=person)
    except NoPlace:
        raise HttpError(409, "The class is full, over, cancelled or without a date.") from None
    name_person(person=person, name=payload.name)
    itself = place.live_class
    return Status(
        200 if had_one else 201,
        {
            "registered_at": place.registered_at,
            "starts_at": itself.starts_at,
            "room_url": itself.room_url,
            "join": issue_join_token(place),
        },
    )


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
    _count(request, name="presence")
    participant: Participant = request.auth  # type: ignore[attr-defined]
    itself = class_itself(_class(class_id))
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
    page = _class(class_id)
    if page.starts_at is None:
        raise HttpError(404, "This class has no date.")
    host = request.get_host().partition(":")[0]
    content = calendar_of(page, host=host, url=page.get_full_url(request) or "")
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="class-{page.pk}.ics"'
    return answer


def _class(class_id: int) -> LiveClass:
    page = public_classes().filter(pk=class_id).first()
    if page is None:
        raise HttpError(404, "There is no such class.")
    return page


def _count(request: HttpRequest, *, name: str) -> None:
    try:
        count_request(request, name=name, an_address=AN_ADDRESS_A_MINUTE, in_all=IN_ALL_A_MINUTE)
    except Throttled as throttled:
        raise TooMany(throttled.retry_after_s) from None
