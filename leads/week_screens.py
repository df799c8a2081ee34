"""The rows behind a figure of marketing's home: who, what and when; each look is noted."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.models import FollowUp
from leads.selectors.overdue import overdue_at
from leads.selectors.timeline import name_of_user
from leads.selectors.week import rows_of, windows
from leads.services.access import KEEP_LISTS, SEE_LISTS, SEE_PEOPLE, demand, note_week_viewed
from leads.week_panel import LABELS
from people.models import Person, Purpose, User

PAGE = 50
OVERDUE = "overdue"


def show_figure(request: HttpRequest, figure: str) -> HttpResponse:
    """The people behind one figure, of the last seven days or, with `?before=1`, the seven before."""
    demand(request.user, SEE_LISTS, SEE_PEOPLE, KEEP_LISTS)
    if figure not in LABELS:
        raise Http404
    before = request.GET.get("before") == "1"
    now = timezone.now()
    window = windows(now)[before]
    owner = _owner(request) if figure == OVERDUE else None
    if figure == OVERDUE:
        found = overdue_at(window.until, user=request.user).filter(owner=owner)
    else:
        found = rows_of(figure, window, now, user=request.user)
    page = Paginator(found, PAGE).get_page(request.GET.get("p"))
    rows = _rows(figure, page.object_list)
    note_week_viewed(user=request.user, figure=figure, people=[row["person"] for row in rows])
    title = str(LABELS[figure])
    if figure == OVERDUE:
        whose = name_of_user(owner) if owner else _("nobody's")
        title = f"{title}: {whose}"
    context = {
        "keep": f"owner={owner.pk if owner else ''}&" if figure == OVERDUE else "",
        "is_overdue": figure == OVERDUE,
        "rows": rows,
        "page": page,
        "before": before,
        "window": window,
        "header_title": title,
        "header_icon": "date",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": "", "label": title},
        ],
    }
    return TemplateResponse(request, "leads/week.html", context)


def _owner(request: HttpRequest) -> User | None:
    """Whose late follow-ups are asked for; without a key nobody's."""
    key = request.GET.get("owner", "")
    return get_object_or_404(User, pk=key if key.isdecimal() else 0) if key else None


def _rows(key: str, found) -> list[dict]:
    """Person, what happened, and when, in a fixed number of queries."""
    if key == "contactable":
        return [{"person": one, "what": "", "at": one.moment} for one in found]
    if key == OVERDUE:
        return [
            {"person": task.person, "what": _task_in_words(task), "at": task.moment}
            for task in found.select_related("person__merged_into")
        ]
    if key == "lapsed":
        found = found.select_related("profile__person", "topic")
        return [
            {"person": tag.profile.person, "what": tag.topic.label, "at": tag.moment}
            for tag in found
        ]
    if key == "withdrawn":
        events = list(found)
        named = {event.external_id for event in events}
        people = {one.external_id: one for one in Person.objects.filter(external_id__in=named)}
        return [
            {
                "person": people[event.external_id],
                "what": Purpose(event.purpose).label,
                "at": event.moment,
            }
            for event in events
            if event.external_id in people
        ]
    found = found.select_related("person", "lead_list")
    return [{"person": row.person, "what": row.lead_list.name, "at": row.moment} for row in found]


def _task_in_words(task: FollowUp) -> str:
    kind = task.get_kind_display()
    return f"{kind}: {task.about}" if task.about else kind
