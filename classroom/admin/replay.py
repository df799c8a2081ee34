"""The replay of a class as its hosts edit it: the recording, when it begins, and the chapters."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtailmedia.widgets import AdminMediaChooser

from classroom.admin.frame import frame, open_class
from classroom.models import LiveClass, Replay, ReplayChapter, Room
from classroom.played_time import clock_of, moment_of
from classroom.replay_timeline import Timeline, chapters_by_themselves, timeline_of
from classroom.room_access import may_host
from classroom.services.replay_editing import (
    TooFar,
    WordsMissing,
    set_recording,
    write_chapters,
)
from cms.models import ClinicMedia
from people.models import User

BLANK_LINES = 3


class MomentField(forms.CharField):
    """A moment as 4:05, in milliseconds."""

    def clean(self, value: str) -> int:
        """The milliseconds; 0 where nothing was written."""
        text = super().clean(value)
        moment = moment_of(text) if text else 0
        if moment is None:
            raise forms.ValidationError(_("Write minutes and seconds, such as 4:05."))
        return moment


class RecordingForm(forms.Form):
    """Which recording, and at which moment of the room it begins."""

    recording = forms.ModelChoiceField(
        ClinicMedia.objects.all(),
        required=False,
        widget=AdminMediaChooser,
        label=gettext_lazy("Recording"),
        help_text=gettext_lazy("With its transcript, and a film with captions. Empty for none."),
    )
    offset = MomentField(
        required=False,
        max_length=12,
        label=gettext_lazy("It begins at"),
        help_text=gettext_lazy(
            "Minutes and seconds after the room was opened, such as 4:05; -0:30 where it began before."
        ),
    )


def show_replay(request: HttpRequest, class_id: int) -> HttpResponse:
    """Recording and chapters; a post changes one of the two. Http404 for who does not give it."""
    live_class = open_class(request, class_id)
    get_object_or_404(Room, live_class=live_class)
    if not may_host(request.user, live_class):
        raise Http404
    replay = Replay.objects.filter(live_class=live_class).first()
    held = {"recording": replay.recording, "offset": clock_of(replay.offset_ms)} if replay else {}
    is_recording = "keep_recording" in request.POST
    form = RecordingForm(request.POST if is_recording else None, initial=held)
    timeline = timeline_of(live_class)
    if request.method == "POST" and not is_recording:
        _take_chapters(request, live_class, timeline)
        return redirect("class_replay", class_id=live_class.pk)
    if is_recording and form.is_valid() and _take_recording(form, live_class, request.user):
        messages.success(request, _("Kept."))
        return redirect("class_replay", class_id=live_class.pk)
    context = {
        "form": form,
        **_chapters(live_class, timeline),
        **frame(
            live_class,
            tab="room",
            here=_("The replay"),
            above=(reverse("class_room", args=[live_class.pk]), _("The room")),
        ),
    }
    status = 422 if is_recording else 200
    return TemplateResponse(request, "classroom/admin/replay.html", context, status=status)


def _take_recording(form: RecordingForm, live_class: LiveClass, by: User) -> bool:
    given = form.cleaned_data
    try:
        set_recording(
            live_class=live_class, recording=given["recording"], offset_ms=given["offset"], by=by
        )
    except WordsMissing:
        form.add_error(
            "recording", _("Give it its transcript, its length and, for a film, captions first.")
        )
    except TooFar:
        form.add_error("offset", _("That is more than a day away from the class."))
    return form.is_valid()


def _chapters(live_class: LiveClass, timeline: Timeline) -> dict:
    """What the room gives, under a host's words where there are some, and the host's own."""
    rows = list(ReplayChapter.objects.filter(live_class=live_class))
    said = {row.about: row.title for row in rows}
    own = [
        {"at": clock_of(row.at_ms), "title": row.title}
        for row in sorted(rows, key=lambda row: row.at_ms or 0)
        if row.at_ms is not None
    ]
    return {
        "given": [
            {"chapter": chapter, "title": said.get(chapter.about, chapter.title)}
            for chapter in chapters_by_themselves(timeline.items)
        ],
        "own": own + [{"at": "", "title": ""}] * BLANK_LINES,
    }


def _take_chapters(request: HttpRequest, live_class: LiveClass, timeline: Timeline) -> None:
    post = request.POST
    titles = {}
    for chapter in chapters_by_themselves(timeline.items):
        title = " ".join(post.get(f"title-{chapter.about}", chapter.title).split())
        if chapter.about is not None and title != chapter.title:
            titles[chapter.about] = title
    own, wrong = [], []
    for at, title in zip(post.getlist("own_at"), post.getlist("own_title"), strict=False):
        moment = moment_of(at)
        if title.strip() and (moment is None or moment < 0):
            wrong.append(title)
        elif title.strip() and moment is not None:
            own.append((moment, title))
    write_chapters(live_class=live_class, titles=titles, own=own, by=request.user)
    if wrong:
        words = _("Not kept, as there is no moment such as 4:05 beside it: %(titles)s")
        messages.error(request, words % {"titles": ", ".join(wrong)})
    else:
        messages.success(request, _("Kept."))
