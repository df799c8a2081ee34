"""Makes problem details answers (RFC 9457) for views that are not part of the API object."""

from http import HTTPStatus

from django.http import HttpResponse, JsonResponse


def problem(status: int, *, detail: str = "", **members: object) -> HttpResponse:
    """Return a problem details answer of that status, with further members as given."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail:
        body["detail"] = detail
    return JsonResponse({**body, **members}, status=status, content_type="application/problem+json")
