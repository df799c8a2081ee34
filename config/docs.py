"""The page of the API: open, served from our own static files, loading nothing from elsewhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

# Swagger UI sets inline styles while it draws; it runs no inline script.
_STYLE = {"style-src": ["'self'", "'unsafe-inline'"]}


@require_safe
def show_api_docs(request: HttpRequest) -> HttpResponse:
    """Show the OpenAPI document as a page."""
    response = render(request, "api_docs.html")
    response._csp_update = _STYLE  # type: ignore[attr-defined]  django-csp's own hook
    return response
