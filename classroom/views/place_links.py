"""Leads from the short link of a text to the page it stands for; it reads and never writes."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classroom.models import Registration, Telling
from classroom.selectors import in_language
from classroom.services.join_tokens import issue_join_token
from classroom.services.place_links import BadPlaceCode, read_place_code
from classroom.services.questionnaire_tokens import issue_questionnaire_token
from people.throttle import Throttled, count_request

AN_ADDRESS_A_MINUTE = 60
IN_ALL_A_MINUTE = 6_000


@never_cache
@require_safe
def open_place_link(request: HttpRequest, code: str) -> HttpResponse:
    """Lead on in the person's language; 404 with kind words for a code that opens nothing, 429."""
    response = _opened(request, code)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    # Django would write the address of an error into the log, and a code in it is a secret.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _opened(request: HttpRequest, code: str) -> HttpResponse:
    try:
        count_request(
            request, name="place_link", an_address=AN_ADDRESS_A_MINUTE, in_all=IN_ALL_A_MINUTE
        )
    except Throttled as throttled:
        words = _("That was a lot at once. Open the link again in a minute.")
        later = HttpResponse(words, status=429, content_type="text/plain; charset=utf-8")
        later["Retry-After"] = str(throttled.retry_after_s)
        return later
    try:
        registration, kind = read_place_code(code)
    except BadPlaceCode:
        return render(request, "classroom/join_gone.html", status=404)
    return redirect(_target(registration, kind))


def _target(registration: Registration, kind: str) -> str:
    language = registration.person.language or registration.live_class.locale.language_code
    if kind == Telling.Link.CLASS:
        return in_language(registration.live_class, language).url or "/"
    asks = kind == Telling.Link.QUESTIONS
    token = issue_questionnaire_token if asks else issue_join_token
    with translation.override(language):
        path = reverse("class_questionnaire" if asks else "join_class")
    return f"{path}?{urlencode({'place': token(registration)})}"
