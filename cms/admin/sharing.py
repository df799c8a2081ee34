"""The admin screens by which a live piece leaves the site: links, codes, poster, picture, HTML."""

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cms.models import PiecePage
from cms.models.patients import ConsentScope
from cms.outlets.account import account_text, plain_text
from cms.outlets.codes import qr_file, qr_svg
from cms.outlets.pieces import (
    facts_of,
    panels_of,
    reviewed_by,
    shareable_piece,
    short_address,
    shown_picture,
    without_scheme,
)
from cms.presentation import fetch_renditions, pictures_in
from cms.services.short_links import clean_campaign, ensure_short_link

CODE_TYPES = {"png": "image/png", "svg": "image/svg+xml"}
PAPERS = ("a4", "a3")
MOST_PANELS = 24  # beyond, a picture is longer than messengers and canvases take


@require_safe
def share(request: HttpRequest, page_id: int) -> HttpResponse:
    """Every form of one live piece. Makes its short links where they are missing."""
    piece = _piece(page_id)
    label = clean_campaign(request.GET.get("label", ""))
    links = {
        channel: short_address(ensure_short_link(page=piece, campaign=campaign))
        for channel, campaign in campaigns(label).items()
    }
    with translation.override(piece.locale.language_code):
        text = account_text(piece)
        handout = reverse("handout", args=[piece.pk])
    context = {
        "piece": piece,
        "label": label,
        "links": links,
        "shown_link": without_scheme(links["link"]),
        "code": qr_svg(links["link"]),
        "handout": handout,
        "text": text,
        "plain": plain_text(text.html),
        "header_title": _("Share: %(title)s") % {"title": piece.title},
        "header_icon": "upload",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {
                "url": reverse("wagtailadmin_explore", args=[piece.get_parent().pk]),
                "label": _("Pages"),
            },
            {"url": "", "label": _("Share: %(title)s") % {"title": piece.title}},
        ],
    }
    return TemplateResponse(request, "cms/admin/share.html", context)


@require_safe
def poster(request: HttpRequest, page_id: int) -> HttpResponse:
    """A sheet for the wall, A4 or A3, in the piece's language."""
    piece = _piece(page_id)
    paper = request.GET.get("paper", "a4")
    if paper not in PAPERS:
        raise Http404
    address = _address(request, piece, "poster")
    with translation.override(piece.locale.language_code):
        context = {
            **_frame(piece, address),
            "paper": paper,
            "picture": shown_picture(piece.cover, scope=ConsentScope.PRINT, width=1600),
        }
        return TemplateResponse(request, "cms/outlets/poster.html", context).render()


@require_safe
def long_picture(request: HttpRequest, page_id: int) -> HttpResponse:
    """What the script draws as one long picture, 750 pixels wide, in the piece's language."""
    piece = _piece(page_id)
    address = _address(request, piece, "long-picture")
    fetch_renditions([*pictures_in(piece), piece.cover])
    with translation.override(piece.locale.language_code):
        panels = panels_of(piece, scope=ConsentScope.SOCIAL, width=750)
        context = {
            **_frame(piece, address),
            "picture": None
            if panels
            else shown_picture(piece.cover, scope=ConsentScope.SOCIAL, width=750),
            "panels": panels[:MOST_PANELS],
            "more_panels": len(panels) > MOST_PANELS,
        }
        return TemplateResponse(request, "cms/outlets/long_picture.html", context).render()


@require_safe
def code_file(request: HttpRequest, page_id: int, kind: str) -> HttpResponse:
    """The QR code of the short link as a file to keep."""
    if kind not in CODE_TYPES:
        raise Http404
    piece = _piece(page_id)
    content = qr_file(_address(request, piece, "code"), kind=kind, scale=24)
    response = HttpResponse(content, content_type=CODE_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{piece.slug}-qr.{kind}"'
    return response


def campaigns(label: str) -> dict[str, str]:
    """The campaign of each way out; a label of one's own stands before the way's name."""
    ways = {
        "link": "",
        "code": "code",
        "poster": "poster",
        "handout": "handout",
        "long-picture": "long-picture",
        "account": "official-account",
    }
    if not label:
        return ways
    return {
        way: clean_campaign(f"{label[:40]}-{name}" if name else label) for way, name in ways.items()
    }


def _address(request: HttpRequest, piece: PiecePage, channel: str) -> str:
    label = clean_campaign(request.GET.get("label", ""))
    return short_address(ensure_short_link(page=piece, campaign=campaigns(label)[channel]))


def _frame(piece: PiecePage, address: str) -> dict:
    """What poster and long picture share; in the language of the moment."""
    return {
        "page": piece,
        "facts": facts_of(piece),
        "reviewed_by": reviewed_by(piece),
        "address": without_scheme(address),
        "code": qr_svg(address, title=_("QR code of this page")),
    }


def _piece(page_id: int) -> PiecePage:
    piece = shareable_piece(page_id)
    if piece is None:
        raise Http404
    return piece
