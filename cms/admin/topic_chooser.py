"""The chooser of standing topics, which searches names and aliases; nobody makes a topic in it."""

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet

from cms.models import Topic


class TopicFilterForm(BaseFilterForm):
    """Looks for a topic by any of its names."""

    q = forms.CharField(
        label=_("Search term"),
        widget=forms.TextInput(attrs={"placeholder": _("Name or other name")}),
        required=False,
    )

    def filter(self, objects: QuerySet) -> QuerySet:
        """Those that hold every word in one of their names."""
        objects = super().filter(objects)
        for word in self.cleaned_data.get("q", "").split()[:8]:
            objects = objects.filter(
                Q(name__icontains=word)
                | Q(name_zh__icontains=word)
                | Q(aliases__name__icontains=word)
            ).distinct()
        return objects


class StandingTopics:
    """Topics by name, leaf by leaf; a merged one is not chosen, but what stands for it."""

    filter_form_class = TopicFilterForm
    ordering = "name"

    def get_object_list(self) -> QuerySet:
        return Topic.objects.filter(merged_into=None)

    @property
    def columns(self) -> list[Column]:
        return [self.title_column, Column("name_zh", label=_("Chinese name"))]


class TopicChooseView(StandingTopics, ChooseView):
    """The window."""


class TopicChooseResultsView(StandingTopics, ChooseResultsView):
    """The results in it."""


class TopicChooserViewSet(ChooserViewSet):
    """Chooses a topic wherever a form has one."""

    model = Topic
    icon = "tag"
    choose_one_text = _("Choose a topic")
    choose_another_text = _("Choose another topic")
    edit_item_text = _("Edit this topic")
    choose_view_class = TopicChooseView
    choose_results_view_class = TopicChooseResultsView


topic_chooser = TopicChooserViewSet("topic_chooser")
