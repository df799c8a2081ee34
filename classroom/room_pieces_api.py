"""The API from which hosts of a room choose a piece of this site to share in the talk."""

from django.http import HttpRequest
from ninja import Query, Router, Schema

from classroom.api_auth import PlaceOrLogin
from classroom.piece_cards import offered_cards
from classroom.room_api import CardOut, seat_of, worded
from classroom.services.room_append import need_host

router = Router()


class OfferedPiecesOut(Schema):
    """Pieces to choose from, those of the class's language first, then the newest."""

    pieces: list[CardOut]


@router.get(
    "/classes/{class_id}/pieces",
    response=OfferedPiecesOut,
    auth=PlaceOrLogin(),
    summary="Pieces of this site that hosts may share in the room",
)
def list_offered_pieces(
    request: HttpRequest, class_id: int, q: str = Query("", max_length=100)
) -> dict:
    """At most eight, with all words of `q` in their title; 403 for everybody but hosts.

    A message that holds the `url` of one is shown with its card.
    """
    seat = seat_of(request, class_id)
    with worded():
        need_host(seat)
    return {"pieces": offered_cards(title=q, locale_id=seat.live_class.locale_id)}
