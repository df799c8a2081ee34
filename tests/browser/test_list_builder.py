"""A list is built by keys alone, on a phone's width, with its count, and a mistake keeps the words."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_list_is_built_by_keys_and_counted_while_it_is_written(staff):
    page = staff("marketing")
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/admin/lead-lists/new/")
    page.fill("[name=name]", "Warm and quiet")
    kind = page.locator("[data-focus=kind-0-0]")
    kind.focus()
    page.keyboard.type("Heat")
    expect(page.locator("[data-gap=value]")).to_be_visible()
    topic = page.locator("[data-gap=topic]")
    topic.focus()
    page.keyboard.type("No such topic")
    expect(page.locator(".list-builder__notes .error-message")).to_contain_text("No such topic")
    expect(topic).to_have_attribute("aria-invalid", "true")
    page.locator("form[data-edit-form] [type=submit], footer [type=submit]").first.click()
    expect(page.locator("[data-gap=topic]")).to_have_value("No such topic")
    page.locator("[data-gap=topic]").fill("Dental implants")
    expect(page.locator("[data-result]")).to_contain_text("people match")
    page.locator("[data-focus=add-none]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-focus=kind-1-0]")).to_be_focused()
    page.keyboard.type("Export")
    expect(page.locator("[data-gap=window]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.locator("footer [type=submit]").first.click()
    page.wait_for_url("**/members/")
    expect(page.locator(".leads-summary")).to_contain_text("none of these: was in a downloaded")


def test_an_estimate_is_followed_by_the_count(staff):
    page = staff("marketing")
    asked = []

    def answer(route):
        """What the server says, as if it went on after the first time."""
        body = route.request.post_data_buffer
        asked.append(b'name="exact"' in body)
        given = route.fetch()
        route.fulfill(response=given, json=given.json() | {"goes_on": not asked[-1]})

    page.route("**/lead-lists/count/", answer)
    page.goto("/admin/lead-lists/new/")
    page.locator("[data-focus=kind-0-0]").select_option(label="Language")
    expect(page.locator("[data-gap=text]")).to_be_visible()
    page.locator("[data-gap=text]").select_option("en")
    expect(page.locator("[data-result]")).to_contain_text("people match")
    expect(page.locator("[data-result]")).not_to_have_attribute("aria-busy", "true")
    assert asked[-2:] == [False, True]
