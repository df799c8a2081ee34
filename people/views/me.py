"""One's own page: what Wellread knows, receipts, withdrawing, downloading, being forgotten."""

from contextlib import suppress

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.contacts import readable_contact
from people.models import ConsentMethod, Purpose
from people.notices import CURRENT, known_language, notice_of
from people.registry import me_sections
from people.selectors import (
    consent_history_of,
    contacts_of,
    decisions_held,
    paused_since,
    person_of_user,
    records_of,
    visitors_of,
)
from people.services.access import build_access_report
from people.services.consent import withdraw_consent
from people.services.erasure import erase_person
from people.services.pausing import NothingToPause, pause_profiling, resume_profiling
from people.views.contacts import kinds_to_add
from people.views.sign_in import GOES_ON_TO, HANDOVER


@never_cache
@login_required
@require_safe
def show_me(request: HttpRequest) -> HttpResponse:
    """Show what is known about the one who is signed in; staff without a person see a plain note."""
    person = person_of_user(request.user.pk)
    if person is None:
        return render(request, "people/me_staff.html")
    visitors, records = visitors_of(person), records_of(person)
    held = decisions_held(person)
    texts = notice_of(CURRENT).texts[known_language(get_language() or "en")]
    sections = [section(request, person, None) for section in me_sections]
    context = {
        "person": person,
        "contacts": [
            (readable_contact(kind=point.kind, value=point.value), point)
            for point in contacts_of(person)
        ],
        "kinds_to_add": kinds_to_add(person, get_language() or "en"),
        "paused_at": paused_since(person),
        "purposes": [
            {"purpose": purpose, "consent": held.get(purpose.value), "text": texts[purpose.value]}
            for purpose in Purpose
        ],
        # A browser's decision that signing in repeated as the person's would stand there twice.
        "history": consent_history_of(people=records, visitors=visitors)
        .exclude(subject__startswith="visitor:", method=ConsentMethod.SIGN_IN)
        .reverse(),
        "sections": [
            render_to_string(section[0], section[1], request)
            for section in sections
            if section is not None
        ],
        "visitor_token": request.session.pop(HANDOVER, ""),
        "goes_on_to": request.session.pop(GOES_ON_TO, ""),
    }
    return render(request, "people/me.html", context)


@login_required
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Withdraw the purpose that the button names."""
    person = person_of_user(request.user.pk)
    purpose = request.POST.get("purpose", "")
    if person is not None and purpose in Purpose.values:
        withdraw_consent(person=person, purposes=[purpose])
    return redirect("me")


@login_required
@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """Pause the tracking of interests, or go on with it, as the button says."""
    person = person_of_user(request.user.pk)
    wish = request.POST.get("wish", "")
    if person is not None and wish == "pause":
        with suppress(NothingToPause):
            pause_profiling(person=person)
    elif person is not None and wish == "go_on":
        resume_profiling(person=person)
    return redirect("me")


@never_cache
@login_required
@require_safe
def download_data(request: HttpRequest) -> HttpResponse:
    """Hand over everything held, as one file."""
    person = person_of_user(request.user.pk)
    if person is None:
        return redirect("me")
    response = JsonResponse(
        build_access_report(person=person),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def forget_me(request: HttpRequest) -> HttpResponse:
    """Ask once more; only the posted form erases."""
    person = person_of_user(request.user.pk)
    if person is None:
        return redirect("me")
    if request.method == "POST":
        erase_person(person=person, actor=f"person:{person.external_id}")
        logout(request)
        return redirect("forgotten")
    return render(request, "people/forget_me.html", {"person": person})


@require_safe
def show_forgotten(request: HttpRequest) -> HttpResponse:
    """Say what was erased and what stays as proof."""
    return render(request, "people/forgotten.html")
