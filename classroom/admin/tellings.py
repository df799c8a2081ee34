"""Who has to be told by hand: for one class, and for all that the one who asks looks after."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom.admin.frame import frame, home_crumbs, open_class, page_of
from classroom.models import Telling
from classroom.services.staff_access import note_look
from classroom.services.tellings import mark_told, take_told_back
from classroom.telling_selectors import (
    may_tell,
    people_waiting,
    rows_of,
    tellings_for,
    told_lately,
)
from outbox.services import record_audit
from outbox.texts import reaches_phones

A_PAGE = 25


def list_tellings(request: HttpRequest) -> HttpResponse:
    """Everybody the one who asks may tell; a post says who was told, or takes that back."""
    if not may_tell(request.user):
        raise Http404
    tellings = tellings_for(request.user)
    if request.method == "POST":
        _act(request, tellings)
        return redirect("tellings")
    lists = _lists(request, tellings)
    record_audit(
        actor=f"user:{request.user.pk}",
        action="tellings.viewed",
        subject="tellings",
        detail={"shown": len(lists["rows"])},
    )
    context = {
        **lists,
        "header_title": _("To be told by hand"),
        "header_icon": "comment",
        "breadcrumbs_items": home_crumbs(here=_("To be told by hand")),
    }
    return TemplateResponse(request, "classroom/admin/tellings.html", context)


def show_class_tellings(request: HttpRequest, class_id: int) -> HttpResponse:
    """The same of one class."""
    live_class = open_class(request, class_id)
    tellings = tellings_for(request.user, live_class=live_class)
    if request.method == "POST":
        _act(request, tellings)
        return redirect("class_tellings", class_id=live_class.pk)
    lists = _lists(request, tellings)
    note_look(user=request.user, live_class=live_class, part="tellings", shown=len(lists["rows"]))
    context = {**lists, **frame(live_class, tab="tellings")}
    return TemplateResponse(request, "classroom/admin/class_tellings.html", context)


def _lists(request: HttpRequest, tellings: QuerySet[Telling]) -> dict[str, Any]:
    page = page_of(request, people_waiting(tellings), size=A_PAGE)
    return {
        "page": page,
        "rows": rows_of(list(page.object_list), tellings),
        "told": told_lately(tellings),
        "reaches_phones": reaches_phones(),
    }


def _act(request: HttpRequest, tellings: QuerySet[Telling]) -> None:
    """Do what the pressed button says to the rows it stands beside; others are left alone."""
    ids = [int(one) for one in request.POST.getlist("row") if one.isdecimal() and len(one) < 19]
    chosen = list(tellings.filter(pk__in=ids).select_related("person"))
    if "told" in request.POST:
        number = (
            len({one.person_id for one in chosen})
            if mark_told(tellings=chosen, by=request.user)
            else 0
        )
        words = ngettext(
            "%(number)d person is told. You can take that back below.",
            "%(number)d people are told. You can take that back below.",
            number,
        )
        messages.success(request, words % {"number": number})
    elif "undo" in request.POST:
        if take_told_back(tellings=chosen, by=request.user):
            messages.success(request, _("Taken back: it waits again."))
        else:
            messages.info(request, _("Something newer is to be told, or was told, in its place."))
