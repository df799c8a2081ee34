"""Signing in by a mailed code, and signing out; a contact is never said to be known or not."""

from django.contrib.auth import login, logout
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
from people.forms import CodeForm, SignInForm
from people.models import Visitor
from people.notices import CURRENT, UnknownNotice, known_language, notice_of
from people.services.sign_in import NotByCode, complete_sign_in
from people.services.verification import (
    BadCode,
    TooManyCodes,
    browser_secret,
    redeem_code,
    request_code,
)
from people.services.visitors import BadToken, issue_token, visitor_of_token
from people.throttle import address_of

ASKED = "sign_in"
HANDOVER = "visitor_token"


@never_cache
@require_http_methods(["GET", "POST"])
def ask_for_code(request: HttpRequest) -> HttpResponse:
    """Take the address and have a code sent; every address gets the same answer."""
    form = SignInForm(request.POST or None, initial={"next": request.GET.get("next", "")})
    status = 200
    wait_s = 0
    if request.method == "POST" and form.is_valid():
        try:
            _ask(request, form.cleaned_data)
            return redirect("sign_in_code")
        except TooManyCodes as limit:
            wait_s = limit.retry_after_s
            form.add_error(
                None,
                _("Several codes were asked for already. Try again in %(minutes)d minutes.")
                % {"minutes": wait_s // 60 + 1},
            )
            status = 429
    elif request.method == "POST":
        status = 422
    language = known_language(get_language() or "en")
    context = {
        "form": form,
        "notice": CURRENT,
        "texts": notice_of(CURRENT).texts[language],
        "objects": objects_to_profiling(request),
    }
    response = render(request, "people/sign_in.html", context, status=status)
    if status == 429:
        response["Retry-After"] = str(wait_s)
    return response


def _ask(request: HttpRequest, data: dict) -> None:
    if not request.session.session_key:
        request.session.create()
    language = get_language() or "en"
    verification = request_code(
        value=data["email"],
        language=language,
        browser=browser_secret(str(request.session.session_key)),
        address=address_of(request),
    )
    visitor = _visitor_named(data["visitor"])
    request.session[ASKED] = {
        "verification": str(verification.public_id),
        "profiling": data["profiling"] and not objects_to_profiling(request),
        "marketing": data["marketing"],
        "notice": data["notice"] or CURRENT,
        "language": language,
        "visitor": str(visitor.public_id) if visitor else "",
        "next": data["next"],
    }


def _visitor_named(token: str) -> Visitor | None:
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
                return _sign_in(request, asked, form.cleaned_data["code"])
            except BadCode:
                form.add_error(
                    "code",
                    _("This code does not fit any more. Check the figures, or ask for a new one."),
                )
            except NotByCode:
                form.add_error(None, _("This login needs a password. Use the staff sign-in."))
                status = 403
    context = {"form": form, "development": is_private_development()}
    return render(request, "people/sign_in_code.html", context, status=status)


def _sign_in(request: HttpRequest, asked: dict, code: str) -> HttpResponse:
    secret = browser_secret(str(request.session.session_key))
    verification = redeem_code(public_id=asked["verification"], code=code, browser=secret)
    notice = asked["notice"]
    try:
        notice_of(notice)
    except UnknownNotice:  # a form edited by hand: it agreed to nothing anybody showed
        asked = {**asked, "profiling": False, "marketing": False}
    before = (
        Visitor.objects.filter(public_id=asked["visitor"]).first() if asked["visitor"] else None
    )
    result = complete_sign_in(
        verification=verification,
        visitor=before,
        purposes={"profiling": asked["profiling"], "marketing": asked["marketing"]},
        notice=notice,
        language=asked["language"],
    )
    del request.session[ASKED]
    login(request, result.user, backend="people.authentication.PasswordBackend")
    request.session.cycle_key()
    if result.visitor is not None and result.visitor != before:
        request.session[HANDOVER] = issue_token(result.visitor)
    elif safe_next(request, asked["next"]):
        return redirect(asked["next"])
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
