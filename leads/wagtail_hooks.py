"""Hooks the leads screens into Wagtail's admin."""

from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from leads import (
    assignment_screens,
    duplicates,
    import_screens,
    merging,
    my_leads,
    rule_screens,
    webhook_screens,
    week_screens,
)
from leads.services.access import ASSIGN_PEOPLE, IMPORT, SEE_RULES, SEE_WEBHOOKS, WORK_WITH_PEOPLE
from leads.viewsets import (
    AssignmentRuleViewSet,
    LeadsGroup,
    PeopleViewSet,
    WorkplaceViewSet,
    topic_chooser,
)
from leads.week_panel import add_week_panel
from people.services.merging import MAY_MERGE


@hooks.register("register_admin_viewset")
def register_leads_screens() -> list:
    """Add lists, exports, the person page and the workplaces."""
    return [
        LeadsGroup(),
        PeopleViewSet("lead-people"),
        WorkplaceViewSet("lead-workplaces"),
        AssignmentRuleViewSet("assignment-rules"),
        topic_chooser,
    ]


@hooks.register("insert_global_admin_css")
def style_leads_screens() -> str:
    """Load the style of receipts and reasons, and of working with people."""
    return format_html(
        '<link rel="stylesheet" href="{}"><link rel="stylesheet" href="{}">',
        static("css/admin-leads.css"),
        static("css/admin-person.css"),
    )


@hooks.register("register_admin_urls")
def my_leads_address() -> list:
    """The screen a consultant works from."""
    return [path("my-leads/", my_leads.my_leads, name="my_leads")]


class MyLeadsMenuItem(MenuItem):
    """Shown to those who work with people."""

    def is_shown(self, request) -> bool:
        """Whether the one who asks may work with people."""
        return request.user.has_perm(WORK_WITH_PEOPLE)


@hooks.register("register_admin_menu_item")
def my_leads_menu_item() -> MenuItem:
    """ "My leads", before the lists."""
    return MyLeadsMenuItem(
        _("My leads"), reverse("my_leads"), name="my-leads", icon_name="user", order=240
    )


@hooks.register("register_admin_urls")
def merging_addresses() -> list:
    """Finding, comparing and merging two records of one person, and taking it back."""
    return [
        path("people/merging/", merging.compare_people, name="compare_people"),
        path("people/duplicates/", duplicates.show_duplicates, name="duplicate_people"),
        path("people/merging/<slug:external_id>/undo/", merging.part_people, name="part_people"),
    ]


class MergingMenuItem(MenuItem):
    """Shown to those who may merge."""

    def is_shown(self, request) -> bool:
        """Whether the one who asks may merge people."""
        return request.user.has_perm(MAY_MERGE)


@hooks.register("register_settings_menu_item")
def merging_menu_item() -> MenuItem:
    """ "Merge people" among the settings."""
    return MergingMenuItem(
        _("Merge people"), reverse("compare_people"), name="merging", icon_name="user", order=900
    )


@hooks.register("register_admin_urls")
def rules_addresses() -> list:
    """The rules of interest, changing them, and what was learned beside them."""
    return [
        path("rules/", rule_screens.show_rules, name="interest_rules"),
        path("rules/change/", rule_screens.change_rule, name="change_rules"),
        path("rules/related/", rule_screens.show_related, name="related_topics"),
    ]


class RulesMenuItem(MenuItem):
    """Shown to those who may see the rules."""

    def is_shown(self, request) -> bool:
        """Whether the one who asks may see the rules."""
        return request.user.has_perm(SEE_RULES)


@hooks.register("register_settings_menu_item")
def rules_menu_item() -> MenuItem:
    """ "Rules of interest" among the settings."""
    return RulesMenuItem(
        _("Rules of interest"),
        reverse("interest_rules"),
        name="rules",
        icon_name="sliders",
        order=890,
    )


hooks.register("construct_homepage_panels", add_week_panel)


@hooks.register("register_admin_urls")
def week_addresses() -> list:
    """The people behind each figure of marketing's home."""
    return [path("week/<slug:figure>/", week_screens.show_figure, name="week_figure")]


@hooks.register("register_admin_urls")
def import_addresses() -> list:
    """Tables of people, and the contacts nobody may write to."""
    return [
        path("people/tables/", import_screens.list_imports, name="people_imports"),
        path("people/tables/<slug:public_id>/", import_screens.show_import, name="people_import"),
        path("people/suppressed/", import_screens.list_suppressed, name="suppressed_contacts"),
    ]


class ImportMenuItem(MenuItem):
    """Shown to those who may bring people in."""

    def is_shown(self, request) -> bool:
        """Whether the one who asks may bring people in."""
        return request.user.has_perm(IMPORT)


@hooks.register("register_settings_menu_item")
def import_menu_item() -> MenuItem:
    """ "Bring in people" among the settings."""
    return ImportMenuItem(
        _("Bring in people"),
        reverse("people_imports"),
        name="people-imports",
        icon_name="upload",
        order=880,
    )


@hooks.register("register_admin_urls")
def webhook_addresses() -> list:
    """Webhooks: looking, adding, changing, testing, and what was sent."""
    one = "webhooks/<slug:public_id>/"
    again = f"{one}deliveries/<slug:webhook_id>/again/"
    return [
        path("webhooks/", webhook_screens.show_webhooks, name="webhooks"),
        path("webhooks/new/", webhook_screens.add_webhook, name="add_webhook"),
        path(one, webhook_screens.show_webhook, name="webhook"),
        path(f"{one}change/", webhook_screens.change_webhook, name="change_webhook"),
        path(f"{one}test/", webhook_screens.test_webhook, name="test_webhook"),
        path(f"{one}secret/", webhook_screens.renew_secret, name="renew_webhook_secret"),
        path(f"{one}switch/", webhook_screens.switch_webhook, name="switch_webhook"),
        path(again, webhook_screens.redeliver_webhook, name="redeliver_webhook"),
    ]


class WebhooksMenuItem(MenuItem):
    """Shown to those who may see webhooks."""

    def is_shown(self, request) -> bool:
        """Whether the one who asks may see webhooks."""
        return request.user.has_perm(SEE_WEBHOOKS)


@hooks.register("register_settings_menu_item")
def webhooks_menu_item() -> MenuItem:
    """ "Webhooks" among the settings."""
    return WebhooksMenuItem(
        _("Webhooks"), reverse("webhooks"), name="webhooks", icon_name="link-external", order=910
    )


@hooks.register("register_admin_urls")
def assignment_addresses() -> list:
    """Giving many people to others, and taking that back."""
    return [
        path("who-gets-whom/", assignment_screens.who_gets_whom, name="who_gets_whom"),
        path(
            "who-gets-whom/<int:change_id>/",
            assignment_screens.decide_change,
            name="decide_bulk_change",
        ),
    ]


class AssignmentMenuItem(MenuItem):
    """Shown to those who may give people to others."""

    def is_shown(self, request) -> bool:
        """Whether the one who asks may."""
        return request.user.has_perm(ASSIGN_PEOPLE)


@hooks.register("register_admin_menu_item")
def assignment_menu_item() -> MenuItem:
    """ "Who gets whom", after the lists."""
    return AssignmentMenuItem(
        _("Who gets whom"), reverse("who_gets_whom"), name="assignment", icon_name="user", order=255
    )
