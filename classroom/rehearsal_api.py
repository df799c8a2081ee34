"""An answer and nothing else, by which the rehearsal of a room measures how long sending takes."""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from ninja.errors import HttpError

from classroom.api_auth import PlaceOrLogin
from classroom.room_api import seat_of

router = Router()


class EchoOut(Schema):
    """The server's clock."""

    at: datetime


@router.post(
    "/classes/{class_id}/echo",
    response=EchoOut,
    auth=PlaceOrLogin(),
    summary="Answer a host, and keep nothing",
)
def create_echo(request: HttpRequest, class_id: int) -> dict:
    """As far as a message goes, without one; 403 for everybody who does not give the class."""
    if not seat_of(request, class_id).is_host:
        raise HttpError(403, "Only those who give the class may do that.")
    return {"at": timezone.now()}
