"""Puts the leads screens together for Wagtail's admin: menu, addresses, forms."""

from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, TitleFieldPanel
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.admin.widgets.slug import SlugInput

from cms.models import Topic
from leads import list_screens
from leads.condition_words import notes_in_words
from leads.export_screens import (
    AskExportView,
    DeleteTemplateView,
    ExportFileView,
    ExportsView,
    ExportView,
    StopExportView,
)
from leads.ledger_screens import clear_rows, show_ledger
from leads.list_form import LeadListForm
from leads.list_rules import rules_by_list
from leads.list_views import AddListView, DeleteListView, EditListView, members_url
from leads.models import AssignmentRule, Label, LabelSet, LeadList, Workplace
from leads.person_screens import PersonView, act_on_person
from leads.picking_screens import pick_by_hand
from leads.selectors.evaluation import problems_of
from leads.selectors.lists import lists_with_counts
from leads.services.access import EXPORT
from leads.views import MembersView


class MembersLinkColumn(TitleColumn):
    """A count that leads to its rows."""

    def __init__(self, name: str, **kwargs):
        super().__init__(name, get_url=members_url, **kwargs)


class NotesColumn(Column):
    """What is to be said about a list's rules, one line each."""

    cell_template_name = "leads/reason_cell.html"


class ListsView(IndexView):
    """The lists with their counts; the name and each count lead to the members."""

    default_ordering = "name"

    def get_base_queryset(self):
        """Lists with both counts, as they may be read now."""
        return lists_with_counts()

    def get_context_data(self, *args, object_list=None, **kwargs) -> dict:
        """What is wrong with the rules of this page's lists, and which topics were merged."""
        context = super().get_context_data(*args, object_list=object_list, **kwargs)
        lists = list(context["object_list"])
        rules = rules_by_list(lists)
        for one in lists:
            problems = [str(problem) for problem in problems_of(rules[one.pk].conditions)]
            one.rule_notes = [*problems, *notes_in_words(rules[one.pk])]
        context["object_list"] = lists
        context["table"] = self.get_table(lists)
        return context

    def _get_title_column(self, field_name, column_class=TitleColumn, **kwargs):
        return self._get_custom_column(
            field_name, self._get_title_column_class(column_class), get_url=members_url
        )


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
    delete_view_class = DeleteListView
    create_template_name = edit_template_name = "leads/list_edit.html"
    delete_template_name = "leads/list_delete.html"
    list_display = [
        "name",
        MembersLinkColumn("member_count", label=_("Members")),
        MembersLinkColumn("contactable_count", label=_("Contactable")),
        DateColumn("evaluated_at", label=_("Last evaluated")),
        NotesColumn("rule_notes", label=_("About its rules")),
    ]
    search_fields = ["name", "description"]
    search_backend_name = None
    copy_view_enabled = False
    panels = [
        MultiFieldPanel(
            [
                TitleFieldPanel("name", targets=["slug"], placeholder=False),
                FieldPanel("slug", widget=SlugInput),
                FieldPanel("description"),
            ],
            heading=_("List"),
        ),
        FieldPanel(
            "rules",
            help_text=_(
                "Everyone on a list has agreed that interests are kept; that is always asked."
            ),
        ),
    ]

    def get_edit_handler(self):
        """The panels, around a form that knows the rules."""
        panels = ObjectList(self.panels, base_form_class=LeadListForm)
        return panels.bind_to_model(self.model)

    def get_urlpatterns(self) -> list:
        """Wagtail's own addresses, and those of members, rules and export."""
        return [
            *super().get_urlpatterns(),
            path("<int:pk>/members/", MembersView.as_view(), name="members"),
            path("count/", list_screens.count_rules, name="count"),
            path("topics/", list_screens.offer_topics, name="topics"),
            path("<int:pk>/versions/", list_screens.show_versions, name="versions"),
            path(
                "<int:pk>/versions/<int:number>/",
                list_screens.put_version_back,
                name="put_back",
            ),
            path("<int:pk>/by-hand/", pick_by_hand, name="by_hand"),
            path("<int:pk>/export/", AskExportView.as_view(), name="export"),
        ]


class ExportsViewSet(ViewSet):
    """One's own exports and their files."""

    icon = "download"
    menu_label = _("My exports")

    def get_urlpatterns(self) -> list:
        """The exports, one of them, its file and how it is stopped; templates go here, too."""
        return [
            path("", ExportsView.as_view(), name="index"),
            path("ledger/", show_ledger, name="ledger"),
            path("templates/<int:pk>/delete/", DeleteTemplateView.as_view(), name="template"),
            path("<slug:public_id>/", ExportView.as_view(), name="export"),
            path("<slug:public_id>/file/", ExportFileView.as_view(), name="file"),
            path("<slug:public_id>/recalled/", clear_rows, name="recalled"),
            path("<slug:public_id>/stop/", StopExportView.as_view(), name="stop"),
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
        """The page of a person by external id, and the acts on it."""
        return [
            path("<slug:external_id>/", PersonView.as_view(), name="person"),
            path("<slug:external_id>/act/", act_on_person, name="act"),
        ]

    def register_menu_item(self) -> None:
        """Stay out of the menu: one comes here from a list."""


class LabelSetViewSet(ModelViewSet):
    """Sets of labels, such as "Skin type"."""

    model = LabelSet
    icon = "tag"
    menu_label = _("Label sets")
    list_display = ["name", "kind", "one_only"]
    search_fields = ["name", "name_zh"]
    search_backend_name = None
    copy_view_enabled = False
    form_fields = ["name", "name_zh", "slug", "kind", "one_only"]


class LabelViewSet(ModelViewSet):
    """The labels that staff and devices may give; nobody types their own."""

    model = Label
    icon = "tag"
    menu_label = _("Labels")
    list_display = ["name", "label_set", "topic", "retired_at"]
    list_filter = ["label_set"]
    search_fields = ["name", "name_zh"]
    search_backend_name = None
    copy_view_enabled = False
    panels = [
        FieldPanel("label_set"),
        TitleFieldPanel("name", targets=["slug"], placeholder=False),
        FieldPanel("name_zh"),
        FieldPanel("slug", widget=SlugInput),
        FieldPanel("topic", widget=topic_chooser.widget_class),
        FieldPanel("retired_at"),
    ]


class AssignmentRuleViewSet(ModelViewSet):
    """The rules by which people who come on a list get an owner."""

    model = AssignmentRule
    icon = "user"
    menu_label = _("Assignment rules")
    add_to_settings_menu = True
    list_display = ["name", "sort_order", "enabled"]
    copy_view_enabled = False
    panels = [
        FieldPanel("name"),
        FieldPanel("sort_order"),
        FieldPanel("enabled"),
        MultiFieldPanel(
            [
                FieldPanel("lead_list"),
                FieldPanel("topic", widget=topic_chooser.widget_class),
                FieldPanel("language"),
                FieldPanel("branch"),
                FieldPanel("clinician"),
            ],
            heading=_("For whom; what is left empty holds for all"),
        ),
        FieldPanel("owners"),
    ]


class WorkplaceViewSet(ModelViewSet):
    """Who works at which branch, and so may see whose people."""

    model = Workplace
    icon = "home"
    menu_label = _("Who works where")
    add_to_settings_menu = True
    list_display = ["user", "branch"]
    copy_view_enabled = False
    form_fields = ["user", "branch"]


class LeadsGroup(ModelViewSetGroup):
    """The menu entry; Wagtail hides it from whoever may see none of its screens."""

    menu_label = _("Leads")
    menu_icon = "group"
    menu_order = 250
    items = (
        LeadListViewSet("lead-lists"),
        LabelViewSet("lead-labels"),
        LabelSetViewSet("lead-label-sets"),
        ExportsViewSet("lead-exports"),
    )
