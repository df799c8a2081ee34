"""Puts the leads screens together for Wagtail's admin: menu, addresses, forms."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, TitleFieldPanel
from wagtail.admin.ui.tables import DateColumn, TitleColumn
from wagtail.admin.views.generic import CreateView, EditView, IndexView
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.admin.widgets.slug import SlugInput

from cms.models import Topic
from leads.models import LeadList
from leads.selectors.lists import lists_with_counts
from leads.services.access import EXPORT
from leads.views import (
    AskExportView,
    ExportFileView,
    ExportsView,
    ExportView,
    MembersView,
    PersonView,
)


def members_url(lead_list: LeadList) -> str:
    """The page of a list's members."""
    return reverse("lead-lists:members", args=[lead_list.pk])


class MembersLinkColumn(TitleColumn):
    """A count that leads to its rows."""

    def __init__(self, name: str, **kwargs):
        super().__init__(name, get_url=members_url, **kwargs)


class ListsView(IndexView):
    """The lists with their counts; the name and each count lead to the members."""

    default_ordering = "name"

    def get_base_queryset(self):
        """Lists with both counts, as they may be read now."""
        return lists_with_counts()

    def _get_title_column(self, field_name, column_class=TitleColumn, **kwargs):
        return self._get_custom_column(
            field_name, self._get_title_column_class(column_class), get_url=members_url
        )


class SavedListMixin:
    """Leads to the members after saving: they say how far the list is built."""

    def get_success_url(self):
        """The members."""
        return members_url(self.object)


class AddListView(SavedListMixin, CreateView):
    """Makes a list; a receiver marks it, and the next refresh builds it."""


class EditListView(SavedListMixin, EditView):
    """Changes a list; a receiver marks it, and the next refresh builds it."""


class TopicChooserViewSet(ChooserViewSet):
    """Chooses a topic by searching: there can be thousands."""

    model = Topic
    icon = "tag"
    choose_one_text = _("Choose a topic")
    choose_another_text = _("Choose another topic")
    edit_item_text = _("Edit this topic")
    per_page = 20
    register_widget = False

    def get_object_list(self):
        """Topics a list may ask for."""
        return Topic.objects.filter(merged_into__isnull=True, sensitive=False)


topic_chooser = TopicChooserViewSet("lead-topic-chooser")


class LeadListViewSet(ModelViewSet):
    """Lists: their rules, their members, their export."""

    model = LeadList
    icon = "group"
    menu_label = _("Lead lists")
    index_view_class = ListsView
    add_view_class = AddListView
    edit_view_class = EditListView
    list_display = [
        "name",
        MembersLinkColumn("member_count", label=_("Members")),
        MembersLinkColumn("contactable_count", label=_("Contactable")),
        DateColumn("evaluated_at", label=_("Last evaluated")),
    ]
    search_fields = ["name", "description"]
    search_backend_name = None
    copy_view_enabled = False
    panels = [
        MultiFieldPanel(
            [
                TitleFieldPanel("name", targets=["slug"]),
                FieldPanel("slug", widget=SlugInput),
                FieldPanel("description"),
            ],
            heading=_("List"),
        ),
        FieldPanel(
            "match",
            help_text=_(
                "Everyone on a list has agreed that interests are kept; that is always asked."
            ),
        ),
        InlinePanel(
            "conditions",
            label=_("Condition"),
            heading=_("Who belongs on it"),
            help_text=_(
                "Heat needs a topic and a value. An interest tag needs a topic. Activity needs a "
                "number of days, the topic is optional. Attendance takes a class or a topic, a "
                "share (0.5 is half the class) and a number of days, all optional. Not having come "
                "takes a class or a topic, and a number of days, all optional. A source needs "
                "its text. Agreeing to messages needs nothing."
            ),
            min_num=1,
            panels=[
                FieldPanel("kind"),
                FieldPanel("topic", widget=topic_chooser.widget_class),
                FieldPanel("live_class"),
                FieldPanel("value"),
                FieldPanel("days"),
                FieldPanel("text", heading=_("Source")),
            ],
        ),
    ]

    def get_urlpatterns(self) -> list:
        """Wagtail's own addresses, and those of members and export."""
        return [
            *super().get_urlpatterns(),
            path("<int:pk>/members/", MembersView.as_view(), name="members"),
            path("<int:pk>/export/", AskExportView.as_view(), name="export"),
        ]


class ExportsViewSet(ViewSet):
    """One's own exports and their files."""

    icon = "download"
    menu_label = _("My exports")

    def get_urlpatterns(self) -> list:
        """The exports, one of them, its file."""
        return [
            path("", ExportsView.as_view(), name="index"),
            path("<slug:public_id>/", ExportView.as_view(), name="export"),
            path("<slug:public_id>/file/", ExportFileView.as_view(), name="file"),
        ]

    @property
    def menu_item_class(self):
        """A menu entry for those who may export."""
        from wagtail.admin.menu import MenuItem

        def is_shown(_self, request) -> bool:
            return request.user.has_perm(EXPORT)

        return type("ExportsMenuItem", (MenuItem,), {"is_shown": is_shown})


class PeopleViewSet(ViewSet):
    """One person's page; there is no list of everybody."""

    icon = "user"

    def get_urlpatterns(self) -> list:
        """The page of a person by external id."""
        return [path("<slug:external_id>/", PersonView.as_view(), name="person")]

    def register_menu_item(self) -> None:
        """Stay out of the menu: one comes here from a list."""


class LeadsGroup(ModelViewSetGroup):
    """The menu entry; Wagtail hides it from whoever may see none of its screens."""

    menu_label = _("Leads")
    menu_icon = "group"
    menu_order = 250
    items = (LeadListViewSet("lead-lists"), ExportsViewSet("lead-exports"))
