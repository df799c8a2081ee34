"""The preview panel of the editor shows the words as they stand in the form, and readers do not."""

import re

import pytest
from playwright.sync_api import Page, expect

from leads.services.demo_lists import DEMO_PASSWORD
from tests.browser.test_site import COMIC

pytestmark = pytest.mark.browser

WORDS = "Words that no reader has seen"
BEGINS_TO_LOOK = (
    "() => window.wagtail?.app?.getControllerForElementAndIdentifier("
    "document.querySelector('form[data-edit-form]'), 'w-unsaved')?.initialFormData"
)
ARTICLE = "/articles/what-an-implant-is/"
MODULE = "/courses/before-your-first-implant/gums-first/"


@pytest.fixture
def editor(browser, clinic) -> Page:
    context = browser.new_context(
        user_agent="Mozilla/5.0 (X11) Chrome/142.0",
        base_url=clinic,
        viewport={"width": 1400, "height": 1000},
    )
    page = context.new_page()
    page.goto("/admin/login/")
    page.fill("[name=username]", "editor")
    page.fill("[name=password]", DEMO_PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")
    yield page
    context.close()


@pytest.mark.parametrize("path", [ARTICLE, COMIC, MODULE], ids=["article", "comic", "module"])
def test_the_panel_shows_the_draft_and_follows_what_is_typed(editor, clinic, path):
    live = editor.request.get(clinic + path).text()
    number = re.search(r'data-page="(\d+)"', live)[1]
    editor.goto(f"/admin/pages/{number}/edit/")
    title = editor.locator("[name=title]").input_value()
    editor.get_by_role("button", name="Toggle preview").click()
    shown = editor.frame_locator("#w-preview-iframe")
    expect(shown.get_by_role("heading", level=1)).to_have_text(title, timeout=30_000)
    # What is written around the moment at which Wagtail begins to look for changes, it overlooks.
    editor.wait_for_function(BEGINS_TO_LOOK)
    editor.fill("[name=title]", WORDS)
    expect(shown.get_by_role("heading", level=1)).to_have_text(WORDS, timeout=30_000)
    assert WORDS not in editor.request.get(clinic + path).text()
