"""Unknown names of reports: candidates with evidence, one decision each, and taking it back."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from classroom.admin.drawing import bars_of, length_in_words
from classroom.admin.frame import frame, open_class, page_of
from classroom.candidates import UnknownName, add_candidates, found_people, unknown_names
from classroom.intervals import Interval
from classroom.models import AttendeeDecision, LiveClass, ReportAttendee
from classroom.services.deciding import BadDecision, decide_attendee, undo_decision
from classroom.services.staff_access import FIND_PEOPLE, note_look
from people.models import Person

Kind = AttendeeDecision.Kind
NAMES_A_PAGE = 20
DECISIONS_SHOWN = 20


def show_names(request: HttpRequest, class_id: int) -> HttpResponse:
    """Who waits, with candidates; `?for=` and `?q=` search for somebody else for one of them."""
    live_class = open_class(request, class_id)
    page = page_of(request, unknown_names(live_class), size=NAMES_A_PAGE)
    unknown = list(page.object_list)
    add_candidates(live_class, unknown)
    sought, text = request.GET.get("for", ""), request.GET.get("q", "")
    everybody = request.user.has_perm(FIND_PEOPLE)
    found = found_people(live_class, text, everybody=everybody) if sought else []
    note_look(user=request.user, live_class=live_class, part="names", shown=len(unknown))
    context = {
        "page": page,
        "rows": [_row(one, live_class) for one in unknown],
        "sought": sought,
        "text": text,
        "found": found,
        "decisions": _decisions(live_class),
        **frame(live_class, tab="names"),
    }
    return TemplateResponse(request, "classroom/admin/names.html", context)


def _row(one: UnknownName, live_class: LiveClass) -> dict:
    start, end = live_class.starts_at, live_class.ends_at
    span = Interval(start, end) if start and end else None
    return {
        "id": str(one.attendee.pk),
        "name": one.names[0] if one.names else "",
        "also": one.names[1:],
        "contacts": one.contacts,
        "live": length_in_words(one.outcome.live_seconds),
        "bars": bars_of(one.outcome.intervals, span) if span else [],
        "put_off": one.put_off_at,
        "candidates": one.candidates,
    }


def _decisions(live_class: LiveClass) -> list[dict]:
    """The newest decisions that stand, one line an act, so that each can be taken back."""
    rows = (
        AttendeeDecision.objects.filter(live_class=live_class, undone_at=None)
        .exclude(kind=Kind.LATER)
        .select_related("person", "author")
        .order_by("-at", "pk")
    )
    acts: dict[uuid.UUID, dict] = {}
    for row in rows[: 4 * DECISIONS_SHOWN]:
        author = row.author
        act = acts.setdefault(
            row.act,
            {
                "act": row.act,
                "kind": row.get_kind_display(),
                "person": row.person,
                "at": row.at,
                "author": (author.get_full_name() or author.username)
                if author
                else _("login removed"),
                "names": [],
            },
        )
        act["names"].append(row.name or row.contact)
    return list(acts.values())[:DECISIONS_SHOWN]


@require_POST
def decide_name(request: HttpRequest, class_id: int, attendee_id: int) -> HttpResponse:
    """Take one decision: `who` is a person's id, or new, device, later."""
    live_class = open_class(request, class_id)
    attendee = get_object_or_404(ReportAttendee, live_class=live_class, pk=attendee_id)
    who = request.POST.get("who", "")
    kind, person = (
        (who, None) if who in (Kind.NEW, Kind.DEVICE, Kind.LATER) else (Kind.PERSON, None)
    )
    if kind == Kind.PERSON:
        person = Person.objects.filter(external_id=who).first() if who else None
        if person is not None and not _may_name(request, live_class, attendee, person):
            raise Http404
    try:
        decide_attendee(attendee=attendee, kind=kind, author=request.user, person=person)
    except BadDecision as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _said(kind, attendee))
    return redirect("class_names", live_class.pk)


def _may_name(
    request: HttpRequest, live_class: LiveClass, attendee: ReportAttendee, person: Person
) -> bool:
    """Who may not look people up names only those the screen offered, or who have a place."""
    if request.user.has_perm(FIND_PEOPLE):
        return True
    if person.registrations.filter(live_class=live_class).exists():
        return True
    offered = [one for one in unknown_names(live_class) if attendee in one.faces]
    add_candidates(live_class, offered)
    return any(person == candidate.person for one in offered for candidate in one.candidates)


def _said(kind: str, attendee: ReportAttendee) -> str:
    name = attendee.name or attendee.contact
    if kind == Kind.LATER:
        return _("%(name)s waits at the end of the list.") % {"name": name}
    if kind == Kind.DEVICE:
        return _("%(name)s is no person and counts nowhere.") % {"name": name}
    return _("%(name)s has a person now, and attendance is computed anew.") % {"name": name}


@require_POST
def undo_name(request: HttpRequest, class_id: int, act: uuid.UUID) -> HttpResponse:
    """Take a decision back."""
    live_class = open_class(request, class_id)
    if undo_decision(live_class=live_class, act=act, author=request.user):
        messages.success(request, _("The decision is taken back; the name waits again."))
    return redirect("class_names", live_class.pk)
