"""Admin screens of how pieces are read."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cms.admin.sharing_hooks import is_offered
from cms.presentation import form_names
from tracking import drawing
from tracking.selectors.curves import (
    attention_of,
    expected_s_of,
    greatest_drop,
    reading_curve,
)
from tracking.selectors.readers import (
    may_see_readers,
    pieces_of,
    readers_of,
    window_days,
)
from tracking.selectors.statistics import page_statistics

PIECES_A_PAGE = 25


def list_readers(request: HttpRequest) -> HttpResponse:
    """The pieces of the one who asks, each with its last 30 days."""
    if not may_see_readers(request.user):
        raise Http404
    page = Paginator(pieces_of(request.user), PIECES_A_PAGE).get_page(request.GET.get("p"))
    rows = readers_of(list(page.object_list), today=timezone.now().date())
    context = {
        "page": page,
        "rows": [{"piece": row, "bars": drawing.sparkline(row.days)} for row in rows],
        **_header(_("Readers")),
    }
    return TemplateResponse(request, "tracking/admin/readers.html", context)


def show_piece(request: HttpRequest, page_id: int) -> HttpResponse:
    """One piece: how far readers came, from where, on what; 404 for somebody else's."""
    if not may_see_readers(request.user):
        raise Http404
    page = get_object_or_404(pieces_of(request.user), pk=page_id).specific
    days = window_days(timezone.now().date())
    statistics = page_statistics(page.pk, days[0])
    curve = reading_curve(statistics)
    panels = getattr(page, "panels_in_order", ())
    context = {
        "piece": page,
        "form": form_names.get(type(page), _("Article")),
        "may_share": is_offered(page),
        "may_edit": page.permissions_for_user(request.user).can_edit(),
        "statistics": statistics,
        "acts": drawing.acts(statistics),
        "time": drawing.time_of(statistics, expected_s=expected_s_of(page.pk)),
        "days": drawing.days(statistics, days=days),
        "curve": drawing.curve(curve),
        "stops": drawing.stops(greatest_drop(curve)),
        "panels": drawing.panels(
            panels, attention=attention_of([one.id for one in panels], statistics=statistics)
        ),
        "gone": len(statistics.of("panel").keys() - {one.id for one in panels}),
        "sources": drawing.sources(statistics),
        "robots": statistics.of("bot").get(""),
        **_header(page.title, {"url": reverse("piece_readers"), "label": _("Readers")}),
    }
    return TemplateResponse(request, "tracking/admin/piece.html", context)


def _header(title: str, *above: dict) -> dict:
    """What Wagtail's own header of a screen asks for."""
    home = {"url": reverse("wagtailadmin_home"), "label": _("Home")}
    return {
        "header_title": title,
        "header_icon": "view",
        "breadcrumbs_items": [home, *above, {"url": "", "label": title}],
    }
