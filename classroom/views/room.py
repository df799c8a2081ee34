"""The page of a class's own room, for guests by their personal link and for staff by their login."""

import json
from pathlib import Path
from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classroom.late_words import way_of_answers
from classroom.models import RoomPicture, RoomSlide, RoomVoice
from classroom.models.room import MESSAGE_LENGTH, NICKNAME_LENGTH
from classroom.room_access import guest_of
from classroom.room_stage import stage_number_of, stage_of
from classroom.selectors import in_language, is_on
from classroom.services.join_tokens import issue_join_token
from classroom.services.room_entry import HostsName, enter_room, staff_name
from classroom.services.room_moderation import SLOW_S
from classroom.services.room_stage import CAPTION_LENGTH
from classroom.services.room_votes import votes_of
from classroom.views.room_door import OutOfRoom, kept_private, seat_at_door, with_microphone
from classroom.voice_clips import LONGEST_S
from cms.media import sandboxed
from cms.played import in_ranges

FRESH_S = 24 * 3600
_NO_NAME = gettext_lazy("There is nothing to read in this name. Give one with letters.")
_HOSTS_NAME = gettext_lazy(
    "This looks like the name of somebody who holds the room. Choose another, so that nobody takes you for them."
)
#: What somebody recorded is listened to in the page before it is sent.
POLICY = {"media-src": ["'self'", "blob:"]}
Answer = TypeVar("Answer", bound=HttpResponseBase)


@never_cache
@require_safe
def show_room(request: HttpRequest, class_id: int) -> HttpResponse:
    """Slide, talk and reply; whoever has no name here yet is asked for one first."""
    try:
        seat = seat_at_door(request, class_id, request.GET.get("place", ""))
    except OutOfRoom:
        return kept_private(render(request, "classroom/room_out.html", status=403))
    guest = guest_of(seat)
    nickname = guest.nickname if guest else staff_name(seat.user) if seat.user else ""
    itself = seat.live_class
    stage_number = stage_number_of(seat.room)  # first: what is chosen meanwhile is news
    stage = stage_of(seat.room)
    context = {
        "seat": seat,
        "stage": stage,
        "stage_number": stage_number,
        "guest": guest,
        "nickname": nickname,
        "live_class": itself,
        "shown": in_language(itself, request.LANGUAGE_CODE),
        "token": issue_join_token(seat.place) if seat.place else "",
        "is_on": is_on(itself),
        "slides": list(seat.room.slides.all()) if seat.is_host else [],
        "votes": json.dumps(votes_of(guest)),
        "late": way_of_answers(seat.place.person) if seat.place else "",
        "paces": [(seconds, _pace(seconds)) for seconds in SLOW_S],
        "longest": MESSAGE_LENGTH,
        "longest_clip_s": LONGEST_S,
        "longest_caption": CAPTION_LENGTH,
        "longest_name": NICKNAME_LENGTH,
    }
    name = "classroom/room.html" if nickname else "classroom/room_name.html"
    response = with_microphone(kept_private(render(request, name, context)))
    response._csp_update = {**POLICY, **stage.policy}  # type: ignore[attr-defined]  django-csp's own hook
    return response


@never_cache
@require_POST
def choose_name(request: HttpRequest, class_id: int) -> HttpResponse:
    """Be called that in the room, and go in; or hear why not, and choose another name."""
    token = request.POST.get("place", "")
    query = f"?place={token}" if token else ""
    back = kept_private(redirect(f"{reverse('room', args=[class_id])}{query}"))
    nickname = request.POST.get("nickname", "")
    try:
        seat = seat_at_door(request, class_id, token)
        problem = "" if enter_room(seat=seat, nickname=nickname) else _NO_NAME
    except OutOfRoom:
        return back  # the page they come to says so
    except HostsName:
        problem = _HOSTS_NAME
    if not problem:
        return back
    context = {
        "live_class": seat.live_class,
        "shown": in_language(seat.live_class, request.LANGUAGE_CODE),
        "token": token,
        "longest_name": NICKNAME_LENGTH,
        "typed": nickname[:NICKNAME_LENGTH],
        "problem": problem,
    }
    return kept_private(render(request, "classroom/room_name.html", context, status=422))


@require_safe
def slide_file(request: HttpRequest, name: str) -> HttpResponse:
    """One slide, for who knows its name, which cannot be guessed and is told in the room alone."""
    return _file_of(RoomSlide.objects.filter(file=f"slides/{name}").first())


@require_safe
def picture_file(request: HttpRequest, name: str) -> HttpResponse:
    """One picture of the talk, for who knows its name; gone when it was removed there."""
    return _file_of(RoomPicture.objects.filter(file=f"room-pictures/{name}").first())


@require_safe
def voice_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """One voice clip, whole or a range, for who knows its name; gone when it was removed."""
    row = RoomVoice.objects.filter(file=f"room-voices/{name}").first()
    if row is None:
        raise Http404
    try:
        response = in_ranges(request, Path(row.file.path), kind="audio/mp4")
    except FileNotFoundError:
        raise Http404 from None
    return _of_the_room(response)


def _file_of(row: RoomSlide | RoomPicture | None) -> HttpResponse:
    if row is None:
        raise Http404
    try:
        with row.file.open("rb") as file:
            response = HttpResponse(file.read(), content_type="image/webp")
    except FileNotFoundError:
        raise Http404 from None
    return _of_the_room(response)


def _of_the_room(response: Answer) -> Answer:
    response["Cache-Control"] = f"private, max-age={FRESH_S}"
    response["X-Robots-Tag"] = "noindex"
    return sandboxed(response)


def _pace(seconds: int) -> str:
    if not seconds:
        return gettext("As often as they like")
    return gettext("Once in %(number)d seconds") % {"number": seconds}
