"""Around the admin's views: a refused publication becomes a message, another's piece is not there."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import ResolverMatch, reverse
from wagtail.admin import messages
from wagtail.admin.modal_workflow import render_modal_workflow
from wagtail.models import Page

from cms.gate import PublicationRefused
from cms.page_rows import is_narrowed, known_to, rows_for
from cms.reviewers import sees_own_alone

#: What the admin's addresses call the id of a page.
PAGE_IDS = ("page_id", "parent_page_id", "page_to_move_id", "destination_id", "pk")
#: Reports that tell about everybody's work; the menu leaves them out for authors as well.
REPORTS_FOR_ALL = (
    "locked_pages",
    "workflow",
    "workflow_tasks",
    "site_history",
    "aging_pages",
    "page_types_usage",
)


class RefusedPublicationMiddleware:
    """In the admin, lead back to the piece with the reason; elsewhere the refusal stays an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; only errors are of interest."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal in the admin with a message on the page's own screen."""
        home = reverse("wagtailadmin_home")
        if not isinstance(error, PublicationRefused) or not request.path.startswith(home):
            return None
        messages.error(request, " ".join(error.messages))
        page = error.page
        place = reverse("wagtailadmin_pages:edit", args=[page.pk]) if page.pk else home
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            data = {"step": "success", "redirect": place}
            return render_modal_workflow(request, "", None, {}, json_data=data)
        return redirect(place)


class RowsOfOnesOwnMiddleware:
    """Answers 404 in the admin where an address names a page that is in none of the login's lists.

    Wagtail's lists ask `cms.page_rows` themselves; this is for the addresses that take an id and
    would show the page's title.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; only what an address names is of interest."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> None:
        """Raise Http404 before the view has looked at anything; authors' reports tell of their own."""
        match, user = request.resolver_match, request.user
        if match is None or not match.route.startswith("admin/"):
            return
        if not user.has_perm("wagtailadmin.access_admin"):
            return  # whoever may not enter is led to the sign-in
        if _tells_of_all(match) and sees_own_alone(user):
            raise Http404
        lists, ids = _named(match, request)
        if not ids or not is_narrowed(user):
            return
        if lists(user, Page.objects.filter(pk__in=ids)).count() < len(ids):
            raise Http404


def _tells_of_all(match: ResolverMatch) -> bool:
    name = (match.url_name or "").removesuffix("_results")
    return match.namespace == "wagtailadmin_reports" and name in REPORTS_FOR_ALL


def _named(match: ResolverMatch, request: HttpRequest) -> tuple[Callable, set[int]]:
    """Under which rule an address names which pages."""
    name = match.url_name or ""
    if name == "wagtailadmin_choose_page_chosen_multiple":
        return known_to, {int(pk) for pk in request.GET.getlist("id") if pk.isdecimal()}
    if match.namespace == "wagtailadmin_pages" or name.startswith(
        ("wagtailadmin_explore", "wagtailadmin_choose_page")
    ):
        rule = known_to if name.startswith("wagtailadmin_choose_page") else rows_for
        named = (match.kwargs.get(key) for key in PAGE_IDS)
        return rule, {int(pk) for pk in named if pk is not None}
    return rows_for, set()
