"""Hooks the leads screens into Wagtail's admin."""

from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from leads import merging, rule_screens
from leads.services.access import SEE_RULES
from leads.viewsets import LeadsGroup, PeopleViewSet, topic_chooser
from people.services.merging import MAY_MERGE


@hooks.register("register_admin_viewset")
def register_leads_screens() -> list:
    """Add lists, exports, the person page and the chooser of topics."""
    return [LeadsGroup(), PeopleViewSet("lead-people"), topic_chooser]


@hooks.register("insert_global_admin_css")
def style_leads_screens() -> str:
    """Load the style of receipts and reasons."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin-leads.css"))


@hooks.register("register_admin_urls")
def merging_addresses() -> list:
    """Comparing and merging two records of one person, and taking it back."""
    return [
        path("people/merging/", merging.compare_people, name="compare_people"),
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
    """The rules of interest, and changing them."""
    return [
        path("rules/", rule_screens.show_rules, name="interest_rules"),
        path("rules/change/", rule_screens.change_rule, name="change_rules"),
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
