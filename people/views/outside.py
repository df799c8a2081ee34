"""Signing in by a login kept elsewhere: away with a state that only this session knows, and back."""

import secrets
import time

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from people.selectors import person_of_user
from people.services.outside_identities import sign_in_by_identity
from people.services.sign_in import NotByCode, is_for_work
from people.sign_in_adapters import NotIdentified, OnlyLooking, SignInAdapter, sign_in_adapter
from people.throttle import Throttled, count_request
from people.views.sign_in import begin_session

AWAY = "away"
AWAY_AT_MOST_S = 600
AN_ADDRESS = 60
IN_ALL = 3000


@never_cache
@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Send the browser to sign in elsewhere; nothing is known of anybody yet."""
    adapter = _adapter()
    state = secrets.token_hex(16)
    request.session[AWAY] = {
        "state": _hashed(state),
        "next": request.GET.get("next", "")[:500],
        "until": time.time() + AWAY_AT_MOST_S,
    }
    back = f"{settings.BASE_URL}{reverse('sign_in_outside_back')}"
    return HttpResponseRedirect(adapter.way_out(back=back, state=state))


@sensitive_variables("code")
@never_cache
@require_safe
def come_back(request: HttpRequest) -> HttpResponse:
    """Take the code that came back for this session's state, once, and sign in by it."""
    adapter = _adapter()
    away = request.session.get(AWAY, {})
    state, code = request.GET.get("state", ""), request.GET.get("code", "")
    if not away or not constant_time_compare(_hashed(state), away["state"]):
        return _again(request, "", _("That did not work. Sign in again."))
    del request.session[AWAY]
    if is_for_work(request.user):
        return _again(request, "", _("This browser is signed in for work. Sign out first."))
    if not code or time.time() > away["until"]:
        return _again(request, away["next"], _("That did not work. Sign in again."))
    try:
        count_request(request, name="outside", an_address=AN_ADDRESS, in_all=IN_ALL)
        result = sign_in_by_identity(
            identity=adapter.identity_of(code=code),
            signed_in=person_of_user(request.user.pk),
            language=get_language() or "en",
        )
    except Throttled:
        return _again(request, away["next"], _("Too many signed in just now. Wait a minute."))
    except OnlyLooking:
        return _again(
            request,
            away["next"],
            _("WeChat shows you a preview only. Press “Use full service” below and sign in again."),
        )
    except NotIdentified:
        return _again(
            request, away["next"], _("WeChat did not say who you are. Try again, or another way.")
        )
    except NotByCode:
        return _again(
            request, away["next"], _("This login needs a password. Use the staff sign-in.")
        )
    return begin_session(request, result, before=None, target=away["next"])


def _adapter() -> SignInAdapter:
    adapter = sign_in_adapter()
    if adapter is None:
        raise Http404
    return adapter


def _again(request: HttpRequest, target: str, words: str) -> HttpResponse:
    messages.error(request, words)
    return redirect(f"{reverse('sign_in')}?{urlencode({'next': target})}" if target else "sign_in")


def _hashed(state: str) -> str:
    return salted_hmac("people.outside.state", state, algorithm="sha256").hexdigest()
