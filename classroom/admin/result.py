"""How a class went, for clinician and marketing: figures, the curve, who did not come; it reads only."""

from collections.abc import Callable
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from classroom.admin.drawing import clock_span, curve_of, ticks_of
from classroom.admin.frame import frame, open_class, page_of
from classroom.class_report import absent_places, class_report
from classroom.intervals import Interval
from classroom.models import Channel, LiveClass
from classroom.services.staff_access import note_look

CURVE_HEIGHT = 200


class Offer(NamedTuple):
    """What else can be done about those who did not come: why, where, by which words."""

    why: str
    url: str
    action: str


#: Packages above add what only they can do; each returns an offer or None.
offers_about_absent: list[Callable[[HttpRequest, LiveClass], Offer | None]] = []


def show_result(request: HttpRequest, class_id: int) -> HttpResponse:
    """Registered, came, stayed; when people were there; by which channel; who did not come."""
    live_class = open_class(request, class_id)
    report = class_report(live_class)
    page = page_of(request, absent_places(live_class))
    absent = list(page.object_list)
    note_look(user=request.user, live_class=live_class, part="result", shown=len(absent))
    names = dict(Channel.choices)
    start, end = live_class.starts_at, live_class.ends_at
    span = Interval(start, end) if start and end else None
    context = {
        "report": report,
        "rate": f"{report.show_rate:.0%}" if report.show_rate is not None else "",
        "most": max(report.counts, default=0),
        "curve": curve_of(report.counts, height=CURVE_HEIGHT) if any(report.counts) else "",
        "curve_height": CURVE_HEIGHT,
        "ticks": ticks_of(span, live_class.zone) if span else [],
        "stages": [
            {"stage": stage, "when": clock_span(stage.interval, live_class.zone, short=True)}
            for stage in report.stages
        ],
        "channels": [
            {
                "line": line,
                "name": names.get(line.channel, _("not told")),
                "rate": f"{line.rate:.0%}",
            }
            for line in report.channels
        ],
        "page": page,
        "absent": absent,
        "offers": [offer for make in offers_about_absent if (offer := make(request, live_class))],
        **frame(live_class, tab="result"),
    }
    return TemplateResponse(request, "classroom/admin/result.html", context)
