"""Admin screens of how pieces are read."""

from collections.abc import Callable

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from tracking.selectors.readers import (
    WINDOW,
    PieceReaders,
    may_see_readers,
    pieces_of,
    readers_of,
)
from tracking.selectors.statistics import page_statistics

PIECES_A_PAGE = 25
BAR_WIDTH, BAR_HEIGHT = 4, 24


def list_readers(request: HttpRequest) -> HttpResponse:
    """The pieces of the one who asks, each with its last 30 days."""
    if not may_see_readers(request.user):
        raise Http404
    page = Paginator(pieces_of(request.user), PIECES_A_PAGE).get_page(request.GET.get("p"))
    rows = readers_of(list(page.object_list), today=timezone.now().date())
    context = {
        "page": page,
        "rows": [{"piece": row, "bars": sparkline(row)} for row in rows],
        **_header(_("Readers")),
    }
    return TemplateResponse(request, "tracking/admin/readers.html", context)


def show_piece(request: HttpRequest, page_id: int) -> HttpResponse:
    """One piece: how far readers came, from where, on what; 404 for somebody else's."""
    if not may_see_readers(request.user):
        raise Http404
    page = get_object_or_404(pieces_of(request.user), pk=page_id)
    today = timezone.now().date()
    statistics = page_statistics(page.pk, today - WINDOW)
    (row,) = readers_of([page], today=today)
    context = {
        "piece": row,
        "statistics": statistics,
        "depths": _bars(statistics.dimensions.get("depth", {}), label=_share),
        "panels": _bars(statistics.dimensions.get("panel", {}), label=_panels_of(page)),
        "others": {
            name: values
            for name, values in statistics.dimensions.items()
            if name not in ("depth", "panel")
        },
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


def sparkline(row: PieceReaders) -> list[dict]:
    """Bars of a 30-day sparkline, drawn by the template as SVG rectangles."""
    top = max(row.days, default=0) or 1
    return [
        {"x": n * BAR_WIDTH, "y": BAR_HEIGHT - height, "height": height}
        for n, opens in enumerate(row.days)
        if (height := round(BAR_HEIGHT * opens / top))
    ]


def _share(quarter: str) -> str:
    return f"{float(quarter):.0%}"


def _panels_of(page: Page) -> Callable[[str], str]:
    """Name a panel by its place in the comic; one that is gone from it keeps its own name."""
    panels = getattr(page.specific, "panels_in_order", ())
    places = {block.id: place for place, block in enumerate(panels, start=1)}
    return lambda name: _("Panel {n}").format(n=places[name]) if name in places else name


def _bars(values: dict, *, label: Callable[[str], str]) -> list[dict]:
    counts = {value: shown.count or 0 for value, shown in values.items()}
    top = max(counts.values(), default=0) or 1
    return [
        {"label": label(value), "figure": values[value], "width": round(200 * counts[value] / top)}
        for value in values
    ]
