"""Takes votes in polls without a script, a login or a cookie, and leads back to the poll."""

from urllib.parse import urlencode, urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from wagtail.models import Page

from cms.access import may_open
from cms.services.polls import count_vote
from people.throttle import Throttled, count_request

VOTES_AN_ADDRESS = 3
VOTES_IN_ALL = 3000


def is_sent_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this site sent it, which a page elsewhere cannot fake."""
    said = request.headers.get("Sec-Fetch-Site")
    if said:
        return said == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    parts = urlsplit(origin)
    return bool(parts.netloc) and (parts.scheme, parts.netloc) == (
        request.scheme,
        request.get_host(),
    )


@csrf_exempt
@require_POST
@never_cache
def vote(request: HttpRequest, page_id: int, block_id: str) -> HttpResponse:
    """Count a vote sent from the page itself, and show the poll again with its results.

    A page that anybody may read sets no cookie, so its form has no token: the browser's word on
    where it was sent from stands for it. Where a browser says nothing, the reader is asked to
    confirm, with a token.
    """
    page, option_id = _asked_for(request, page_id, block_id)
    if not is_sent_from_here(request):
        context = {"page_id": page_id, "block_id": block_id, "option_id": option_id}
        return render(request, "cms/poll_confirm.html", context)
    return _count(request, page, block_id, option_id)


@require_POST
@never_cache
def confirmed_vote(request: HttpRequest, page_id: int, block_id: str) -> HttpResponse:
    """Count a vote that the reader confirmed; Django checks its token."""
    page, option_id = _asked_for(request, page_id, block_id)
    return _count(request, page, block_id, option_id)


def _asked_for(request: HttpRequest, page_id: int, block_id: str) -> tuple[Page, str]:
    """The page and the answer; Http404 where the page does not show this poll with this answer."""
    page = Page.objects.live().filter(pk=page_id).first()
    if page is None or not may_open(page, request):
        raise Http404
    page = page.specific
    option_id = request.POST.get("option", "")
    for block in getattr(page, "body", None) or []:
        if block.block_type == "poll" and str(block.id) == block_id:
            known = {str(option.id) for option in block.value["options"].bound_blocks}
            if option_id in known or not option_id:
                return page, option_id
    raise Http404


def _count(request: HttpRequest, page: Page, block_id: str, option_id: str) -> HttpResponse:
    voted = {}
    if option_id:
        try:
            count_request(
                request,
                name=f"poll:{block_id}",
                an_address=VOTES_AN_ADDRESS,
                in_all=VOTES_IN_ALL,
            )
        except Throttled as throttled:
            response = HttpResponse(
                _("There are many votes just now. Please try again in a minute."), status=429
            )
            response["Retry-After"] = str(throttled.retry_after_s)
            return response
        count_vote(page_id=page.pk, block_id=block_id, option_id=option_id)
        voted = {"voted": block_id}
    query = f"?{urlencode(voted)}" if voted else ""
    return redirect(f"{page.get_url(request)}{query}#poll-{block_id}")
