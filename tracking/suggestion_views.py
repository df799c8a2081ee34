"""Suggestions for one reader: the part of their own page, its switch, and which kind they get."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST
from wagtail.models import Locale

from people.api import objects_to_profiling
from people.models import Person, Visitor
from people.selectors import person_of_user
from tracking.models import Profile, SignalKind
from tracking.selectors.interests import profile_of
from tracking.selectors.suggestions import Suggestion, next_for, popular
from tracking.services.wishes import want_suggestions


def suggestions_section(
    request: HttpRequest, person: Person | None, visitor: Visitor | None
) -> tuple[str, dict] | None:
    """The section of the page /me/: what to read or attend next, each with its reason."""
    if person is None:
        return None
    wanted = person.wants_suggestions
    profile = None if objects_to_profiling(request) else profile_of(person=person)
    found = suggestions_of(profile, locale=Locale.get_active()) if wanted else []
    return "tracking/me_suggestions.html", {
        "wanted": wanted,
        "suggestions": [{"page": one.page, "why": why(one)} for one in found],
        "are_own": any(one.topic for one in found),
    }


def suggestions_of(profile: Profile | None, *, locale: Locale) -> list[Suggestion]:
    """What comes of the reader's own tags; what is popular where there is no profile to go by."""
    if profile is None:
        return popular(locale_id=locale.pk)
    return next_for(profile=profile, locale_id=locale.pk)


def why(suggestion: Suggestion) -> str:
    """The reason in plain words; empty for what is merely popular."""
    if suggestion.topic is None:
        return ""
    line = suggestion.because
    if line is not None and line.page_id is not None and line.title:
        words = {"title": line.title, "topic": suggestion.topic}
        if line.kind == SignalKind.READING:
            return gettext("Because you read “%(title)s”, which is about %(topic)s.") % words
        if line.kind == SignalKind.ATTENDANCE:
            return gettext("Because you attended “%(title)s”, which is about %(topic)s.") % words
    return gettext("Because %(topic)s interests you.") % {"topic": suggestion.topic}


@login_required
@require_POST
def switch_suggestions(request: HttpRequest) -> HttpResponse:
    """Turn suggestions off or on, as the button says."""
    person = person_of_user(request.user.pk)
    wish = request.POST.get("wish", "")
    if person is not None and wish in ("on", "off"):
        want_suggestions(person=person, wanted=wish == "on")
    return redirect("me")
