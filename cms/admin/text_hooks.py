"""Registers how texts come into the admin and how what is written there is kept."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.widgets.button import HeaderButton
from wagtail.models import Page

from cms.admin import bringing_in, kept_words
from cms.bringing_in.drafts import LOG_ACTION as BROUGHT_IN
from people.models import User


@hooks.register("register_admin_urls")
def text_addresses() -> list:
    """Where texts come in, and what the script that keeps words asks."""
    return [
        path("bring-in/", bringing_in.bring_in, name="bring_in"),
        path("kept-words/session/", kept_words.session, name="kept_words_session"),
    ]


@hooks.register("construct_homepage_panels")
def add_bring_in_panel(request: HttpRequest, panels: list) -> None:
    """Show the way in to those who have a place for a text."""
    if bringing_in.may_bring_in(request.user):
        panels.append(bringing_in.BringInPanel())


@hooks.register("register_page_header_buttons")
def bring_in_button(page: Page, user: User, view_name: str, **kwargs: Any) -> Iterator:
    """On a shelf of articles and on a course: bring a text in under it."""
    if bringing_in.takes_texts(page) and page.permissions_for_user(user).can_add_subpage():
        address = f"{reverse('bring_in')}?place={page.pk}"
        yield HeaderButton(_("Bring a text in"), address, icon_name="upload", priority=18)


@hooks.register("register_log_actions")
def note_texts_brought_in(actions: Any) -> None:
    """Tell in a page's history that it came from outside."""
    actions.register_action(BROUGHT_IN)(bringing_in.BroughtIn)


@hooks.register("insert_global_admin_js")
def keep_words() -> SafeString:
    """Keep in the browser what could not be saved."""
    return kept_words.script_tags()


@hooks.register("insert_global_admin_css")
def style_outlets() -> SafeString:
    """How the screens by which texts come in and pieces go out look."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin-outlets.css"))
