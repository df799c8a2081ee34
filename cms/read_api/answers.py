"""The version as ETag, and whole answers kept in this process while the version holds.

Kept are answers to requests that carry no session and no token: everybody without them gets the
same. Who is signed in gets an answer of their own, which nobody keeps.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.translation import override

from cms.content_version import content_version

KEPT_BYTES = 24 * 1024 * 1024
LONGEST_KEPT = 2 * 1024 * 1024
PUBLIC = "public, no-cache"
PRIVATE = "private, no-store"
VARY = ("Cookie", "Authorization")

View = Callable[..., HttpResponse]


class Shelf:
    """Answers of one content version, by what was asked; the longest unused go first."""

    def __init__(self, *, most_bytes: int = KEPT_BYTES) -> None:
        self._lock = threading.Lock()
        self._version = ""
        self._bodies: OrderedDict[str, tuple[bytes, dict[str, str]]] = OrderedDict()
        self._bytes = 0
        self._most_bytes = most_bytes

    def get(self, version: str, key: str) -> tuple[bytes, dict[str, str]] | None:
        """The kept answer, None where there is none of this version."""
        with self._lock:
            if version != self._version or key not in self._bodies:
                return None
            self._bodies.move_to_end(key)
            return self._bodies[key]

    def put(self, version: str, key: str, body: bytes, headers: dict[str, str]) -> None:
        """Keep an answer; those of another version are forgotten."""
        if len(body) > LONGEST_KEPT:
            return
        with self._lock:
            if version != self._version:
                self._version, self._bytes = version, 0
                self._bodies.clear()
            if key not in self._bodies:
                self._bodies[key] = (body, headers)
                self._bytes += len(body) + len(key)
            while self._bytes > self._most_bytes:
                old, (gone, _) = self._bodies.popitem(last=False)
                self._bytes -= len(gone) + len(old)


shelf = Shelf()


def kept_while_version_holds(view: View) -> View:
    """Answer GET and HEAD from what is kept, with 304 where the reader has it already."""

    @wraps(view)
    def answer(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or _is_personal(request):
            response = made(request, *args, **kwargs)
            response["Cache-Control"] = PRIVATE
            return _varying(response)
        return _varying(_public(request, made, args, kwargs))

    def made(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        # Nothing in an answer may depend on the language the browser prefers.
        with override(settings.LANGUAGE_CODE):
            response = view(request, *args, **kwargs)
            return response.render() if hasattr(response, "render") else response

    return answer


def _public(request: HttpRequest, view: View, args: tuple, kwargs: dict) -> HttpResponse:
    version = content_version()
    request.content_version = version  # type: ignore[attr-defined]  # for the view, so that it need not ask again
    if not version or _is_random(request):
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response
    key = f"{request.get_host()} {request.path}?{request.META.get('QUERY_STRING', '')}"
    tag = f'W/"{version}-{_digest(key)}"'
    if _has(request, tag):
        return _tagged(HttpResponseNotModified(), tag)
    kept = shelf.get(version, key)
    if kept is not None:
        body, headers = kept
        return _tagged(HttpResponse(body, headers=headers), tag)
    response = view(request, *args, **kwargs)
    if response.status_code != 200 or response.headers.get("Cache-Control") == "no-store":
        response["Cache-Control"] = "no-store"
        return response
    # HEAD has its body taken off by the server, so what is kept is whole.
    headers = {
        name: response.headers[name]
        for name in ("Content-Type", "Content-Language")
        if name in response.headers
    }
    shelf.put(version, key, response.content, headers)
    return _tagged(response, tag)


def _is_personal(request: HttpRequest) -> bool:
    """Tell whether the answer may depend on who asks."""
    if "Authorization" in request.headers:
        return True
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated


def _is_random(request: HttpRequest) -> bool:
    """Tell whether each answer is another; parameters are taken apart only where they might say so."""
    query = request.META.get("QUERY_STRING", "")
    return ("random" in query or "%" in query) and request.GET.get("order") == "random"


def _digest(key: str) -> str:
    return hashlib.blake2b(key.encode(), digest_size=6).hexdigest()


def _has(request: HttpRequest, tag: str) -> bool:
    """Tell whether the reader holds the answer of that tag; weak and strong tags count alike."""
    given = request.headers.get("If-None-Match")
    if not given:
        return False
    mine = tag.removeprefix("W/")
    return given.strip() == "*" or any(
        part.strip().removeprefix("W/") == mine for part in given.split(",")
    )


def _tagged(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = tag
    response["Cache-Control"] = PUBLIC
    return response


def _varying(response: HttpResponse) -> HttpResponse:
    if "Vary" in response.headers:
        patch_vary_headers(response, VARY)
    else:
        response.headers["Vary"] = ", ".join(VARY)
    return response
