"""The guided view of a comic in a real Chromium: by keys, by swipe, and not needed to read."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def comic(reader):
    reader.page.set_viewport_size({"width": 400, "height": 500})
    return reader.open("comic")


def now_shown(reader):
    return reader.page.locator(".comic-viewer__panel.is-current").get_attribute("data-panel")


def progress(reader):
    return reader.page.locator("[data-progress]").inner_text()


def test_the_strip_reads_without_the_view(comic):
    assert comic.page.locator(".comic-strip figcaption").count() == 6
    assert comic.page.locator("[data-comic-guide]").is_visible()
    assert comic.page.locator("dialog").count() == 0


def test_without_scripts_no_button_promises_it(browser, site):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site.url}/comic")
    assert not page.locator("[data-comic-guide]").is_visible()
    assert page.locator(".comic-strip figcaption").count() == 6
    page.context.close()


def test_by_keys_alone(comic):
    keyboard = comic.page.keyboard
    comic.page.locator("[data-comic-guide]").focus()
    keyboard.press("Enter")
    assert (now_shown(comic), progress(comic)) == ("p1", "Panel 1 of 6")
    keyboard.press("ArrowRight")
    assert (now_shown(comic), progress(comic)) == ("p2", "Panel 2 of 6")
    keyboard.press("End")
    keyboard.press("ArrowRight")  # past the end nothing happens
    assert (now_shown(comic), progress(comic)) == ("p6", "Panel 6 of 6")
    keyboard.press("Home")
    assert now_shown(comic) == "p1"
    keyboard.press("End")
    keyboard.press("Escape")
    assert not comic.page.locator("dialog").is_visible()
    assert comic.page.evaluate("document.activeElement.hasAttribute('data-comic-guide')")
    expect(comic.page.locator(".comic-strip [data-panel=p6]")).to_be_in_viewport()


def test_by_buttons_and_dots(comic):
    comic.page.locator("[data-comic-guide]").click()
    comic.page.locator("[data-next]").click()
    comic.page.get_by_role("button", name="Go to panel 5").click()
    assert now_shown(comic) == "p5"
    assert comic.page.locator(".comic-viewer__dot[aria-current=true]").count() == 1
    comic.page.locator("[data-previous]").click()
    assert now_shown(comic) == "p4"
    comic.page.locator("[data-close]").click()
    comic.settle()
    comic.scroll_to("[data-panel=p3]", "center")
    comic.page.evaluate("document.querySelector('[data-comic-guide]').click()")
    assert now_shown(comic) == "p3"  # where the reader was in the strip


def test_by_swipe(comic):
    comic.page.locator("[data-comic-guide]").click()
    swipe = """([from, to]) => { const stage = document.querySelector('[data-stage]');
      const at = (type, x) => stage.dispatchEvent(new PointerEvent(type,
        { clientX: x, clientY: 200, isPrimary: true, bubbles: true }));
      at('pointerdown', from); at('pointerup', to) }"""
    comic.page.evaluate(swipe, [300, 100])
    assert now_shown(comic) == "p2"
    comic.page.evaluate(swipe, [100, 300])
    assert now_shown(comic) == "p1"
    comic.page.evaluate(swipe, [100, 120])  # a tap that trembles
    assert now_shown(comic) == "p1"


def test_only_the_present_panel_can_be_reached(comic):
    comic.page.locator("[data-comic-guide]").click()
    comic.page.keyboard.press("ArrowRight")
    states = comic.page.locator(".comic-viewer__panel").evaluate_all(
        "(panels) => panels.map((panel) => [panel.inert, panel.hidden])"
    )
    assert states == [[True, False], [False, False], [True, False]] + [[True, True]] * 3
    assert comic.page.locator("[id=figure-2]").count() == 1


def test_reduced_motion_is_respected(comic):
    comic.page.locator("[data-comic-guide]").click()
    comic.page.keyboard.press("ArrowRight")
    assert comic.page.locator(".is-forward").count() == 1
    comic.page.emulate_media(reduced_motion="reduce")
    comic.page.keyboard.press("ArrowRight")
    assert comic.page.locator(".is-forward").count() == 0
