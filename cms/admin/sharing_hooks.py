"""Registers the screens by which pieces leave the site, and the ways to them."""

from collections.abc import Iterator
from typing import Any

from django.urls import path, reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.models import Page

from cms.admin import sharing
from cms.models import PiecePage
from people.models import User


@hooks.register("register_admin_urls")
def sharing_addresses() -> list:
    """One screen, and the forms it leads to."""
    return [
        path("share/<int:page_id>/", sharing.share, name="share_piece"),
        path("share/<int:page_id>/poster/", sharing.poster, name="share_poster"),
        path("share/<int:page_id>/long-picture/", sharing.long_picture, name="share_long_picture"),
        path("share/<int:page_id>/code.<slug:kind>", sharing.code_file, name="share_code"),
    ]


def is_offered(page: Page) -> bool:
    """Whether a page shows the way to its screen: a live piece; the screen itself looks closer."""
    model = page.cached_content_type.model_class()
    return page.live and model is not None and issubclass(model, PiecePage)


@hooks.register("register_page_header_buttons")
def share_in_header(page: Page, user: User, view_name: str, **kwargs: Any) -> Iterator:
    """In the editor and in the list of a piece's children."""
    if is_offered(page):
        address = reverse("share_piece", args=[page.pk])
        yield HeaderButton(_("Share this piece"), address, icon_name="link", priority=62)


@hooks.register("register_page_listing_more_buttons")
def share_in_list(page: Page, user: User, **kwargs: Any) -> Iterator:
    """Beside each live piece of a list."""
    if is_offered(page):
        address = reverse("share_piece", args=[page.pk])
        yield Button(_("Share this piece"), address, icon_name="link", priority=62)
