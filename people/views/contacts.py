"""Adding a contact to one's own page: which one, and the code that shows it is one's own."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from outbox.development import is_private_development
from people.contact_kinds import offer_in
from people.forms import CodeForm, ContactForm
from people.models import ContactKind, ContactPoint, Person
from people.selectors import person_of_user
from people.services.contacts import BelongsToOther, add_contact
from people.services.verification import BadCode, TooManyCodes, redeem_code
from people.session_sign_in import have_code_sent, secret_of, where_sent
from people.views.sign_in import asked_kind, others_of, words_of_limit

ADDING = "contact_to_add"


def kinds_to_add(person: Person, language: str) -> list[ContactKind]:
    """The kinds offered on a page in this language of which the person has no verified contact."""
    held = set(
        ContactPoint.objects.filter(person=person, verified_at__isnull=False).values_list(
            "kind", flat=True
        )
    )
    return [kind for kind in offer_in(language).kinds if kind not in held]


@sensitive_post_parameters(*ContactKind.values)
@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Take the contact and have a code sent to it; whose it is comes out with the code alone."""
    person = person_of_user(request.user.pk)
    language = get_language() or "en"
    offer = offer_in(language)
    kind = asked_kind(request, offer)
    if person is None or kind is None:
        return redirect("me")
    form = ContactForm(request.POST if request.method == "POST" else None, kind=kind, offer=offer)
    status, wait_s = 200, 0
    if request.method == "POST":
        status = 422
        if form.is_valid() and form.contact is not None:
            try:
                sent = have_code_sent(request, contact=form.contact, language=language)
            except TooManyCodes as limit:
                status, wait_s = 429, limit.retry_after_s
                form.add_error(None, words_of_limit(wait_s))
            else:
                request.session[ADDING] = str(sent.public_id)
                return redirect("confirm_contact")
    context = {"form": form, "others": others_of(form, next_page="")}
    response = render(request, "people/add_contact.html", context, status=status)
    if wait_s:
        response["Retry-After"] = str(wait_s)
    return response


@sensitive_post_parameters("code")
@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Take the code; a contact that is another person's stays theirs."""
    person = person_of_user(request.user.pk)
    adding = request.session.get(ADDING)
    if person is None or not adding:
        return redirect("me")
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _confirm(request, person, adding, form.cleaned_data["code"])
            except BadCode:
                form.add_error(
                    "code",
                    _("This code does not fit any more. Check the figures, or ask for a new one."),
                )
            else:
                return redirect(f"{reverse('me')}#contacts")
    context = {
        "form": form,
        "sent": where_sent(request, adding),
        "development": is_private_development(),
    }
    return render(request, "people/confirm_contact.html", context, status=status)


def _confirm(request: HttpRequest, person: Person, adding: str, code: str) -> None:
    verification = redeem_code(public_id=adding, code=code, browser=secret_of(request))
    del request.session[ADDING]
    try:
        add_contact(person=person, verification=verification)
    except BelongsToOther:
        messages.info(
            request,
            _(
                "This contact belongs to another account here, so nothing was changed. "
                "If both are yours, ask us to put them together."
            ),
        )
    else:
        messages.success(request, _("The contact is confirmed, and yours."))
