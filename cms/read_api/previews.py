"""A draft as the read API would show it, for whoever holds its token; nobody may keep the answer."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from wagtail.api.v2.utils import BadRequestError
from wagtail.models import Page

from cms.access import Doors
from cms.read_api.batch import Batch
from cms.read_api.frame import current_frame
from cms.read_api.plans import plan_for
from cms.read_api.views import answer
from cms.services.previews import NoPreview, page_of_preview
from outbox.problems import problem

OPEN = Doors(unknown=(), locked=(), guarded=())


class PreviewEndpoint:
    """`page_preview/?token=`, in the form in which Wagtail's router takes endpoints."""

    model = type("NoModel", (), {})  # it stands for no model, so nothing links here

    @classmethod
    def get_urlpatterns(cls) -> list:
        return [path("", page_preview, name="listing")]


def page_preview(request: HttpRequest) -> HttpResponse:
    """The draft of a token, with `fields=` as elsewhere; 404 for a token that is not good any more."""
    if request.method not in ("GET", "HEAD"):
        refused = problem(405, detail="A preview is only read.")
        refused["Allow"] = "GET, HEAD"
        return refused
    try:
        page = page_of_preview(request.GET.get("token", ""))
        plan = plan_for(type(page), request.GET.get("fields"), default=None)
    except NoPreview:
        return problem(404, detail="This preview has ended. Open it again from the editor.")
    except BadRequestError as error:
        return problem(400, detail=str(error))
    response = answer(shown_draft(page, plan), complete=False)
    response["X-Robots-Tag"] = "noindex"
    return response


def shown_draft(page: Page, plan) -> dict:
    """The draft as the read API shows pages; its own lists come from memory, not from tables."""
    frame = current_frame()
    frame.know_language(page)
    site = next((site for site in frame.sites if site.is_default), None)
    batch = Batch(frame=frame, site=site, doors=OPEN, draft=True)
    return plan.run([page], batch)[0]
