"""The day of a class: late, moved, cancelled, held after all, each told to everybody in one click."""

from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from classroom.admin.frame import frame, open_class
from classroom.models import LiveClass, Registration
from classroom.services.notices import (
    NoticeRefused,
    cancel_class,
    delay_class,
    hold_class_after_all,
    move_class,
)
from classroom.services.series import NotRepeated, repeat_class

LATE_BY = (5, 10, 15, 30)
FURTHEST = timedelta(days=5 * 366)


class MoveForm(forms.Form):
    """A date on the class's own clock, and a word to everybody."""

    starts_at = forms.DateTimeField(
        label=gettext_lazy("New date and time"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )
    note = forms.CharField(max_length=300, required=False)

    def clean_starts_at(self) -> datetime:
        """A date that far off is a slip of the finger."""
        starts_at: datetime = self.cleaned_data["starts_at"]
        if starts_at > timezone.now() + FURTHEST:
            raise ValidationError(_("That is more than five years off."))
        return starts_at


class RepeatForm(forms.Form):
    """How often, and how many days apart."""

    days = forms.IntegerField(
        label=gettext_lazy("Days apart"), min_value=1, max_value=366, initial=7
    )
    times = forms.IntegerField(label=gettext_lazy("Times"), min_value=1, max_value=52, initial=4)


def show_day(request: HttpRequest, class_id: int) -> HttpResponse:
    """What everybody can be told, and what they were; a post tells, and says how many were told."""
    live_class = open_class(request, class_id)
    starts_at = live_class.starts_at and live_class.starts_at.astimezone(live_class.zone)
    moving = "move" in request.POST
    repeating = "repeat" in request.POST
    move = MoveForm(request.POST if moving else None, initial={"starts_at": starts_at})
    repeat = RepeatForm(request.POST if repeating else None)
    if request.method == "POST" and _acted(request, live_class, move=move, repeat=repeat):
        return redirect("class_day", class_id=live_class.pk)
    context = {
        "move": move,
        "repeat": repeat,
        "late_by": LATE_BY,
        "told": Registration.objects.filter(live_class=live_class, cancelled_at=None).count(),
        "starts_at": starts_at,
        "is_over": bool(live_class.ends_at and live_class.ends_at < timezone.now()),
        "notices": live_class.notices.select_related("by").order_by("-pk"),
        **frame(live_class, tab="day"),
    }
    return TemplateResponse(request, "classroom/admin/day.html", context)


def _acted(
    request: HttpRequest, live_class: LiveClass, *, move: MoveForm, repeat: RepeatForm
) -> bool:
    """Do what the pressed button says; False where a form has to be shown again."""
    by, note = request.user, request.POST.get("note", "")
    try:
        if move.is_bound:
            if not move.is_valid():
                return False
            starts_at = _on_its_clock(move.cleaned_data["starts_at"], live_class)
            move_class(live_class=live_class, starts_at=starts_at, by=by, note=note)
        elif repeat.is_bound:
            if not repeat.is_valid():
                return False
            made = repeat_class(live_class=live_class, by=by, **repeat.cleaned_data)
            messages.success(request, _drafts_made(len(made)))
            return True
        elif request.POST.get("late", "") in map(str, LATE_BY):
            delay_class(live_class=live_class, minutes=int(request.POST["late"]), by=by, note=note)
        elif "cancel" in request.POST:
            cancel_class(live_class=live_class, by=by, note=note)
        elif "hold" in request.POST:
            hold_class_after_all(live_class=live_class, by=by, note=note)
        else:
            return True
    except (NoticeRefused, NotRepeated):
        messages.error(
            request,
            _("Nothing was changed: that is the date it has, one in the past, or none at all."),
        )
        return True
    messages.success(request, _("Done. Everybody with a place is being told."))
    return True


def _on_its_clock(moment: datetime, live_class: LiveClass) -> datetime:
    """The form's figures are read on the class's clock, whatever the zone of who typed them."""
    return timezone.make_naive(moment).replace(tzinfo=live_class.zone)


def _drafts_made(number: int) -> str:
    words = ngettext(
        "%(number)d draft was made. It goes live after its review.",
        "%(number)d drafts were made. Each goes live after its review.",
        number,
    )
    return words % {"number": number}
