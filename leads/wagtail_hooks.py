"""Hooks the leads screens into Wagtail's admin."""

from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks

from leads.viewsets import LeadsGroup, PeopleViewSet, topic_chooser


@hooks.register("register_admin_viewset")
def register_leads_screens() -> list:
    """Add lists, exports, the person page and the chooser of topics."""
    return [LeadsGroup(), PeopleViewSet("lead-people"), topic_chooser]


@hooks.register("insert_global_admin_css")
def style_leads_screens() -> str:
    """Load the style of receipts and reasons."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin-leads.css"))
