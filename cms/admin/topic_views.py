"""Screens about topics beside the vocabulary's own: suggestions, where a topic is used, approval."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.models import Page

from cms.models import PiecePage, Topic
from cms.services.topics import approve_topic, merged_topics_of
from cms.suggestions import suggested_topics
from cms.topic_uses import uses_of


def topic_suggestions(request: HttpRequest, page_id: int) -> HttpResponse:
    """The suggestions for the latest draft of a piece, for who may edit it."""
    page = get_object_or_404(Page, pk=page_id).specific
    if not isinstance(page, PiecePage) or not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    latest = page.get_latest_revision_as_object()
    context = {"piece": latest, "suggestions": suggested_topics(latest)}
    return render(request, "cms/admin/topic_suggestions.html", context)


def topic_uses(request: HttpRequest, pk: int) -> HttpResponse:
    """The pages, sections and panels that carry a topic or one merged into it."""
    if not request.user.has_perm("cms.view_topic"):
        raise PermissionDenied
    topic = get_object_or_404(Topic.objects.select_related("merged_into", "parent"), pk=pk)
    context = {
        "topic": topic,
        "uses": uses_of(topic, user=request.user),
        "stands_for": merged_topics_of(topic),
        "page_title": _("Where it is used"),
    }
    return render(request, "cms/admin/topic_uses.html", context)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a term into the vocabulary as it stands."""
    if not request.user.has_perm("cms.change_topic"):
        raise PermissionDenied
    topic = get_object_or_404(Topic, pk=pk)
    approve_topic(topic=topic, actor=f"user:{request.user.pk}")
    messages.success(request, _("%(topic)s is in the vocabulary.") % {"topic": topic})
    return redirect("topics_waiting")


class ActionsColumn(Column):
    """What may be done with a waiting term; taking it in is a form of its own."""

    cell_template_name = "cms/admin/topic_actions_cell.html"


class TopicsWaitingView(ReportView):
    """The terms that imports made and no editor has looked at, the most used first."""

    page_title = gettext_lazy("Terms that wait")
    header_icon = "tag"
    index_url_name = "topics_waiting"
    index_results_url_name = "topics_waiting_results"
    columns = [
        TitleColumn(
            "name",
            label=gettext_lazy("Name"),
            get_url=lambda topic: reverse("topics:edit", args=[topic.pk]),
        ),
        Column("name_zh", label=gettext_lazy("Chinese name")),
        Column(
            "aliases",
            label=gettext_lazy("Other names"),
            accessor=lambda topic: ", ".join([alias.name for alias in topic.aliases.all()][:6]),
        ),
        TitleColumn(
            "pages",
            label=gettext_lazy("Pages"),
            get_url=lambda topic: reverse("topic_uses", args=[topic.pk]),
        ),
        ActionsColumn("actions", label=gettext_lazy("What to do"), accessor=lambda topic: topic),
    ]

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not request.user.has_perm("cms.change_topic"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet:
        waiting = Topic.objects.filter(waits_for_editor=True, merged_into=None)
        return (
            waiting.annotate(pages=Count("page_items"))
            .order_by("-pages", "name")
            .prefetch_related("aliases")
        )


class TopicsWaitingPanel(Component):
    """On the admin's home: how many terms wait, for those who decide about them."""

    name = "topics_waiting"
    order = 170
    template_name = "cms/admin/topics_waiting_panel.html"

    def __init__(self, number: int) -> None:
        self.number = number

    def get_context_data(self, parent_context) -> dict:
        words = ngettext("%(n)s term waits for you", "%(n)s terms wait for you", self.number)
        return {"words": words % {"n": self.number}, "address": reverse("topics_waiting")}


def waiting_panel_for(request: HttpRequest) -> TopicsWaitingPanel | None:
    """The panel where something waits for the login."""
    if not request.user.has_perm("cms.change_topic"):
        return None
    number = Topic.objects.filter(waits_for_editor=True, merged_into=None).count()
    return TopicsWaitingPanel(number) if number else None


def topic_addresses() -> list[URLPattern]:
    """The addresses of these screens."""
    return [
        path("topic-suggestions/<int:page_id>/", topic_suggestions, name="topic_suggestions"),
        path("topic-uses/<int:pk>/", topic_uses, name="topic_uses"),
        path("topics-waiting/", TopicsWaitingView.as_view(), name="topics_waiting"),
        path(
            "topics-waiting/results/",
            TopicsWaitingView.as_view(results_only=True),
            name="topics_waiting_results",
        ),
        path("topics-waiting/<int:pk>/approve/", approve, name="approve_topic"),
    ]
