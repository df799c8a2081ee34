"""One's own page of a class, opened by the personal link of the place and by nothing else."""

from datetime import datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classroom.after_class import questionnaire_url, replay_until, what_comes_next
from classroom.calendars import calendar_of
from classroom.emergency import emergency_number, sounds_urgent
from classroom.forms import PlaceForm
from classroom.late_words import words_about_late
from classroom.models import LiveClass, Question, Registration, Room
from classroom.replay_access import is_replayed, material_of, replay_ends_at
from classroom.selectors import DOORS_OPEN, classes_of_person, is_on
from classroom.services.feeds import BadFeed, person_of_feed
from classroom.services.join_tokens import (
    BadJoinToken,
    issue_join_token,
    registration_of_join_token,
)
from classroom.services.registration import cancel_registration, register_person
from people.selectors import current_clinic
from people.throttle import Throttled, count_request

AN_ADDRESS_A_MINUTE = 240
IN_ALL_A_MINUTE = 60_000


def _place(request: HttpRequest, token: str) -> Registration | None:
    try:
        count_request(request, name="join", an_address=AN_ADDRESS_A_MINUTE, in_all=IN_ALL_A_MINUTE)
    except Throttled:
        raise Http404 from None
    try:
        return registration_of_join_token(token)
    except BadJoinToken:
        return None


def _private(response: HttpResponse) -> HttpResponse:
    """The address is a secret: it goes to no other site, and to no search engine."""
    # With no-referrer a browser names no origin with the form either, and it would be refused.
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@never_cache
@require_safe
def join(request: HttpRequest) -> HttpResponse:
    """The class as its guest sees it: when, the way into the room, a question beforehand."""
    place = _place(request, request.GET.get("place", ""))
    if place is None:
        return _private(render(request, "classroom/join_gone.html", status=404))
    itself = place.live_class
    shown = (
        LiveClass.objects.filter(
            translation_key=itself.translation_key, locale__language_code=get_language()
        )
        .live()
        .first()
        or itself
    )
    now, start, end = timezone.now(), itself.starts_at, itself.ends_at
    assert start is not None and end is not None
    question = Question.objects.filter(registration=place).first()
    until = replay_until(itself)
    has_room = Room.objects.filter(live_class=itself).exists()
    context = {
        "place": place,
        "question": question,
        "token": issue_join_token(place),
        "live_class": itself,
        "shown": shown,
        "is_on": is_on(itself),
        "has_room": has_room,
        "room_replay_until": _room_replay_until(itself) if has_room else None,
        "is_over": now > end + DOORS_OPEN,
        "late": words_about_late(person=place.person, live_class=itself) if has_room else "",
        "replay_until": until.astimezone(itself.zone) if until else None,
        "questionnaire_url": questionnaire_url(place) if now > end else "",
        **(what_comes_next(shown) if now > end or itself.cancelled_at else {}),
        "opens_in_ms": max(0, int((start - DOORS_OPEN - now) / timedelta(milliseconds=1))),
        "children": list(place.children.all()),
        "notice": itself.notices.last(),
        "number": emergency_number(current_clinic().time_zone),
        "urgent": bool(question and sounds_urgent(question.text)),
    }
    return _private(render(request, "classroom/join.html", context))


def _room_replay_until(live_class: LiveClass) -> datetime | None:
    """Until when the room's replay may be seen; None where there is none now, or nothing in it."""
    until = replay_ends_at(live_class)
    if until is None or not is_replayed(live_class) or not material_of(live_class).length_ms:
        return None
    return until.astimezone(live_class.zone)


@require_POST
def ask_beforehand(request: HttpRequest) -> HttpResponse:
    """Take the question and the child that the form holds; nothing else of the place changes."""
    token = request.POST.get("place", "")
    place = _place(request, token)
    form = PlaceForm(request.POST)
    if place is not None and form.is_valid():
        register_person(
            live_class=place.live_class,
            person=place.person,
            question=form.cleaned_data["question"],
            children=form.children,
        )
    return _private(redirect(f"{request.path.removesuffix('question/')}?place={token}"))


@require_POST
def give_back(request: HttpRequest) -> HttpResponse:
    """Give the place back; the link is worth nothing afterwards."""
    place = _place(request, request.POST.get("place", ""))
    if place is not None:
        cancel_registration(live_class=place.live_class, person=place.person)
    return _private(render(request, "classroom/given_back.html", {"place": place}))


@never_cache
@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The classes of the person whose feed it is, for a calendar that comes back by itself."""
    try:
        person = person_of_feed(token)
    except BadFeed:
        raise Http404 from None
    content = calendar_of(classes_of_person(person))
    return _private(HttpResponse(content, content_type="text/calendar; charset=utf-8"))
