"""The language of the reader: where the bare address leads, switching, and what is not translated."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, translate_url
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, override
from django.views.decorators.http import require_safe
from wagtail.models import Locale, Page
from wagtail.views import serve

from cms.kept_answers import keeps_answers
from cms.languages import language_to_begin_in, site_language
from cms.models import HomePage
from cms.presentation import related_pieces, topics_by_page

show_page = keeps_answers(serve)

CHOICE_AGE_S = 365 * 24 * 3600


def front_page(request: HttpRequest) -> HttpResponse:
    """The front page of the address's language; the bare address may lead to the reader's own."""
    if get_language() != settings.LANGUAGE_CODE:
        return show_page(request, "")
    language = language_to_begin_in(request)
    if language != settings.LANGUAGE_CODE and _has_front_page(language):
        query = request.META.get("QUERY_STRING", "")
        address = translate_url("/", language)
        response: HttpResponse = HttpResponseRedirect(f"{address}?{query}" if query else address)
    else:
        response = show_page(request, "")
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    if request.headers.get("Referer"):
        # The answer hung on where the reader came from, which no shared cache looks at.
        response["Cache-Control"] = "private"
    return response


def _has_front_page(language: str) -> bool:
    return HomePage.objects.live().filter(locale__language_code=language).exists()


@require_safe
def switch_language(request: HttpRequest, code: str) -> HttpResponse:
    """Lead to the other language and remember the choice; the only place that sets its cookie.

    `page` is the id of the page whose twin is wanted, `to` a path of this site. Without a live twin
    nothing is remembered: the answer says that the page is not translated, and what there is.
    """
    language = site_language(code)
    if language is None:
        raise Http404
    given = request.GET.get("page", "")
    if given:
        page = Page.objects.live().public().filter(pk=given).first() if given.isdecimal() else None
        if page is None:
            raise Http404
        twin = page.get_translations(inclusive=True).live().public()
        found = twin.filter(locale__language_code=language).first()
        if found is None:
            return show_untranslated(request, page=page.specific, language=language)
        address = found.get_url(request)
    else:
        address = _safe_path(request.GET.get("to", "")) or translate_url("/", language)
    response = HttpResponseRedirect(address)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=CHOICE_AGE_S,
        samesite="Lax",
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
    )
    response["Cache-Control"] = "no-store"
    return response


def _safe_path(path: str) -> str:
    """The path where it stays on this site, else nothing."""
    inside = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if inside and not path.startswith("/language/") else ""


def show_untranslated(request: HttpRequest, *, page: Page, language: str) -> HttpResponse:
    """Say in the wanted language that the page is not in it yet, and offer what is."""
    switch = reverse("switch_language", args=[language])
    with override(language):
        topics = topics_by_page([page.pk]).get(page.pk, [])
        locale = Locale.objects.get_for_language(language)
        context = {
            "untranslated": page,
            "twins": {page.locale.language_code: page},  # the switch of the frame leads back to it
            "home_url": f"{switch}?to={reverse('front_page')}",
            "related": related_pieces(page, topics, locale_id=locale.pk) if topics else [],
            "shown_topics": topics,
        }
        response = render(request, "cms/not_translated.html", context)
    response["Content-Language"] = language
    return response
