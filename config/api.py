"""Puts the API v1 together: routers of each package, and errors as problem details (RFC 9457)."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from classroom.api import router as classroom_router
from classroom.learning_api import router as learning_router
from classroom.questionnaire_api import router as questionnaire_router
from classroom.rehearsal_api import router as rehearsal_router
from classroom.replay_api import router as replay_router
from classroom.room_api import router as room_router
from classroom.room_pieces_api import router as room_pieces_router
from classroom.room_talk_api import router as room_talk_router
from classroom.room_voice_api import router as room_voice_router
from classroom.series_api import router as series_router
from classroom.stage_api import router as stage_router
from cms.branch_api import router as branch_router
from leads.export_api import router as exports_router
from leads.list_api import router as leads_router  # with what leads.api reads
from leads.people_api import router as work_router
from leads.webhook_api import router as webhook_router
from people.api import router as people_router
from people.sign_in_api import router as sign_in_router
from tracking.api import router as tracking_router

api = NinjaAPI(
    title="Wellread",
    version="1.0",
    description="Content, classes, tracking and leads of one clinic. Errors are problem details.",
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
)
api.add_router("", people_router, tags=["people"])
api.add_router("", sign_in_router, tags=["people"])
api.add_router("", tracking_router, tags=["tracking"])
api.add_router("", classroom_router, tags=["classroom"])
api.add_router("", room_router, tags=["room"])
api.add_router("", room_pieces_router, tags=["room"])
api.add_router("", room_talk_router, tags=["room"])
api.add_router("", room_voice_router, tags=["room"])
api.add_router("", replay_router, tags=["room"])
api.add_router("", stage_router, tags=["room"])
api.add_router("", rehearsal_router, tags=["room"])
api.add_router("", questionnaire_router, tags=["classroom"])
api.add_router("", series_router, tags=["classroom"])
api.add_router("", learning_router, tags=["learning"])
api.add_router("", branch_router, tags=["clinic"])
api.add_router("", leads_router, tags=["leads"])
api.add_router("", exports_router, tags=["leads"])
api.add_router("", webhook_router, tags=["webhooks"])
api.add_router("", work_router, tags=["leads"])


def problem(status: int, *, detail: str = "", **members) -> HttpResponse:
    """Return a problem details answer of that status."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail:
        body["detail"] = detail
    return JsonResponse({**body, **members}, status=status, content_type="application/problem+json")


@api.exception_handler(AuthenticationError)
def answer_unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """Say that a valid token or session is needed."""
    response = problem(401, detail="Send a valid token or sign in.")
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(ValidationError)
def answer_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name each field that is wrong, without repeating what was sent."""
    errors = [
        {"at": "/".join(str(part) for part in item["loc"]), "problem": item["msg"]}
        for item in error.errors
    ]
    return problem(422, detail="The request does not have the expected shape.", errors=errors)


@api.exception_handler(HttpError)
def answer_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Turn a raised status into problem details.

    `members` of the error are added; its `retry_after_s` becomes a header.
    """
    response = problem(error.status_code, detail=error.message, **getattr(error, "members", {}))
    if hasattr(error, "retry_after_s"):
        response["Retry-After"] = str(error.retry_after_s)
    return response


@api.exception_handler(Http404)
def answer_not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    """Say the same of what does not exist and of what is somebody else's."""
    return problem(404)


@csrf_exempt  # it does nothing, and its answer must not depend on a cookie
def answer_unknown_address(request: HttpRequest) -> HttpResponse:
    """Say so of an address the API does not have, before Django looks for one with a slash."""
    return problem(404, detail="The API has no such address.")
