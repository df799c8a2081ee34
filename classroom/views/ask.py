"""Asking the clinic a question: about a piece, a class, or anything; the answer comes by mail or waits on one's page."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from wagtail.models import Page

from classroom.emergency import emergency_number, sounds_urgent
from classroom.models.places import QUESTION_LENGTH
from classroom.readers import reader_of
from classroom.services.questions import ask_question
from cms.access import doors_of
from people.contact_kinds import reachable_contact, reachable_kinds
from people.models import ContactKind, ContactPoint
from people.selectors import current_clinic
from people.throttle import Throttled, count_request

AN_ADDRESS_A_MINUTE = 10
IN_ALL_A_MINUTE = 600


class QuestionForm(forms.Form):
    """The question, the tick without which nobody may read it, and the one for other readers."""

    text = forms.CharField(
        label=gettext_lazy("Your question"),
        max_length=QUESTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Write your question first.")},
    )
    agreed = forms.BooleanField(
        error_messages={
            "required": gettext_lazy("Tick this, or our clinicians may not read your question.")
        },
    )
    may_publish = forms.BooleanField(required=False)


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form; words of an emergency show the number to call first, and keep what was written."""
    about = _page(request, request.POST.get("about") or request.GET.get("about", ""))
    person = reader_of(request)
    contact = reachable_contact(person) if person else None
    # Where nothing leaves the house, the answer waits on the person's own page.
    reachable = bool(person and (contact or not reachable_kinds()))
    form = QuestionForm(request.POST if request.method == "POST" and reachable else None)
    urgent = False
    if person is not None and form.is_bound and form.is_valid():
        text = form.cleaned_data["text"]
        urgent = sounds_urgent(text) and "send_anyway" not in request.POST
        if not urgent and _counted(request):
            ask_question(
                person=person,
                text=text,
                language=get_language() or "en",
                page=about,
                may_publish=form.cleaned_data["may_publish"],
            )
            messages.success(request, _words_of_thanks(contact))
            return redirect(f"{reverse('me')}#questions")
    context = {
        "form": form,
        "about": about,
        "person": person,
        "reachable": reachable,
        "urgent": urgent,
        "number": emergency_number(current_clinic().time_zone),
    }
    return render(request, "classroom/ask.html", context)


def _words_of_thanks(contact: ContactPoint | None) -> str:
    if contact is None:
        return _("Your question is with us. The answer will stand here, on working days.")
    if contact.kind == ContactKind.PHONE:
        return _("Your question is with us. The answer will stand here, and we text you.")
    return _("Your question is with us. A clinician answers by e-mail, on working days.")


def _page(request: HttpRequest, text: str) -> Page | None:
    """The live page a question is about; one the reader may not know of is none, like any other."""
    if not text.isdecimal() or len(text) > 18:
        return None
    pages = doors_of(request).known(Page.objects.live().public())
    return pages.filter(pk=int(text), depth__gt=2).first()


def _counted(request: HttpRequest) -> bool:
    try:
        count_request(
            request, name="questions", an_address=AN_ADDRESS_A_MINUTE, in_all=IN_ALL_A_MINUTE
        )
    except Throttled:
        messages.info(request, _("That was a lot at once. Please send it again in a minute."))
        return False
    return True
