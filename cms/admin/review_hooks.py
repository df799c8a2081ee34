"""What Wagtail's admin is told of reviews, roles and publishing; the screens are beside it."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.models import Page

from cms.admin import home, review
from cms.admin.bulk_actions import BULK_ACTIONS
from cms.admin.due_report import DueReportView, may_see_due
from cms.gate import approval_of, needs_approval
from cms.models import PiecePage
from cms.page_rows import known_to
from cms.reviewers import sees_own_alone
from cms.services import outside_review, taking_down
from people.models import User

for bulk_action in BULK_ACTIONS:
    hooks.register("register_bulk_action", bulk_action, order=100)
hooks.register("construct_homepage_panels", home.arrange_home, order=100)

#: Reports of Wagtail's that tell an author about everybody's work.
REPORTS_FOR_ALL = {
    "locked-pages",
    "workflows",
    "workflow-tasks",
    "site-history",
    "aging-pages",
    "page-types-usage",
}


@hooks.register("before_edit_page")
def leave_decisions_to_the_press(request: HttpRequest, page: Page) -> JsonResponse | None:
    """Refuse a decision that an autosave carries along.

    The button of a decision writes it into the form and sends it; where the answer takes a while,
    Wagtail saves the changed form by itself meanwhile. Both would decide, and the slower one would
    write the row as it was before the piece went live.
    """
    decides = request.method == "POST" and "action-workflow-action" in request.POST
    if not decides or request.accepts("text/html"):
        return None
    body = {
        "success": False,
        "error_code": "blocked_by_hook",
        "error_message": _("The decision is on its way. Nothing else is saved until it is taken."),
    }
    return JsonResponse(body, status=400)


@hooks.register("register_admin_viewset")
def register_licences() -> review.LicenceViewSet:
    """Who may review, under Settings."""
    return review.LicenceViewSet()


@hooks.register("register_admin_urls")
def review_addresses() -> list:
    """The screens beside the workflow."""
    return [
        path("review/<int:page_id>/again/", review.renew, name="renew_review"),
        path("review/<int:page_id>/outside/", review.ask_outside, name="ask_outside"),
        path("review/outside/<int:invitation_id>/close/", review.revoke, name="revoke_outside"),
        path("review/<int:page_id>/take-down/", review.take_down, name="take_down"),
        path("review/<int:page_id>/put-back/", review.put_back, name="put_back"),
        path("reports/due/", DueReportView.as_view(), name="due_report"),
        path(
            "reports/due/results/",
            DueReportView.as_view(results_only=True),
            name="due_report_results",
        ),
    ]


class DueMenuItem(MenuItem):
    """Shown to those who have pieces to look after."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether the login writes, reviews or edits."""
        return may_see_due(request.user)


@hooks.register("register_reports_menu_item")
def due_menu_item() -> MenuItem:
    """ "Due for review" among the reports."""
    return DueMenuItem(
        gettext_lazy("Due for review"),
        reverse("due_report"),
        name="due-for-review",
        icon_name="clipboard-list",
        order=100,
    )


@hooks.register("construct_reports_menu")
def keep_reports_of_ones_own(request: HttpRequest, items: list[MenuItem]) -> None:
    """Authors see the report of their own pieces, not those of everybody's work."""
    if sees_own_alone(request.user):
        items[:] = [item for item in items if item.name not in REPORTS_FOR_ALL]


@hooks.register("construct_page_chooser_queryset")
def offer_known_pages(pages: QuerySet, request: HttpRequest) -> QuerySet:
    """Authors link to their own pieces and to live ones, never to drafts of others."""
    return known_to(request.user, pages)


@hooks.register("construct_page_action_menu")
def offer_publishing_where_it_can_be(
    items: list[Any], request: HttpRequest, context: dict[str, Any]
) -> None:
    """Leave "Publish" out for words that need an approval and have none; "Submit" is there."""
    page = context.get("page")
    if isinstance(page, PiecePage) and needs_approval(page) and approval_of(page) is None:
        items[:] = [item for item in items if item.name != "action-publish"]


@hooks.register("register_page_header_buttons")
def review_buttons(
    page: Page, user: User, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    """On a piece: ask outside, review again, take down, put back; each where it can be done."""
    piece = page.specific_deferred
    if not isinstance(piece, PiecePage) or piece.alias_of_id:
        return
    if view_name == "edit" and outside_review.may_invite(user=user, piece=piece):
        address = reverse("ask_outside", args=[piece.pk])
        yield HeaderButton(_("Ask a colleague outside"), address, icon_name="mail", priority=70)
    if not taking_down.may_take_down(user=user, piece=piece):
        return
    if piece.live:
        address = reverse("take_down", args=[piece.pk])
        yield HeaderButton(_("Take down"), address, icon_name="download", priority=71)
    elif piece.first_published_at:
        address = reverse("put_back", args=[piece.pk])
        yield HeaderButton(_("Put back"), address, icon_name="upload", priority=71)
