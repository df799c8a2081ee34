"""The list of classes for staff, and who is coming to one; both read only."""

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from classroom.admin.frame import frame, home_crumbs, open_class, page_of
from classroom.models import Attendance, Registration
from classroom.question_selectors import questions_for
from classroom.services.staff_access import classes_seen_by, may_see_classes, note_look

CLASSES_A_PAGE = 25
WAITING_SHOWN = 50


def list_classes(request: HttpRequest) -> HttpResponse:
    """The classes of the one who asks, with how many registered, came and wait to be named."""
    if not may_see_classes(request.user):
        raise Http404
    page = page_of(request, classes_seen_by(request.user), size=CLASSES_A_PAGE)
    ids = [live_class.pk for live_class in page.object_list]
    places = dict(
        Registration.objects.filter(live_class__in=ids)
        .with_place()
        .values_list("live_class")
        .annotate(Count("pk"))
    )
    came = {
        row["live_class"]: row
        for row in Attendance.objects.filter(live_class__in=ids)
        .values("live_class")
        .annotate(
            came=Count("pk", filter=Q(live_seconds__gt=0)),
            attended=Count("pk", filter=Q(attended=True)),
        )
    }
    context = {
        "page": page,
        "rows": [
            {
                "live_class": one,
                "at": one.starts_at,
                "places": places.get(one.pk, 0),
                "came": came.get(one.pk, {}).get("came", 0),
                "attended": came.get(one.pk, {}).get("attended", 0),
            }
            for one in page.object_list
        ],
        "header_title": _("Classes"),
        "header_icon": "date",
        "breadcrumbs_items": home_crumbs(here=_("Classes")),
    }
    return TemplateResponse(request, "classroom/admin/classes.html", context)


def show_coming(request: HttpRequest, class_id: int) -> HttpResponse:
    """Who has a place, in the order they took it, and how many gave theirs back."""
    live_class = open_class(request, class_id)
    every = Registration.objects.filter(live_class=live_class)
    kept = every.with_place().select_related("person").order_by("registered_at", "pk")
    page = page_of(request, kept)
    rows = list(page.object_list.prefetch_related("children"))
    waiting = list(every.waiting().select_related("person")[:WAITING_SHOWN])
    came = set(
        Attendance.objects.filter(
            live_class=live_class, person__in=[row.person_id for row in rows], live_seconds__gt=0
        ).values_list("person_id", flat=True)
    )
    # Who answers questions reads them; they stay hidden from others who may see the guests.
    asked = {
        question.registration_id: question
        for question in questions_for(request.user).filter(registration__in=rows)
    }
    note_look(
        user=request.user, live_class=live_class, part="coming", shown=len(rows) + len(waiting)
    )
    context = {
        "page": page,
        "rows": [
            {"place": row, "came": row.person_id in came, "question": asked.get(row.pk)}
            for row in rows
        ],
        "waiting": waiting,
        "waiting_total": every.waiting().count(),
        "given_back": every.exclude(cancelled_at=None).count(),
        "is_over": bool(live_class.ends_at and live_class.ends_at < timezone.now()),
        **frame(live_class, tab="coming"),
    }
    return TemplateResponse(request, "classroom/admin/coming.html", context)
