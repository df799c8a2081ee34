"""The table of who attended a class: figures, a line of when, the verdict; it reads only."""

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from classroom.admin.drawing import bars_of, length_in_words, ticks_of
from classroom.admin.frame import frame, open_class, page_of
from classroom.admin.words import sources_in_words
from classroom.attendance_sources import Faces, evidence_of, faces_of, terms_of
from classroom.intervals import Interval
from classroom.models import Attendance, LiveClass
from classroom.services.staff_access import note_look
from classroom.verdict import Evidence, outcome_of

FILTERS = {
    "": Q(),
    "attended": Q(attended=True),
    "not": Q(attended=False),
}
ORDERS = {
    "": ("person__display_name", "person_id"),
    "share": ("-share", "person_id"),
    "first": ("first_join", "person_id"),
    "last": ("last_leave", "person_id"),
}


def show_attendance(request: HttpRequest, class_id: int) -> HttpResponse:
    """One row a person; `?show=` narrows by the verdict, `?by=` orders."""
    live_class = open_class(request, class_id)
    show, by = request.GET.get("show", ""), request.GET.get("by", "")
    every = Attendance.objects.filter(live_class=live_class)
    found = every.filter(FILTERS.get(show, Q())).select_related("person")
    page = page_of(request, found.order_by(*ORDERS.get(by, ORDERS[""])))
    rows = list(page.object_list)
    note_look(user=request.user, live_class=live_class, part="attendance", shown=len(rows))
    totals = every.aggregate(
        people=Count("pk"),
        came=Count("pk", filter=Q(live_seconds__gt=0)),
        attended=Count("pk", filter=Q(attended=True)),
    )
    span = _span(live_class)
    context = {
        "page": page,
        "rows": _rows(live_class, rows, span),
        "totals": totals,
        "ticks": ticks_of(span, live_class.zone) if span else [],
        "filters": [
            {"key": "", "label": _("All"), "count": totals["people"]},
            {"key": "attended", "label": _("Attended"), "count": totals["attended"]},
            {
                "key": "not",
                "label": _("Did not attend enough"),
                "count": totals["people"] - totals["attended"],
            },
        ],
        "show": show if show in FILTERS else "",
        "by": by if by in ORDERS else "",
        **frame(live_class, tab="attendance"),
    }
    return TemplateResponse(request, "classroom/admin/attendance.html", context)


def _span(live_class: LiveClass) -> Interval | None:
    start, end = live_class.starts_at, live_class.ends_at
    return Interval(start, end) if start and end and start < end else None


def _rows(
    live_class: LiveClass, rows: list[Attendance] | QuerySet, span: Interval | None
) -> list[dict]:
    terms = terms_of(live_class)
    people = [row.person_id for row in rows]
    evidence = evidence_of(live_class, people, faces=Faces(faces_of(live_class))) if rows else {}
    shown = []
    for row in rows:
        intervals: tuple[Interval, ...] = ()
        if terms is not None:
            intervals = outcome_of(evidence.get(row.person_id, Evidence()), terms).intervals
        shown.append(
            {
                "row": row,
                "name": row.person.display_name or _("no name"),
                "first": row.first_join,
                "last": row.last_leave,
                "live": length_in_words(row.live_seconds),
                "replay": length_in_words(row.replay_seconds) if row.replay_seconds else "",
                "percent": f"{row.share:.0%}",
                "bars": bars_of(intervals, span) if span else [],
                "sources": sources_in_words(row.sources),
            }
        )
    return shown
