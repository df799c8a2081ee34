"""The door of every page around a room: who comes in, and an address that stays a secret."""

from django.http import Http404, HttpRequest, HttpResponse

from classroom.room_access import NoRoom, NoSeat, PutOut, Seat, seat_by_login, seat_by_place
from classroom.services.join_tokens import BadJoinToken, registration_of_join_token
from people.throttle import Throttled, count_request

AN_ADDRESS_A_MINUTE = 1200
IN_ALL_A_MINUTE = 60_000


class OutOfRoom(Http404):
    """There is nothing here for a guest who was put out; the room's own page says so kindly."""


def seat_at_door(request: HttpRequest, class_id: int, token: str) -> Seat:
    """The seat of who asks, by the token of a place or by login; Http404 for everybody else."""
    try:
        count_request(request, name="room", an_address=AN_ADDRESS_A_MINUTE, in_all=IN_ALL_A_MINUTE)
        if token:
            return seat_by_place(class_id=class_id, place=registration_of_join_token(token))
        if not request.user.is_authenticated:
            raise Http404
        return seat_by_login(class_id=class_id, user=request.user)
    except PutOut:
        raise OutOfRoom from None
    except (Throttled, BadJoinToken, NoRoom, NoSeat):
        raise Http404 from None


def with_microphone(response: HttpResponse) -> HttpResponse:
    """Its page may record, once the browser has asked whoever sits there; others may not."""
    response["Permissions-Policy"] = "microphone=(self)"
    return response


def kept_private(response: HttpResponse) -> HttpResponse:
    """The address is a secret: it goes to no other site, and to no search engine."""
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
