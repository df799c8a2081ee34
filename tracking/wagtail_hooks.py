"""Hooks the readers screens into Wagtail's admin, for those whose pieces they are."""

from collections.abc import Iterator
from typing import Any

from django.templatetags.static import static
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.models import Page

from people.models import User
from tracking import admin_views, drawing
from tracking.selectors.readers import may_see_readers, pieces_of, readers_of, sees_readers_of

ON_HOME = 5


@hooks.register("register_admin_urls")
def readers_addresses() -> list:
    """The list of pieces and the page of one."""
    return [
        path("readers/", admin_views.list_readers, name="piece_readers"),
        path("readers/<int:page_id>/", admin_views.show_piece, name="piece_reader"),
    ]


class ReadersMenuItem(MenuItem):
    """Shown to those who have pieces to look after."""

    def is_shown(self, request) -> bool:
        return may_see_readers(request.user)


@hooks.register("register_admin_menu_item")
def readers_menu_item() -> MenuItem:
    """ "Readers" in the main menu."""
    return ReadersMenuItem(
        _("Readers"), reverse("piece_readers"), name="readers", icon_name="view", order=250
    )


@hooks.register("register_page_header_buttons")
def readers_in_header(page: Page, user: User, view_name: str, **kwargs: Any) -> Iterator:
    """From a piece's editor, and from the list of its children, to how it is read."""
    if sees_readers_of(page, user):
        address = reverse("piece_reader", args=[page.pk])
        yield HeaderButton(_("How it is read"), address, icon_name="view", priority=61)


@hooks.register("register_page_listing_more_buttons")
def readers_in_list(page: Page, user: User, **kwargs: Any) -> Iterator:
    """Beside each piece of a list whose readers the user may see."""
    if sees_readers_of(page, user):
        address = reverse("piece_reader", args=[page.pk])
        yield Button(_("How it is read"), address, icon_name="view", priority=61)


@hooks.register("insert_global_admin_css")
def style_readers_screens() -> SafeString:
    """Load the style of curves and bars."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin-readers.css"))


class ReadersPanel(Component):
    """On the admin's home: how my newest pieces are read."""

    name = "readers"
    order = 150
    template_name = "tracking/admin/readers_panel.html"

    def get_context_data(self, parent_context) -> dict:
        user = parent_context["request"].user
        pages = list(pieces_of(user)[:ON_HOME]) if may_see_readers(user) else []
        rows = readers_of(pages, today=timezone.now().date())
        return {"rows": [{"piece": row, "bars": drawing.sparkline(row.days)} for row in rows]}


@hooks.register("construct_homepage_panels")
def add_readers_panel(request, panels) -> None:
    """Show the panel to those whose pieces it is about."""
    if may_see_readers(request.user):
        panels.append(ReadersPanel())
