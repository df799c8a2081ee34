"""The room of a class: its slides in their order, and the way in for staff."""

from django.contrib import messages
from django.core.files.base import File
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom.admin.frame import frame, open_class
from classroom.admin.room_hosts import choices_of, hosts_of, steer_host
from classroom.admin.stage import StageForm, put_on_stage
from classroom.models import LiveClass, Room, RoomSlide, SlidePdf
from classroom.room_access import may_host
from classroom.room_stage import stage_of
from classroom.services.room_entry import make_room
from classroom.services.room_slides import (
    SLIDES_AT_MOST,
    TooManySlides,
    add_slide,
    describe_slide,
    move_slide,
    take_out_slide,
)
from classroom.services.slide_pdfs import is_pdf, put_away_pdf, receive_pdf, stop_pdf
from classroom.slide_pdf_words import pdfs_of
from cms.uploads.refusal import Refused

MOST_BYTES = 15 * 1024 * 1024


def show_room(request: HttpRequest, class_id: int) -> HttpResponse:
    """The slides, and whether the class is held in our own room; a post changes one thing."""
    live_class = open_class(request, class_id)
    hosts = may_host(request.user, live_class)
    room = Room.objects.filter(live_class=live_class).first()
    form = StageForm(room=room) if room else None
    if request.method == "POST" and hosts:
        if room is not None and "stage" in request.POST:
            form = StageForm(request.POST, room=room)
            done = put_on_stage(request, room, form)
        else:
            done = _act(request, live_class, room)
        if done:
            return redirect("class_room", class_id=live_class.pk)
    pdfs = pdfs_of(room) if room else []
    context = {
        "room": room,
        "hosts": hosts,
        "slides": list(room.slides.all()) if room else [],
        "pdfs": pdfs,
        "stage_form": form,
        "stage": stage_of(room) if room else None,
        "helpers": hosts_of(room) if room else [],
        "possible_helpers": choices_of(room) if room and hosts else [],
        "is_waiting": any(line.is_taking for line in pdfs),
        **frame(live_class, tab="room"),
    }
    return TemplateResponse(request, "classroom/admin/room.html", context)


def _act(request: HttpRequest, live_class: LiveClass, room: Room | None) -> bool:
    if room is None or "make" in request.POST:
        make_room(live_class=live_class, by=request.user)
    elif "add" in request.POST:
        _add(request, room)
    elif "host" in request.POST:
        steer_host(request, room)
    elif "pdf" in request.POST:
        _steer_pdf(request, room)
    else:
        slide = get_object_or_404(RoomSlide, room=room, pk=_number(request.POST.get("slide")))
        if "up" in request.POST or "down" in request.POST:
            move_slide(slide=slide, by_places=-1 if "up" in request.POST else 1)
        elif "take_out" in request.POST:
            take_out_slide(slide=slide, by=request.user)
        else:
            describe_slide(slide=slide, description=request.POST.get("description", ""))
            messages.success(request, _("Kept."))
    return True


def _steer_pdf(request: HttpRequest, room: Room) -> None:
    """Stop a PDF that is on its way, or put away what is said about one that is done."""
    pdf = get_object_or_404(SlidePdf, room=room, pk=_number(request.POST.get("pdf")))
    if "stop" in request.POST:
        stop_pdf(pdf=pdf, by=request.user)
    else:
        put_away_pdf(pdf=pdf)


def _add(request: HttpRequest, room: Room) -> None:
    """Take the good ones of the files that came together, and say which were not taken and why."""
    added = 0
    for file in request.FILES.getlist("pictures"):
        try:
            added += _add_one(request, room, file)
        except Refused as refused:
            messages.error(request, f"{file.name}: {refused}")
        except OSError:
            messages.error(request, f"{file.name}: {_('This picture cannot be read.')}")
        except TooManySlides:
            messages.error(
                request, _("A room holds %(number)d slides.") % {"number": SLIDES_AT_MOST}
            )
            break
    if added:
        words = ngettext("%(number)d slide was added.", "%(number)d slides were added.", added)
        messages.success(request, words % {"number": added})


def _add_one(request: HttpRequest, room: Room, file: File) -> int:
    """How many slides it became at once: a PDF becomes slides in the background."""
    if (file.name or "").lower().endswith(".pdf") or is_pdf(file):
        receive_pdf(room=room, file=file, by=request.user)
        return 0
    if file.size > MOST_BYTES:
        raise Refused(_("This file is too large. The limit is 15 MB."))
    add_slide(room=room, file=file, by=request.user)
    return 1


def _number(said: str | None) -> int:
    return int(said) if said and said.isdecimal() and len(said) < 19 else 0
