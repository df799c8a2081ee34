"""Signing in by a code sent to an address or a phone, and signing out; a contact is never said to be known or not."""

from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from outbox.development import is_private_development
from people.api import objects_to_profiling
from people.contact_kinds import Offer, offer_in
from people.forms import CodeForm, ContactForm, SignInForm
from people.models import ContactKind, Visitor
from people.notices import CURRENT, known_language, notice_of
from people.services.sign_in import NotByCode, SignedIn
from people.services.verification import BadCode, TooManyCodes
from people.services.visitors import BadToken, issue_token, visitor_of_token
from people.session_sign_in import (
    ASKED,
    ask_to_sign_in,
    open_session,
    redeem_in_session,
    where_sent,
)

HANDOVER = "visitor_token"
GOES_ON_TO = "goes_on_to"
LONGEST_IN_MINUTES = 90


@sensitive_post_parameters(*ContactKind.values)
@never_cache
@require_http_methods(["GET", "POST"])
def ask_for_code(request: HttpRequest) -> HttpResponse:
    """Take the contact and have a code sent; every contact gets the same answer.

    409 where no kind of contact can be reached now: the page says how to get in instead.
    """
    language = get_language() or "en"
    offer = offer_in(language)
    kind = asked_kind(request, offer)
    if kind is None:
        status = 409 if request.method == "POST" else 200
        return render(request, "people/sign_in.html", {"form": None}, status=status)
    form = SignInForm(
        request.POST if request.method == "POST" else None,
        kind=kind,
        offer=offer,
        initial={"next": request.GET.get("next", "")},
    )
    status, wait_s = 200, 0
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _ask(request, form)
                return redirect("sign_in_code")
            except TooManyCodes as limit:
                status, wait_s = 429, limit.retry_after_s
                form.add_error(None, words_of_limit(wait_s))
    context = {
        "form": form,
        "others": others_of(form, next_page=form["next"].value() or ""),
        "notice": CURRENT,
        "texts": notice_of(CURRENT).texts[known_language(language)],
        "objects": objects_to_profiling(request),
    }
    response = render(request, "people/sign_in.html", context, status=status)
    if wait_s:
        response["Retry-After"] = str(wait_s)
    return response


def asked_kind(request: HttpRequest, offer: Offer) -> ContactKind | None:
    """The kind whose field was sent, or that `?by=` names, if it is offered; else the first one."""
    sent = [kind.value for kind in offer.kinds if kind.value in request.POST]
    return offer.kind_named(sent[0] if sent else request.GET.get("by", ""))


def others_of(form: ContactForm, *, next_page: str) -> list[dict[str, str]]:
    """The ways to the same page asking for another kind: the kind and the query."""
    return [
        {"kind": other.value, "query": urlencode({"by": other.value, "next": next_page})}
        for other in form.offer.other_than(form.kind)
    ]


def words_of_limit(wait_s: int) -> str:
    """What to tell whoever has to wait."""
    minutes = wait_s // 60 + 1
    if minutes > LONGEST_IN_MINUTES:
        return _("Several codes were asked for already. Try again in %(hours)d hours.") % {
            "hours": -(-minutes // 60)
        }
    return _("Several codes were asked for already. Try again in %(minutes)d minutes.") % {
        "minutes": minutes
    }


def _ask(request: HttpRequest, form: SignInForm) -> None:
    data = form.cleaned_data
    if form.contact is None:
        raise ValueError("The form is not valid.")
    ask_to_sign_in(
        request,
        contact=form.contact,
        language=get_language() or "en",
        purposes={
            "profiling": data["profiling"] and not objects_to_profiling(request),
            "marketing": data["marketing"],
        },
        notice=data["notice"],
        visitor=visitor_named(data["visitor"]),
        next_page=data["next"],
    )


def visitor_named(token: str) -> Visitor | None:
    """The visitor of a token that a page sent along; None for none of ours."""
    if not token:
        return None
    try:
        return visitor_of_token(token)
    except BadToken:
        return None


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """Take the code; a wrong, used and expired one look alike."""
    asked = request.session.get(ASKED)
    if not asked:
        return redirect("sign_in")
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _sign_in(request, form.cleaned_data["code"])
            except BadCode:
                form.add_error(
                    "code",
                    _("This code does not fit any more. Check the figures, or ask for a new one."),
                )
            except NotByCode:
                form.add_error(None, _("This login needs a password. Use the staff sign-in."))
                status = 403
    context = {
        "form": form,
        "sent": where_sent(request, asked["verification"]),
        "again": urlencode({"by": asked.get("kind", ""), "next": asked["next"]}),
        "development": is_private_development(),
    }
    return render(request, "people/sign_in_code.html", context, status=status)


def _sign_in(request: HttpRequest, code: str) -> HttpResponse:
    result, asked, before = redeem_in_session(request, code=code)
    return begin_session(request, result, before=before, target=asked["next"])


def begin_session(
    request: HttpRequest, result: SignedIn, *, before: Visitor | None, target: str
) -> HttpResponse:
    """Sign in, under a new session key, and lead on to where the reader was going, on this site.

    A visitor that is new to the browser is handed over on the reader's own page, which leads on.
    """
    open_session(request, result)
    target = target if safe_next(request, target) else ""
    if result.visitor is not None and result.visitor != before:
        request.session[HANDOVER] = issue_token(result.visitor)
        request.session[GOES_ON_TO] = target
    elif target:
        return redirect(target)
    return redirect("me")


def safe_next(request: HttpRequest, target: str) -> bool:
    """Tell whether a redirect stays on the site."""
    return bool(target) and url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; the next page also lets go of the browser's visitor token."""
    logout(request)
    return redirect(reverse("signed_out"))


@require_http_methods(["GET"])
def show_signed_out(request: HttpRequest) -> HttpResponse:
    """Say that the session is over."""
    return render(request, "people/signed_out.html")
