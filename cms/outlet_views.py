"""Short links, QR codes and handouts of pieces, for everybody; they read and never write."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cms.models import PiecePage, ShortLink
from cms.models.patients import ConsentScope
from cms.outlets.codes import qr_file, qr_svg
from cms.outlets.pieces import (
    campaign_address,
    facts_of,
    keep_to_scope,
    may_leave,
    panels_of,
    reviewed_by,
    shareable_piece,
    short_address,
    without_scheme,
)
from cms.presentation import fetch_renditions, pictures_in

CODE_FRESH_S = 3600


@require_safe
def short_link(request: HttpRequest, code: str) -> HttpResponse:
    """Lead to the page in its own language; 404 with kind words where it is down."""
    link = ShortLink.objects.filter(code=code.lower()).select_related("page").first()
    piece = link.page.specific if link else None
    if link is None or not isinstance(piece, PiecePage) or not may_leave(piece):
        language = link.page.locale.language_code if link else translation.get_language()
        with translation.override(language):
            response = render(request, "cms/outlets/link_gone.html", status=404)
    else:
        response = redirect(campaign_address(piece, link.campaign))
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def page_code(request: HttpRequest, page_id: int) -> HttpResponse:
    """A QR code of a live piece as a PNG, to be kept by a long press."""
    piece = _piece(page_id)
    response = HttpResponse(
        qr_file(campaign_address(piece, "reader-code"), kind="png", scale=8),
        content_type="image/png",
    )
    response["Cache-Control"] = f"public, max-age={CODE_FRESH_S}"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def handout(request: HttpRequest, page_id: int) -> HttpResponse:
    """A piece for paper, in its own language whatever the address says."""
    piece = _piece(page_id)
    language = piece.locale.language_code
    if translation.get_language() != language:
        with translation.override(language):
            return redirect("handout", page_id)
    link = ShortLink.objects.filter(page_id=piece.pk, campaign="handout").first()
    address = short_address(link) if link else campaign_address(piece, "handout")
    keep_to_scope(pictures_in(piece), ConsentScope.PRINT)
    fetch_renditions(pictures_in(piece))
    context = {
        "page": piece,
        "facts": facts_of(piece),
        "panels": panels_of(piece, scope=ConsentScope.PRINT, width=800),
        "reviewed_by": reviewed_by(piece),
        "large": request.GET.get("type") == "large",
        "address": without_scheme(short_address(link) if link else piece.full_url or ""),
        "code": qr_svg(address, title=_("QR code of this page")),
    }
    response = render(request, "cms/outlets/handout.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def _piece(page_id: int) -> PiecePage:
    piece = shareable_piece(page_id)
    if piece is None:
        raise Http404
    return piece
