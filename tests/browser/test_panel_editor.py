"""A comic's editor in a real Chromium: panels are put in order and bubbles placed, by hand and by keys."""

import json
import re
import urllib.request

import pytest
from playwright.sync_api import Locator, Page, expect

from leads.services.demo_lists import DEMO_PASSWORD

pytestmark = pytest.mark.browser
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"


@pytest.fixture
def editor(browser, clinic):
    """The editor of the demo's English comic; in no test may a script fail."""
    with browser.new_context(user_agent=AGENT, viewport={"width": 1280, "height": 1000}) as context:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        with urllib.request.urlopen(
            f"{clinic}/api/v2/pages/?type=cms.ComicPage&locale=en&fields=_,id"
        ) as answer:
            comic = json.load(answer)["items"][0]["id"]
        page.goto(f"{clinic}/admin/login/")
        page.fill("[name=username]", "editor")
        page.fill("[name=password]", DEMO_PASSWORD)
        page.click("button[type=submit]")
        page.goto(f"{clinic}/admin/pages/{comic}/edit/")
        expect(page.locator(".panel-strip__item")).to_have_count(9)
        yield page
        assert errors == []


def order(page: Page) -> list[str]:
    """The ids of the panels as the form would send them."""
    return page.evaluate(
        """() => [...document.querySelectorAll('input[name$="-id"]')]
          .filter(({ name }) => /^panels_in_order-\\d+-id$/.test(name))
          .map(({ name, value }) => [
            +document.getElementsByName(name.replace('-id', '-order'))[0].value, value])
          .sort(([a], [b]) => a - b).map(([, id]) => id)"""
    )


def place(page: Page, number: int = 0) -> tuple[int, int]:
    """Left and top of the first panel's bubble in the form's fields."""
    fields = [
        page.locator(f"[name='panels_in_order-0-value-bubbles-{number}-value-{name}']")
        for name in ("x", "y")
    ]
    left, top = (int(field.input_value()) for field in fields)
    return left, top


def bubble(page: Page) -> Locator:
    return page.locator(".panel-preview__bubble").first


def test_panels_are_seen_in_order_and_moved_by_button_and_by_hand(editor):
    assert order(editor)[:4] == ["p1", "p2", "p3", "p4"]
    editor.get_by_role("button", name="Move panel 1 later").press("Enter")
    assert order(editor)[:4] == ["p2", "p1", "p3", "p4"]
    # The focus goes with the panel, so the next key moves it on.
    assert editor.evaluate("document.activeElement.ariaLabel") == "Move panel 2 later"
    expect(editor.locator(".panel-strip [role=status]")).to_have_text("Panel 1 is number 2 now.")
    items = editor.locator(".panel-strip__item")
    items.nth(3).drag_to(items.nth(0))
    assert order(editor)[:4] == ["p4", "p2", "p1", "p3"]
    last = editor.get_by_role("button", name="Move panel 9 later")
    last.press("Enter")  # past the end nothing happens
    assert order(editor)[-1] == "p9"


def test_bubble_is_placed_by_hand_and_by_keys_and_stays_on_the_drawing(editor):
    button = bubble(editor)
    button.scroll_into_view_if_needed()
    expect(editor.locator(".panel-preview__drawing").first).to_have_js_property("complete", True)
    before = place(editor)
    box = button.bounding_box()
    editor.mouse.move(box["x"] + 8, box["y"] + 8)
    editor.mouse.down()
    editor.mouse.move(box["x"] + 88, box["y"] + 48, steps=5)
    editor.mouse.up()
    moved = place(editor)
    assert moved[0] > before[0] + 5
    assert moved[1] > before[1] + 2
    button.press("ArrowLeft")
    button.press("Shift+ArrowDown")
    assert place(editor) == (moved[0] - 1, moved[1] + 5)
    assert f"Left {moved[0] - 1} %" in button.get_attribute("aria-label")
    for _ in range(25):
        button.press("Shift+ArrowRight")
    right = button.evaluate("b => b.offsetLeft + b.offsetWidth - b.parentElement.offsetWidth")
    assert right <= 0
    # A number that is typed moves the bubble as well.
    editor.locator("[name='panels_in_order-0-value-bubbles-0-value-x']").fill("7")
    expect(button).to_have_attribute("aria-label", re.compile("Left 7 %"))


def test_panel_without_words_is_marked_in_the_strip(editor):
    face = editor.locator(".panel-strip__face").first
    assert face.get_attribute("aria-label") == "Panel 1"
    editor.locator("[name='panels_in_order-0-value-alt']").fill(" ")
    expect(face).to_have_attribute("aria-label", "Panel 1, no text alternative yet")
