"""Serves static files whole, words the API's errors, relaxes the admin's content security policy.

The admin's own pages carry inline scripts; no page of the site does.
"""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_INLINE
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

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


class AdminContentSecurityMiddleware:
    """Replaces the policy of addresses under /admin/; all other addresses keep the strict one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_replace = ADMIN_POLICY  # django-csp's own hook for one response
        return response
