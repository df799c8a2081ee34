"""The report of live pieces that are due for a new review, on the screen and as a safe CSV file."""

import csv
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from wagtail.admin.views.reports import ReportView
from wagtail.models import Page

from cms.models import ClinicianPage
from cms.reviewers import is_clinician, is_editor, is_reviewer
from cms.reviews import due_page_ids, own_pieces, piece_models
from outbox.safe_cells import csv_cell
from people.models import User

HEADINGS = (
    gettext_lazy("Title"),
    gettext_lazy("Language"),
    gettext_lazy("Author"),
    gettext_lazy("Reviewer"),
    gettext_lazy("Reviewed on"),
    gettext_lazy("Due since"),
)


def due_for(user: User) -> QuerySet[Page]:
    """Live pieces due for a new review that concern a login, the longest due first.

    Reviewers and editors see all, authors their own. Each page has `due_at`, `reviewed_on`,
    `author_id`, `author_name` and `reviewed_by`; one query.
    """
    pages = Page.objects.filter(due_page_ids()).select_related("locale")
    if not (is_reviewer(user) or is_editor(user)):
        pages = pages.filter(own_pieces(user))
    found = {
        "due_at": "next_review_at",
        "reviewed_on": "reviewed_at",
        "author_name": "author__title",
        "author_page": "author",
        "reviewed_by": "reviewer_name",
    }
    return pages.annotate(**{name: _of_any_type(field) for name, field in found.items()}).order_by(
        "due_at", "pk"
    )


def _of_any_type(field: str) -> Coalesce | Subquery:
    parts = [
        Subquery(model.objects.filter(pk=OuterRef("pk")).order_by().values(field)[:1])
        for model in piece_models()
    ]
    return Coalesce(*parts) if len(parts) > 1 else parts[0]


class DueReportView(ReportView):
    """Pieces whose next review is past; those who may not approve see their own."""

    index_url_name = "due_report"
    index_results_url_name = "due_report_results"
    results_template_name = "cms/admin/due_report_results.html"
    page_title = gettext_lazy("Due for review")
    header_icon = "clipboard-list"
    default_ordering = None
    export_formats = ("csv",)
    paginate_by = 50

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in whoever writes or looks after pieces."""
        if not may_see_due(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Page]:
        """The due pieces of one author, where one is chosen."""
        pages = due_for(self.request.user)
        author = self.request.GET.get("author", "")
        return pages.filter(Q(author_page=int(author))) if author.isdecimal() else pages

    def get_filtered_queryset(self) -> QuerySet[Page]:
        """The filter is the author alone, which the query knows already."""
        return self.get_queryset()

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Wagtail's own, with the authors to choose from."""
        context = super().get_context_data(*args, **kwargs)
        due = due_for(self.request.user).order_by().values("author_page")
        context["authors"] = ClinicianPage.objects.filter(pk__in=due).order_by("title")
        context["chosen_author"] = self.request.GET.get("author", "")
        context["today"] = timezone.localdate()
        context["may_review"] = is_reviewer(self.request.user)
        context["csv_url"] = f"{reverse('due_report')}?export=csv&author={context['chosen_author']}"
        return context

    def as_spreadsheet(self, queryset: QuerySet[Page], spreadsheet_format: str) -> HttpResponse:
        """A CSV file that no spreadsheet takes for formulas."""
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="due-for-review.csv"'
        response.write("\ufeff")
        writer = csv.writer(response)
        writer.writerow([str(heading) for heading in HEADINGS])
        for page in queryset:
            cells = (
                page.title,
                page.locale.language_code,
                page.author_name,
                page.reviewed_by,
                page.reviewed_on,
                page.due_at,
            )
            writer.writerow([csv_cell(cell) for cell in cells])
        return response


def may_see_due(user: User) -> bool:
    """Whether the report has anything to do with a login: it writes, reviews or edits."""
    return is_reviewer(user) or is_editor(user) or is_clinician(user)
