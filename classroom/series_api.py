"""The API of places in a whole series; it decides who asks and calls one service."""

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from classroom.api import RegistrationOut, count, known_class, known_person, registration_out
from classroom.api_auth import PersonBySession
from classroom.channels import channel_named
from classroom.models import Registration
from classroom.services.registration import name_person
from classroom.services.series_places import NoSeries, register_for_series

router = Router()


class SeriesIn(Schema):
    """`name` and `channel` as with one place."""

    name: str = Field("", max_length=120)
    channel: str = Field("", max_length=20)


class SeriesPlaceOut(RegistrationOut):
    """A place or a turn, and the class it is in."""

    class_id: int


class SeriesOut(Schema):
    """Every place and turn that stands in coming classes of the series, in order of time."""

    registrations: list[SeriesPlaceOut]


@router.post(
    "/classes/{class_id}/series/registrations",
    response={200: SeriesOut, 201: SeriesOut},
    auth=PersonBySession(),
    summary="Keep a place in each coming class of a series",
)
def create_series_registrations(request: HttpRequest, class_id: int, payload: SeriesIn):
    """201 with something new, 200 where all of it was there, 409 for a class of no series.

    Where a class is full it is a turn on its waiting list. One message confirms what is new.
    """
    count(request, name="registrations")
    person = known_person(request)
    page = known_class(request, class_id)
    standing = Registration.objects.filter(person=person, cancelled_at=None)
    before = set(standing.values_list("pk", flat=True))
    try:
        places = register_for_series(
            live_class=page, person=person, channel=channel_named(payload.channel)
        )
    except NoSeries:
        raise HttpError(409, "Nothing of a series is to come with this class.") from None
    name_person(person=person, name=payload.name)
    told = [{"class_id": place.live_class_id, **registration_out(place)} for place in places]
    known = all(place.pk in before for place in places)
    return Status(200 if known else 201, {"registrations": told})
