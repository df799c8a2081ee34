"""Registering for a class and giving the place back, for people who are signed in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from classroom.channels import channel_named
from classroom.forms import PlaceForm
from classroom.models import LiveClass
from classroom.readers import reader_of
from classroom.selectors import class_itself, registration_of
from classroom.services.join_tokens import issue_join_token
from classroom.services.registration import (
    ClassFull,
    NoPlace,
    cancel_registration,
    name_person,
    register_person,
)
from classroom.services.series_places import NoSeries, cancel_series, register_for_series
from cms.access import doors_of
from people.contact_kinds import reachable_contact
from people.models import ContactKind


def _class(request: HttpRequest, class_id: int) -> LiveClass:
    return get_object_or_404(doors_of(request).known(LiveClass.objects.live()), pk=class_id)


@require_POST
@login_required
def register(request: HttpRequest, class_id: int) -> HttpResponse:
    """Keep a place, or a turn where the form asks for one, and go back to the class."""
    live_class = _class(request, class_id)
    person = reader_of(request)
    back = redirect(live_class.get_url(request))
    if person is None:
        messages.info(request, _("This login is for work. Places are for people who read here."))
        return back
    form = PlaceForm(request.POST)
    if not form.is_valid():
        messages.info(request, _("Nothing was kept yet: the child's year of birth is missing."))
        return back
    name_person(person=person, name=form.cleaned_data["name"])
    try:
        register_person(
            live_class=live_class,
            person=person,
            may_wait="wait" in request.POST,
            channel=channel_named(request.POST.get("channel", "")),
            question=form.cleaned_data["question"],
            children=form.children,
        )
    except ClassFull:
        messages.info(request, _("The last place has just been taken. You can wait for one."))
    except NoPlace:
        messages.info(request, _("No place could be kept: the class is over or cancelled."))
    return back


@require_POST
@login_required
def leave(request: HttpRequest, class_id: int) -> HttpResponse:
    """Give the place back and go back to the class."""
    live_class = _class(request, class_id)
    person = reader_of(request)
    if person is not None:
        cancel_registration(live_class=live_class, person=person)
    return redirect(live_class.get_url(request))


@require_POST
@login_required
def register_for_all(request: HttpRequest, class_id: int) -> HttpResponse:
    """Keep a place in each coming class of the series, and go back to the class."""
    live_class = _class(request, class_id)
    person = reader_of(request)
    if person is None:
        messages.info(request, _("This login is for work. Places are for people who read here."))
        return redirect(live_class.get_url(request))
    try:
        register_for_series(
            live_class=live_class,
            person=person,
            channel=channel_named(request.POST.get("channel", "")),
        )
    except NoSeries:
        messages.info(request, _("No place could be kept: nothing of this series is to come."))
    else:
        contact = reachable_contact(person)
        if contact is not None and contact.kind == ContactKind.EMAIL:
            told = _("Your places are kept. One mail tells you all of them, with the calendar.")
        else:
            told = _("Your places are kept. You see each of them below.")
        messages.success(request, told)
    return redirect(live_class.get_url(request))


@require_POST
@login_required
def leave_all(request: HttpRequest, class_id: int) -> HttpResponse:
    """Give back every place and turn in coming classes of the series, and go back to the class."""
    live_class = _class(request, class_id)
    person = reader_of(request)
    if person is not None and cancel_series(live_class=live_class, person=person):
        messages.success(request, _("All places of this series are given back."))
    return redirect(live_class.get_url(request))


@require_safe
@login_required
def enter(request: HttpRequest, class_id: int) -> HttpResponse:
    """Lead who is signed in and has a place to their own page of the class."""
    live_class = _class(request, class_id)
    person = reader_of(request)
    found = person and registration_of(live_class=class_itself(live_class), person=person)
    if not found or not found.has_place:
        return redirect(live_class.get_url(request))
    return redirect(f"{reverse('join_class')}?place={issue_join_token(found)}")
