"""Keeps whole pages in this process's memory for readers without a session, while the content stands.

What is kept is found under the content version, so a change shows at once; what hangs on the clock
alone (which class is next, a review past its date) shows within half a minute.
"""

import hashlib
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from cms.content_version import content_version
from cms.models import ArticlePage, ClinicianPage, ComicPage, HomePage, IndexPage

FRESH_S = 30
#: The same for every reader who is not signed in. Courses and classes have doors and places.
KEPT_TYPES = (HomePage, IndexPage, ArticlePage, ComicPage, ClinicianPage)
#: Where a link was found; no page shows anything else for it.
MARKS_OF_LINKS = frozenset(
    {
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_content",
        "utm_term",
        "from",
        "isappinstalled",
    }
)
View = Callable[..., HttpResponse]


def keeps_answers(view: View) -> View:
    """A view whose pages are kept for whoever comes without cookies; it changes nothing else."""

    @wraps(view)
    def answer(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        key = key_of(request)
        if key is None:
            return view(request, *args, **kwargs)
        kept = caches["pages"].get(key)
        if kept is None:
            response = view(request, *args, **kwargs)
            if hasattr(response, "render"):
                response = response.render()
            if may_be_kept(request, response):
                caches["pages"].set(key, response.content, FRESH_S)
        else:
            response = HttpResponse(kept)
        patch_vary_headers(response, ["Cookie"])
        return response

    return answer


def key_of(request: HttpRequest) -> str | None:
    """Under what the answer is kept, or None where it might not be everybody's."""
    if request.method != "GET" or set(request.COOKIES) - {settings.LANGUAGE_COOKIE_NAME}:
        return None
    if "Authorization" in request.headers or set(request.GET) - MARKS_OF_LINKS - {"leaf"}:
        return None
    version = content_version()
    if not version:
        return None
    parts = (
        version, request.scheme, request.get_host(), get_language(), request.path,
        request.GET.get("leaf", ""),
    )  # fmt: skip
    return hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the answer is a page that everybody gets: no cookie, no token, no preview."""
    page = (getattr(response, "context_data", None) or {}).get("page")
    return (
        response.status_code == 200
        and not response.cookies
        and "CSRF_COOKIE" not in request.META
        and not getattr(request, "is_preview", False)
        and (page is None or isinstance(page, KEPT_TYPES))
    )
