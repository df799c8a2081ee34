"""Shows the editor a draft in the clinic's own front end, where HEADLESS_PREVIEW_URL names one."""

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from wagtail.models import Page

from cms.services.previews import keep_preview

MODE = "front-end"


def has_front_end() -> bool:
    """Tell whether there is a front end beside the reference site."""
    return bool(settings.HEADLESS_PREVIEW_URL)


def front_end_frame(request: HttpRequest, page: Page) -> HttpResponse:
    """A page that holds the front end in a frame, with a token for this draft; not to be kept."""
    address = settings.HEADLESS_PREVIEW_URL
    token = keep_preview(page=page, user=request.user)  # type: ignore[arg-type]
    told = {
        "token": token,
        "type": f"{page._meta.app_label}.{type(page).__name__}",
        "language": page.locale.language_code,
    }
    joint = "&" if urlsplit(address).query else "?"
    response = render(
        request,
        "cms/admin/front_end_preview.html",
        {"address": f"{address}{joint}{urlencode(told)}", "page": page},
    )
    parts = urlsplit(address)
    response._csp_update = {"frame-src": [f"{parts.scheme}://{parts.netloc}"]}  # type: ignore[attr-defined]
    response["Cache-Control"] = "private, no-store"
    return response
