"""The page of a class's replay, and its words as a file; it reads, what is played is told to the API."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classroom.late_words import words_about_late
from classroom.played_time import clock_of
from classroom.replay_access import (
    material_of,
    may_see_replay,
    offset_of,
    recording_of,
    replay_ends_at,
)
from classroom.replay_text import replay_text
from classroom.replay_timeline import timeline_of
from classroom.room_access import Seat
from classroom.selectors import in_language
from classroom.services.join_tokens import issue_join_token
from classroom.services.played import issue_opening
from classroom.views.room_door import kept_private, seat_at_door

SPEEDS = ("1", "1.25", "1.5", "2")


@never_cache
@require_safe
def show_replay(request: HttpRequest, class_id: int) -> HttpResponse:
    """What happened, in order, with a player above it; without scripts the words alone."""
    seat = seat_at_door(request, class_id, request.GET.get("place", ""))
    shown = in_language(seat.live_class, request.LANGUAGE_CODE)
    if not may_see_replay(seat):
        context = {"shown": shown, "is_coming": replay_ends_at(seat.live_class) is not None}
        return kept_private(render(request, "classroom/replay_shut.html", context, status=404))
    return kept_private(render(request, "classroom/replay.html", _context(seat) | {"shown": shown}))


@never_cache
@require_safe
def show_words(request: HttpRequest, class_id: int) -> HttpResponse:
    """Every word of the replay as a text file; 404 while there is no replay to see."""
    seat = seat_at_door(request, class_id, request.GET.get("place", ""))
    if not may_see_replay(seat):
        return kept_private(HttpResponse(status=404))
    title = in_language(seat.live_class, request.LANGUAGE_CODE).title
    text = replay_text(seat.live_class, title=title)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="class-{seat.room.pk}.txt"'
    return kept_private(response)


def _context(seat: Seat) -> dict:
    itself, place = seat.live_class, seat.place
    timeline = timeline_of(itself)
    recording = recording_of(itself)
    material = material_of(itself, timeline.span)
    until = replay_ends_at(itself)
    return {
        "live_class": itself,
        "token": issue_join_token(place) if place else "",
        "opening": issue_opening(live_class=itself, person=place.person) if place else "",
        "timeline": timeline,
        "recording": recording,
        "offset_ms": offset_of(itself) if recording else 0,
        "length_ms": material.length_ms,
        "length": clock_of(material.length_ms),
        "until": until.astimezone(itself.zone) if until and place else None,
        "speeds": SPEEDS,
        "is_staff": place is None,
        "late": words_about_late(person=place.person, live_class=itself) if place else "",
    }
