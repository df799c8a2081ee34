"""Certificates on the site: asking for one, printing one's own, checking somebody's."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from classroom.certificate_slips import certificate_lines, verification_qr
from classroom.models import Certificate
from classroom.progress import certificate_of_serial, progress_of
from classroom.readers import reader_of
from classroom.services.certificates import NotCompleted, issue_certificate
from cms.models import CoursePage
from people.selectors import resolve_merge


class HolderForm(forms.Form):
    """The name as it should stand on the certificate."""

    name = forms.CharField(
        label=_("Your name, as it should stand there"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write the name that should stand on the certificate.")},
    )


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def ask_for_certificate(request: HttpRequest, course_id: int) -> HttpResponse:
    """Ask for the name; the posted form issues the certificate and leads to it."""
    course = get_object_or_404(CoursePage.objects.live(), pk=course_id)
    person = reader_of(request)
    if person is None:
        raise Http404
    progress = progress_of(person=person, course=course)
    if progress.certificate is not None:
        return redirect("my_certificate", serial=progress.certificate.serial)
    if progress.enrolment is None or not (progress.meets_rule or progress.is_completed):
        return redirect(course.get_url(request))
    form = HolderForm(request.POST or None, initial={"name": person.display_name})
    if request.method == "POST" and form.is_valid():
        try:
            certificate = issue_certificate(
                person=person, course=course, holder_name=form.cleaned_data["name"]
            )
        except NotCompleted:
            return redirect(course.get_url(request))
        return redirect("my_certificate", serial=certificate.serial)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "course": course}
    return render(request, "classroom/certificate_form.html", context, status=status)


@never_cache
@login_required
@require_safe
def show_my_certificate(request: HttpRequest, serial: str) -> HttpResponse:
    """One's own certificate, to print; 404 for anybody else's."""
    certificate = certificate_of_serial(serial)
    person = reader_of(request)
    if (
        certificate is None
        or person is None
        or resolve_merge(certificate.enrolment.person) != person
    ):
        raise Http404
    return render(request, "classroom/certificate.html", _context(request, certificate, own=True))


@never_cache
@require_safe
def verify_certificate(request: HttpRequest, serial: str) -> HttpResponse:
    """Whether a certificate is real and still holds, for whoever has its serial; else 404."""
    certificate = certificate_of_serial(serial)
    if certificate is None:
        raise Http404
    return render(request, "classroom/verification.html", _context(request, certificate))


def _context(request: HttpRequest, certificate: Certificate, *, own: bool = False) -> dict:
    address = request.build_absolute_uri(reverse("verify_certificate", args=[certificate.serial]))
    return {
        "certificate": certificate,
        "lines": certificate_lines(certificate),
        "address": address,
        "qr": verification_qr(address) if own else "",
    }
