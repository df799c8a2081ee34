"""Registering for a class and giving the place back, for people who are signed in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from classroom.models import LiveClass
from classroom.services.registration import NoPlace, cancel_registration, register_person


@require_POST
@login_required
def register(request: HttpRequest, class_id: int) -> HttpResponse:
    """Keep a place and go back to the class."""
    live_class = get_object_or_404(LiveClass.objects.live(), pk=class_id)
    person = getattr(request.user, "person", None)
    if person is None:
        messages.info(request, _("This login is for work. Places are for people who read here."))
        return redirect(live_class.get_url(request))
    try:
        register_person(live_class=live_class, person=person)
    except NoPlace:
        messages.info(request, _("No place could be kept: the class is full or over."))
    return redirect(live_class.get_url(request))


@require_POST
@login_required
def leave(request: HttpRequest, class_id: int) -> HttpResponse:
    """Give the place back and go back to the class."""
    live_class = get_object_or_404(LiveClass.objects.live(), pk=class_id)
    person = getattr(request.user, "person", None)
    if person is not None:
        cancel_registration(live_class=live_class, person=person)
    return redirect(live_class.get_url(request))
