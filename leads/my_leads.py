"""The screen a consultant works from: next person, why, one button; then the others in order."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.person_screens import wish_in_words
from leads.selectors.queue import Waiting, queue_of
from leads.services.access import (
    SEE_LISTS,
    SEE_PEOPLE,
    WORK_WITH_PEOPLE,
    demand,
    note_my_leads_viewed,
)

SHOWN = 100


def my_leads(request: HttpRequest) -> HttpResponse:
    """The user's own people, first who is next; the look is noted."""
    demand(request.user, SEE_LISTS, SEE_PEOPLE, WORK_WITH_PEOPLE)
    rows = queue_of(request.user, now=timezone.now())
    shown = [_row(row) for row in rows[:SHOWN]]
    note_my_leads_viewed(user=request.user, people=[row.person for row in rows[:SHOWN]])
    title = _("My leads")
    home = {"url": reverse("wagtailadmin_home"), "label": _("Home")}
    context = {
        "next": shown[0] if shown else None,
        "others": shown[1:],
        "due": sum(row.is_due for row in rows),
        "count": len(rows),
        "hidden": len(rows) - len(shown),
        "header_title": title,
        "header_icon": "user",
        "breadcrumbs_items": [home, {"url": "", "label": title}],
    }
    return TemplateResponse(request, "leads/my_leads.html", context)


def _row(row: Waiting) -> dict:
    kind = row.task.kind if row.task else ""
    buttons = {"call": _("Call"), "message": _("Write"), "visit": _("Welcome them")}
    return {
        "row": row,
        "name": str(row.person),
        "wish": wish_in_words(row.wish),
        "do_not_call": bool(row.wish and row.wish.do_not_call),
        "button": buttons.get(kind, _("Open")),
        "url": reverse("lead-people:person", args=[row.person.external_id])
        + ("#next" if row.task else ""),
    }
