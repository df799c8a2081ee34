"""The way from a room into another one that stands on its stage: a redirect, made when it is asked for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from classroom.selectors import in_language
from classroom.services.room_append import NoNickname, NotOpen
from classroom.services.room_stage import way_in
from classroom.stages import StageAway
from classroom.views.room_door import kept_private, seat_at_door

AGAIN_AFTER_S = 60


@never_cache
@require_GET
def go_to_stage(request: HttpRequest, class_id: int) -> HttpResponse:
    """Send whoever has a seat on; 503 with a page where the other room does not answer.

    Too early, or without a name, it leads back into the room, which says what is missing.
    """
    token = request.GET.get("place", "")
    seat = seat_at_door(request, class_id, token)
    back = f"{reverse('room', args=[class_id])}{f'?place={token}' if token else ''}"
    try:
        response = redirect(way_in(seat=seat))
    except (NotOpen, NoNickname):
        return kept_private(redirect(back))
    except StageAway:
        shown = in_language(seat.live_class, request.LANGUAGE_CODE)
        context = {"shown": shown, "back": back, "again": request.get_full_path()}
        response = render(request, "classroom/room_stage_away.html", context, status=503)
        response["Retry-After"] = str(AGAIN_AFTER_S)
        return kept_private(response)
    response = kept_private(response)
    response["Referrer-Policy"] = "no-referrer"
    return response
