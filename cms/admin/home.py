"""The admin's home: what waits for me, each with a link, in a fixed number of queries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component
from wagtail.models import Page, TaskState

from cms.admin.due_report import due_for
from cms.models import IndexPage, ReviewerLicence
from cms.reviewers import is_clinician, is_editor, is_reviewer, licence_of
from cms.reviews import own_pieces, sent_back_to, task_states_for
from people.models import User

ON_HOME = 5


@dataclass(frozen=True)
class Line:
    """One thing that waits: `note` is small print, `quotation` what somebody said about it."""

    label: str
    url: str
    note: str = ""
    at: date | datetime | None = None
    quotation: str = ""


@dataclass(frozen=True)
class Section:
    """One list of the home page. `empty` says what to do where nothing waits; None hides the list.

    `total` counts what there is beside the lines shown; `url` leads to all of it.
    """

    title: str
    lines: list[Line] = field(default_factory=list)
    empty: str | None = None
    total: int = 0
    url: str = ""


#: Packages above add what only they know: the classes of my week. Asked in order, after our own.
home_sections: list[Callable[[User], Section | None]] = []


def edit_url(page_id: int | str) -> str:
    """The editor of a page."""
    return reverse("wagtailadmin_pages:edit", args=[page_id])


def sections_for(user: User) -> list[Section]:
    """Everything that waits for a login; a list that has nothing to do with it is left out."""
    sections = [first_steps(user), waiting_for(user), came_back_to(user), due_again(user)]
    sections += [section(user) for section in home_sections]
    shown = [section for section in sections if section is not None]
    return [section for section in shown if section.lines or section.empty is not None]


def first_steps(user: User) -> Section | None:
    """What to do first: an author without a piece writes one, a clinic without a licence records it."""
    lines = []
    if is_clinician(user) and not Page.objects.filter(own_pieces(user)).exists():
        shelf = IndexPage.objects.filter(shelf=IndexPage.Shelf.ARTICLES).order_by("path").first()
        place = [shelf.pk] if shelf else None
        lines.append(
            Line(
                label=_("Write your first piece"),
                url=reverse("wagtailadmin_pages:add_subpage", args=place)
                if place
                else reverse("wagtailadmin_explore_root"),
                note=_("You can save at any time; nothing goes live before a review."),
            )
        )
    if user.has_perm("cms.add_reviewerlicence") and not ReviewerLicence.objects.exists():
        lines.append(
            Line(
                label=_("Record the licence of a reviewer"),
                url=reverse("reviewer_licences:add"),
                note=_("Without one, no piece about health can go live."),
            )
        )
    return Section(title=_("To begin"), lines=lines)


def waiting_for(user: User) -> Section | None:
    """Reviews under way, for those who decide about them."""
    if not (is_reviewer(user) or is_editor(user)):
        return None
    found = task_states_for(user).select_related("workflow_state__requested_by")
    empty = _("Nothing waits for a review.")
    if is_reviewer(user) and licence_of(user) is None:
        empty = _("You cannot approve yet: no licence in force is recorded for you.")
    return Section(
        title=_("To review"),
        lines=_states(found.order_by("started_at")),
        empty=empty,
        total=found.count(),
        url=reverse("wagtailadmin_reports:workflow_tasks"),
    )


def _states(found: QuerySet[TaskState]) -> list[Line]:
    states = list(found[:ON_HOME])
    titles = dict(
        Page.objects.filter(pk__in=[state.workflow_state.object_id for state in states])
        .order_by()
        .values_list("pk", "draft_title")
    )
    return [
        Line(
            label=titles.get(int(state.workflow_state.object_id), ""),
            url=edit_url(state.workflow_state.object_id),
            note=name_of(state.workflow_state.requested_by),
            at=state.started_at,
        )
        for state in states
    ]


def name_of(user: User | None) -> str:
    """A login's name, or nothing."""
    return user.get_full_name() or user.get_username() if user else ""


def came_back_to(user: User) -> Section | None:
    """Pieces of mine that a reviewer sent back, with what was said."""
    if not (is_clinician(user) or is_editor(user)):
        return None
    found = sent_back_to(user)
    lines = [
        Line(
            label=state.content_object.draft_title or state.content_object.title,
            url=edit_url(state.object_id),
            note=name_of(state.current_task_state.finished_by),
            at=state.current_task_state.finished_at,
            quotation=state.current_task_state.comment,
        )
        for state in found[:ON_HOME]
        if state.content_object and state.current_task_state
    ]
    empty = _("Nothing was sent back to you.") if is_clinician(user) else None
    return Section(title=_("Sent back"), lines=lines, empty=empty, total=found.count())


def due_again(user: User) -> Section | None:
    """Live pieces whose next review is past: all for reviewers and editors, mine for an author."""
    if not (is_clinician(user) or is_reviewer(user) or is_editor(user)):
        return None
    found = due_for(user)
    lines = [
        Line(
            label=page.title,
            url=reverse("renew_review", args=[page.pk]),
            note=page.author_name or "",
            at=page.due_at,
        )
        for page in found[:ON_HOME]
    ]
    return Section(
        title=_("Due for a new review"),
        lines=lines,
        empty=_("Every live piece is in date."),
        total=found.count(),
        url=reverse("due_report"),
    )


class WaitingPanel(Component):
    """What waits for me, list by list."""

    name = "waiting"
    order = 50
    template_name = "cms/admin/home_panel.html"

    def __init__(self, sections: Iterable[Section]) -> None:
        self.sections = list(sections)

    def get_context_data(self, parent_context) -> dict:
        """The lists, which were read when the panel was made."""
        return {"sections": self.sections}


#: Wagtail's own panels that ours stand for, or that tell of nothing here.
REPLACED = {"workflow_objects_to_moderate", "user_objects_in_workflow_moderation"}


def arrange_home(request: HttpRequest, panels: list[Component]) -> None:
    """Put what waits first, and leave out Wagtail's lists of the same."""
    panels[:] = [panel for panel in panels if getattr(panel, "name", "") not in REPLACED]
    if sections := sections_for(request.user):
        panels.append(WaitingPanel(sections))
