"""The rehearsal of a room, for its hosts alone: it shows what the page then checks, and keeps nothing."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classroom.selectors import in_language
from classroom.views.room_door import kept_private, seat_at_door, with_microphone


@never_cache
@require_safe
def show_rehearsal(request: HttpRequest, class_id: int) -> HttpResponse:
    """Checks of sound, slides, network and browser; 404 for everybody who does not give the class."""
    seat = seat_at_door(request, class_id, "")
    if not seat.is_host:
        raise Http404
    slides = list(seat.room.slides.all())
    context = {
        "live_class": seat.live_class,
        "shown": in_language(seat.live_class, request.LANGUAGE_CODE),
        "slides": slides,
        "bare": sum(not slide.description for slide in slides),
    }
    return with_microphone(kept_private(render(request, "classroom/rehearsal.html", context)))
