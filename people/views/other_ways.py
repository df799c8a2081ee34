"""Other ways in than a code: a link from the clinic, and a code of one's own that staff scan.

Opening either changes nothing; only a press does.
"""

from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.models import ContactKind, ScanRequest
from people.qr import drawn
from people.services.scans import (
    BadScan,
    NotYet,
    ask_for_scan,
    figures_of,
    redeem_scan,
    scan_in,
    token_of,
)
from people.services.sign_in import is_for_work
from people.services.sign_in_links import BadLink, link_of_token, use_sign_in_link
from people.services.verification import browser_secret
from people.services.vouching import TooManyWaysIn
from people.throttle import Throttled, address_of, count_request
from people.views.sign_in import begin_session, visitor_named

SHOWN = "scan"
LINKS_AN_ADDRESS = 30
LINKS_IN_ALL = 3000
NOBODYS = "00000000-0000-0000-0000-000000000000"


@sensitive_post_parameters("link")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def use_link(request: HttpRequest) -> HttpResponse:
    """Show who a link is for, and let in who presses; used, old and unknown links look alike."""
    try:
        count_request(request, name="links", an_address=LINKS_AN_ADDRESS, in_all=LINKS_IN_ALL)
    except Throttled as limit:
        response = render(request, "people/link_gone.html", {"busy": True}, status=429)
        response["Retry-After"] = str(limit.retry_after_s)
        return response
    sent = request.POST if request.method == "POST" else request.GET
    token = sent.get("link", "")
    try:
        link = link_of_token(token)
        if is_for_work(request.user):
            return render(request, "people/link.html", {"for_work": True}, status=403)
        if request.method == "POST":
            before = visitor_named(request.POST.get("visitor", ""))
            return begin_session(
                request,
                use_sign_in_link(token=token, visitor=before),
                before=before,
                target="",
            )
    except BadLink:
        return render(request, "people/link_gone.html", status=404)
    context = {
        "token": token,
        "name": link.person.display_name if link.person else link.name,
        "contact": masked(kind=link.kind, value=link.value),
    }
    return render(request, "people/link.html", context)


def masked(*, kind: str, value: str) -> str:
    """A contact as its owner recognises it and nobody else learns it."""
    if not value:
        return ""
    if kind == ContactKind.EMAIL:
        name, _at, host = value.partition("@")
        return f"{name[:1]}•••@{host}"
    return f"••• {value[-4:]}"


@never_cache
@require_http_methods(["GET", "POST"])
def show_code(request: HttpRequest) -> HttpResponse:
    """Show this browser's code to the reception; a post begins one."""
    if is_for_work(request.user):
        return render(request, "people/show_code.html", {"for_work": True}, status=403)
    if request.method == "POST":
        return _begin_code(request)
    scan = _scan(request)
    context = {"next": _next(request)}
    if scan is not None:
        token = token_of(scan, browser=_browser(request))
        context |= {
            "drawing": drawn(
                f"{settings.BASE_URL}{reverse('scan')}?{urlencode({'code': token})}",
                title=_("QR code for the reception"),
            ),
            "figures": figures_of(token),
            "expires_at": scan.expires_at,
        }
    return render(request, "people/show_code.html", context)


def _begin_code(request: HttpRequest) -> HttpResponse:
    if not request.session.session_key:
        request.session.create()
    try:
        scan = ask_for_scan(
            browser=_browser(request),
            address=address_of(request),
            language=get_language() or "en",
        )
    except TooManyWaysIn:
        return render(request, "people/show_code.html", {"busy": True}, status=429)
    request.session[SHOWN] = {"id": str(scan.public_id), "next": request.POST.get("next", "")[:500]}
    return redirect("show_code")


@never_cache
@require_safe
def tell_state(request: HttpRequest) -> HttpResponse:
    """Tell the page whether staff have confirmed its code: waiting, confirmed or over."""
    if SHOWN not in request.session:
        raise Http404
    scan = _scan(request)
    state = "over" if scan is None else "confirmed" if scan.confirmed_at else "waiting"
    return JsonResponse({"state": state})


@never_cache
@require_POST
def go_on(request: HttpRequest) -> HttpResponse:
    """Let this browser in once its code was confirmed; before that, and after, show the code."""
    before = visitor_named(request.POST.get("visitor", ""))
    try:
        result = redeem_scan(
            public_id=request.session.get(SHOWN, {}).get("id") or NOBODYS,
            browser=_browser(request),
            visitor=before,
        )
    except (BadScan, NotYet):
        return redirect("show_code")
    target = _next(request)
    del request.session[SHOWN]
    return begin_session(request, result, before=before, target=target)


def _scan(request: HttpRequest) -> ScanRequest | None:
    shown = request.session.get(SHOWN)
    return scan_in(public_id=shown["id"], browser=_browser(request)) if shown else None


def _next(request: HttpRequest) -> str:
    return request.session.get(SHOWN, {}).get("next", "") or request.GET.get("next", "")


def _browser(request: HttpRequest) -> str:
    return browser_secret(str(request.session.session_key))
