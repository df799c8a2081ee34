"""Following a clinician, and ending it, for people who are signed in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from classroom.readers import reader_of, turned_away
from classroom.services.following import follow_clinician, unfollow_clinician
from cms.models import ClinicianPage


@require_POST
def follow(request: HttpRequest, clinician_id: int) -> HttpResponse:
    """Follow the clinician and go back to their page."""
    clinician = get_object_or_404(ClinicianPage.objects.live(), pk=clinician_id)
    person = reader_of(request)
    if person is None:
        return turned_away(request, clinician)
    follow_clinician(person=person, clinician=clinician)
    return redirect(clinician.get_url(request))


@require_POST
def unfollow(request: HttpRequest, clinician_id: int) -> HttpResponse:
    """End the follow and go back to the clinician's page."""
    clinician = get_object_or_404(ClinicianPage.objects.live(), pk=clinician_id)
    person = reader_of(request)
    if person is None:
        return turned_away(request, clinician)
    unfollow_clinician(person=person, clinician=clinician)
    return redirect(clinician.get_url(request))
