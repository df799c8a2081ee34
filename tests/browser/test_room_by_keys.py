"""The room by keys and by ear: a guest and a host without a mouse, what is read out, four times enlarged."""

import pytest
from playwright.sync_api import expect

from tests.browser.in_room import InRoom, guest_comes_in
from tests.browser.test_accessibility import RING, tab_to

pytestmark = pytest.mark.browser

#: What a screen reader hears in the talk: each line that comes in, unless it is marked as not to be read.
EARS = """() => {
  window.heard = [];
  const lines = document.getElementById('talk');
  new MutationObserver((changes) => {
    for (const change of changes) for (const line of change.addedNodes) {
      if (line.closest?.('[aria-live]')?.getAttribute('aria-live') !== 'polite') continue;
      const words = line.querySelector('.room-words');
      window.heard.push((words || line).textContent);
    }
  }).observe(lines, { childList: true });
}"""
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def press(one: InRoom, selector: str, key: str = "Enter", at_most: int = 60) -> None:
    """Go there by Tab alone, seeing the focus at every stop, and press a key."""
    tab_to(one.page, selector, at_most)
    one.page.keyboard.press(key)


def stands_on_something(one: InRoom) -> None:
    assert one.page.evaluate("document.activeElement !== document.body")
    assert one.page.evaluate(RING), one.page.evaluate("document.activeElement.outerHTML")


def test_guest_without_a_mouse_joins_asks_votes_looks_and_leaves(host, mei):
    mei.page.goto(mei.address)
    tab_to(mei.page, "#nickname")
    mei.page.keyboard.type("Mei")
    mei.page.keyboard.press("Enter")
    mei.is_connected()
    host.come_in()
    mei.page.keyboard.press("Tab")  # the first stop leads past everything
    mei.page.keyboard.press("Enter")
    expect(mei.page.locator("#words")).to_be_focused()
    press(mei, "#asks", "Space")
    mei.page.keyboard.press("Shift+Tab")
    mei.page.keyboard.type("With which brush?")
    mei.page.keyboard.press("Enter")
    host.hears("With which brush?")
    expect(mei.page.locator("#words")).to_be_focused()

    host.page.get_by_text("Ask with a poll").click()
    host.page.fill("#poll-question", "How often?")
    host.page.fill("#poll-answers", "Once\nTwice")
    host.page.get_by_role("button", name="Ask everybody").click()
    mei.hears("How often?")
    mei.page.locator("#log").focus()
    press(mei, ".room-option:nth-child(2) button", "Space")
    twice = mei.page.get_by_role("button", name="Twice")
    expect(twice).to_have_attribute("aria-pressed", "true")
    expect(twice).to_be_focused()
    host.page.get_by_role("button", name="Close the poll").click()
    expect(mei.page.locator(".room-voters")).to_contain_text("The poll is closed")
    stands_on_something(mei)
    mei.page.locator("h1").evaluate("(head) => { head.tabIndex = -1; head.focus(); }")
    press(mei, ".room-line a")
    mei.page.wait_for_url("**/join/**")


def test_host_without_a_mouse_holds_the_class(host, mei):
    guest_comes_in(mei, "Mei")
    host.come_in()
    press(host, "[data-act=opened]")
    expect(host.page.locator("#questions-head")).to_be_focused()
    host.page.locator("[data-turn='1']").focus()
    for number in (1, 2, 2):
        host.page.keyboard.press("ArrowRight")
        expect(host.page.locator("#place-in-slides")).to_have_text(f"{number} / 2")
        stands_on_something(host)
    host.page.keyboard.press("ArrowLeft")
    expect(host.page.locator("#place-in-slides")).to_have_text("1 / 2")

    mei.page.check("#asks")
    mei.say("Why?")
    host.hears("Why?")
    press(host, "#questions button")
    expect(host.page.locator("#talk [data-kind=question] [data-do=answered]")).to_be_focused()
    host.page.keyboard.press("PageDown")  # whoever reads by keys turns the talk, not the slide
    host.page.keyboard.press("Enter")
    expect(mei.page.locator("[data-mark=answered]")).to_have_count(1)
    line = host.page.locator("#talk [data-kind=question]")
    expect(line).to_be_focused()
    host.page.keyboard.press("Enter")  # once too often does nothing more
    host.page.keyboard.press("Tab")
    host.page.keyboard.press("Enter")
    expect(mei.page.locator("[data-mark=removed]")).to_have_count(1)
    expect(line).to_be_focused()
    press(host, "#talk [data-kind=question] [data-step=mute]", at_most=1)
    expect(host.page.locator("#talk [data-step=mute]:visible")).to_have_count(0)
    expect(line).to_be_focused()
    expect(host.page.locator("#place-in-slides")).to_have_text("1 / 2")

    press(host, "#new-poll, details:has(#new-poll) summary")
    tab_to(host.page, "#poll-question")
    host.page.keyboard.type("How often?")
    host.page.keyboard.press("Tab")
    host.page.keyboard.type("a\nb")
    press(host, "#new-poll button")
    mei.hears("How often?")
    stands_on_something(host)
    host.page.locator("#log").focus()
    press(host, "[data-close]")
    expect(mei.page.locator(".room-voters")).to_contain_text("The poll is closed")
    expect(host.page.locator("#log")).to_be_focused()

    press(host, "details:has(#people) summary")
    press(host, "#people [data-step=unmute]")
    expect(host.page.locator("#people [data-step=mute]")).to_be_focused()
    expect(host.page.locator("#talk [data-step=mute]:visible")).to_have_count(1)
    press(host, "#people [data-step=put_out]")
    expect(host.page.locator("#people [data-step=let_in]")).to_be_focused()
    stands_on_something(host)
    press(host, "[data-act=closed]", at_most=90)
    expect(host.page.locator("#questions-head")).to_be_focused()
    expect(host.page.get_by_text("The class is over.")).to_be_visible()
    stands_on_something(host)


def test_who_comes_and_goes_moves_nobodys_place_in_the_list(host, mei):
    guest_comes_in(mei, "Mei")
    host.come_in()
    host.page.get_by_text("Who is here").click()
    put_out = host.page.locator("#people [data-step=put_out]")
    put_out.focus()
    host.page.locator("#people li").evaluate("(line) => { line.dataset.before = ''; }")
    mei.page.reload()  # another sign of life, another state
    host.page.select_option("#slow-mode", "10")
    put_out.focus()
    expect(host.page.locator("#people li[data-before]")).to_have_count(0)
    expect(put_out).to_be_focused()


def test_each_message_is_read_out_once_and_none_that_was_missed(host, mei):
    guest_comes_in(mei, "Mei")
    host.come_in()
    host.say("Before")
    mei.hears("Before")
    mei.page.reload()
    mei.is_connected()
    expect(mei.page.locator("#log")).to_have_attribute("aria-live", "polite")
    before = mei.page.locator("#talk li", has_text="Before")
    expect(before).to_have_attribute("aria-live", "off")
    mei.page.evaluate(EARS)
    host.say("Now")
    mei.hears("Now")
    mei.say("Mine")
    host.hears("Mine")
    mei.hears("Mine")
    assert mei.page.evaluate("heard") == ["Now", "Mine"]

    mei.context.set_offline(True)
    expect(mei.page.locator("#state")).to_contain_text("No network")
    for number in range(7):
        host.say(f"Missed {number}")
    host.hears("Missed 6")
    host.page.get_by_role("button", name="Next slide").click()
    mei.context.set_offline(False)
    mei.hears("Missed 6")
    expect(mei.page.locator("#missed")).to_have_text("What you missed stands in the talk: 7 new.")
    mei.is_connected()
    assert mei.page.evaluate("heard") == ["Now", "Mine"]
    assert mei.page.locator("#slide-told").inner_text() == ""
    host.page.get_by_role("button", name="Next slide").click()
    expect(mei.page.locator("#slide-told")).to_have_text("Slide: A slide without a description")
    host.say("And on")
    mei.hears("And on")
    assert mei.page.evaluate("heard") == ["Now", "Mine", "And on"]


def test_room_four_times_enlarged_shows_slide_talk_and_reply(host, mei):
    guest_comes_in(mei, "Mei")
    host.come_in()
    host.page.get_by_role("button", name="Next slide").click()
    for number in range(5):
        host.say(f"Line {number} of the talk, which is longer than an enlarged window is wide.")
    mei.hears("Line 4")
    for one in (mei, host):
        one.page.set_viewport_size({"width": 320, "height": 256})
        assert one.page.evaluate(SIDEWAYS) is False
        for selector in ("#slide img", "#talk li:last-child .room-words", "#words"):
            part = one.page.locator(selector)
            part.scroll_into_view_if_needed()
            box = part.bounding_box()
            assert box and box["width"] > 60 and box["height"] > 20
            assert box["x"] >= 0 and box["x"] + box["width"] <= 320
            on_top = "(part, [x, y]) => part.contains(document.elementFromPoint(x, y))"
            middle = [box["x"] + box["width"] / 2, box["y"] + min(box["height"], 40) / 2]
            assert part.evaluate(on_top, middle), selector
    mei.page.set_viewport_size({"width": 844, "height": 390})  # a phone on its side
    slide, talk = (mei.page.locator(selector).bounding_box() for selector in ("#slide", "#log"))
    assert slide and talk
    assert slide["x"] + slide["width"] <= talk["x"] + 1
    assert talk["height"] > 150


def test_room_without_scripts_says_what_to_do(browser, door, scene, mei):
    guest_comes_in(mei, "Mei")
    context = browser.new_context(base_url=door.address, java_script_enabled=False)
    page = context.new_page()
    page.goto(mei.address)
    said = page.locator("noscript .messages")  # a search for text passes over it
    expect(said).to_contain_text("The room needs scripts")
    expect(said).to_be_visible()
    box = said.bounding_box()
    assert box and box["y"] < 720
    expect(page.get_by_text("Connecting.")).to_be_hidden()
    expect(page.locator("#words")).to_be_hidden()
    context.close()
