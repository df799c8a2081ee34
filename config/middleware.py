"""Serves static files whole, compresses pages, takes the language from the address.

It also words the API's errors, shuts the microphone off for pages that record nothing, and relaxes the
admin's content security policy: the admin's own
pages carry inline scripts; no page of the site does.
"""

from collections.abc import Callable

import brotli
from csp.constants import SELF, UNSAFE_INLINE
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from cms.languages import preferred_language
from outbox.problems import problem

ADMIN_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "frame-ancestors": [SELF],
}


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise with whole answers: under ASGI Django reads a streamed file into memory anyway."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        body = b""
        if found.file is not None:
            with found.file as file:
                body = file.read()
        response = HttpResponse(body, status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response


class CompressionMiddleware(GZipMiddleware):
    """Compresses pages and feeds: brotli for everybody who reads without signing in.

    A page of somebody signed in may hold secrets beside words that came with the request, so it gets
    Django's gzip, which hides its length (BREACH). Streams and everything else pass as they are.
    """

    COMPRESSED = ("text/html", "application/xml", "application/atom+xml", "text/plain")
    LEAST_BYTES = 500
    QUALITY = 5

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        kind = response.headers.get("Content-Type", "").split(";")[0]
        if response.streaming or kind not in self.COMPRESSED:
            return response
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES or response.cookies
        if has_session or not self._takes_brotli(request):
            return super().process_response(request, response)
        patch_vary_headers(response, ("Accept-Encoding",))
        if response.has_header("Content-Encoding") or len(response.content) < self.LEAST_BYTES:
            return response
        response.content = brotli.compress(response.content, quality=self.QUALITY)
        response.headers["Content-Length"] = str(len(response.content))
        response.headers["Content-Encoding"] = "br"
        tag = response.headers.get("ETag", "")
        if tag.startswith('"'):
            response.headers["ETag"] = f"W/{tag}"
        return response

    @staticmethod
    def _takes_brotli(request: HttpRequest) -> bool:
        accepted = request.headers.get("Accept-Encoding", "").replace(" ", "").lower().split(",")
        return "br" in accepted


class AddressLanguageMiddleware(LocaleMiddleware):
    """The language of an address, which the address alone decides.

    So caches need not keep an answer for each Accept-Language, as Django would tell them; the front
    page, which may lead elsewhere, says so itself. The admin, which no cache keeps and whose addresses
    name no language, is spoken in the reader's, until they choose one for their login.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if request.path_info.startswith("/admin/"):
            translation.activate(preferred_language(request))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Content-Language", get_language() or settings.LANGUAGE_CODE)
        return response


class ApiProblemMiddleware:
    """Makes problem details of the API's errors that come as pages: 405, and what nobody caught.

    In development the page of an uncaught error stays, as it shows where it happened.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith("/api/v1/") or response.status_code < 400:
            return response
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if not is_page or (settings.DEBUG and response.status_code >= 500):
            return response
        worded = problem(response.status_code)
        if "Allow" in response:
            worded["Allow"] = response["Allow"]
        return worded


class MicrophoneMiddleware:
    """No page may use the microphone but those that say so: a room, and its rehearsal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", "microphone=()")
        return response


class AdminContentSecurityMiddleware:
    """Replaces the policy of addresses under /admin/; all other addresses keep the strict one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_replace = ADMIN_POLICY  # django-csp's own hook for one response
        return response
