"""Topics in Wagtail's admin: the vocabulary with its aliases, where each is used, merge and undo."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from cms.models import Topic
from cms.services.topics import MergeRefused, merge_topics, merged_topics_of, undo_merge
from cms.topic_effects import effects_of


class MergeForm(WagtailAdminModelForm):
    """Which topic shall stand for this one; the service merges, the form is never saved."""

    class Meta:
        model = Topic
        fields = ["merged_into"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["merged_into"].required = True
        self.fields["merged_into"].label = _("Topic that stands for it from now on")


class TopicIndexView(IndexView):
    """The list of topics with the number of pages that carry each."""

    def get_base_queryset(self) -> QuerySet:
        topics = super().get_base_queryset().select_related("merged_into")
        return topics.annotate(pages=Count("page_items", distinct=True))


def merge_topic(request: HttpRequest, pk: int) -> HttpResponse:
    """Show and do a merge, or undo it where the topic is merged already.

    What is about many people says so first, and is done at a second yes that names the other topic.
    """
    topic = get_object_or_404(Topic, pk=pk)
    if not request.user.has_perm("cms.change_topic"):
        raise PermissionDenied
    form = MergeForm(request.POST or None, instance=Topic(pk=topic.pk, slug=topic.slug))
    actor = f"user:{request.user.pk}"
    other = _asked_for(request, topic, form)
    is_sure = other is not None and request.POST.get("sure") == str(other.pk)
    effects = effects_of({topic.pk, other.pk}) if other and not is_sure else []
    if other and not effects:
        try:
            said = _merge_or_part(topic, other, actor)
        except MergeRefused as refusal:
            form.add_error("merged_into", str(refusal))
        else:
            messages.success(request, said)
            return redirect("topics:index")
    context = {
        "topic": topic,
        "form": form,
        "other": other,
        "effects": effects,
        "pages": topic.page_items.count(),
        "stands_for": merged_topics_of(topic),
        "page_title": _("Merge topic"),
    }
    return render(request, "cms/admin/merge_topic.html", context)


def _asked_for(request: HttpRequest, topic: Topic, form: MergeForm) -> Topic | None:
    """The topic to merge into, or to part from; None where nothing was asked, badly, or no more."""
    if request.method != "POST" or "cancel" in request.POST:
        return None
    if "undo" in request.POST:
        return topic.merged_into
    return form.cleaned_data["merged_into"] if form.is_valid() else None


def _merge_or_part(topic: Topic, other: Topic, actor: str) -> str:
    """Do it, and say so; raises MergeRefused."""
    if topic.merged_into_id:
        undo_merge(topic=topic, actor=actor)
        return _("%(topic)s stands for itself again.") % {"topic": topic}
    merged = merge_topics(topic=topic, into=other, actor=actor)
    said = _("%(target)s stands for %(topic)s now. This can be undone here.")
    return said % {"target": merged.merged_into, "topic": topic}


class TopicViewSet(ModelViewSet):
    """The governed vocabulary, for editors and administrators."""

    model = Topic
    name = url_prefix = "topics"
    url_namespace = "topics"
    icon = "tag"
    menu_label = gettext_lazy("Topics")
    menu_order = 210
    add_to_admin_menu = True
    index_view_class = TopicIndexView
    list_filter = ["waits_for_editor", "sensitive"]
    search_fields = ["name", "name_zh", "slug", "aliases__name"]
    ordering = "name"
    list_display = [
        TitleColumn(
            "name",
            label=gettext_lazy("Name"),
            sort_key="name",
            get_url=lambda topic: reverse("topics:edit", args=[topic.pk]),
        ),
        Column("name_zh", label=gettext_lazy("Chinese name")),
        TitleColumn(
            "pages",
            label=gettext_lazy("Pages"),
            sort_key="pages",
            get_url=lambda topic: reverse("topic_uses", args=[topic.pk]),
        ),
        Column(
            "waits_for_editor",
            label=gettext_lazy("Waits for an editor"),
            # A cross for "no" would look like something wrong.
            accessor=lambda topic: "✓" if topic.waits_for_editor else "",
        ),
        Column("merged_into", label=gettext_lazy("Merged into")),
        TitleColumn(
            "merge",
            label=gettext_lazy("Merge"),
            accessor=lambda topic: _("Undo") if topic.merged_into_id else _("Merge"),
            get_url=lambda topic: reverse("topics:merge", args=[topic.pk]),
        ),
    ]
    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("name_zh")]),
        FieldPanel("slug"),
        FieldPanel("parent"),
        FieldPanel("description"),
        FieldPanel("description_zh"),
        FieldPanel("sensitive"),
        FieldPanel("waits_for_editor"),
        InlinePanel(
            "aliases",
            heading=gettext_lazy("Other names"),
            label=gettext_lazy("Other name"),
            panels=[FieldRowPanel([FieldPanel("name"), FieldPanel("language")])],
        ),
    ]

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("merge/<int:pk>/", merge_topic, name="merge")]
