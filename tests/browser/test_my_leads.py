"""A consultant's people by keys alone, on a phone's width: move, open, note how it went, take it back."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_consultant_works_through_their_people_by_keys(staff):
    page = staff("he-xiaoman")
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/admin/my-leads/")
    people = page.locator("[data-lead]")
    page.keyboard.press("j")
    expect(people.nth(0)).to_be_focused()
    if people.count() > 1:
        page.keyboard.press("j")
        expect(people.nth(1)).to_be_focused()
        page.keyboard.press("k")
        expect(people.nth(0)).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/lead-people/**")
    task = page.locator("#next .person-task").first
    before = page.locator("#next .person-task").count()
    assert page.evaluate("document.documentElement.scrollWidth") == 360

    task.locator("[name=outcome]").focus()
    for name, typed in (("remark", "Wants a price"), ("next_about", "Price list")):
        task.locator(f"[name={name}]").focus()
        page.keyboard.type(typed)
    task.locator("[name=next_kind]").focus()
    task.locator("[name=next_kind]").select_option("message")
    task.locator("[name=next_due_at]").fill("2031-02-03T09:30")
    task.locator("button").focus()
    page.keyboard.press("Enter")
    ended = page.locator(".person-ended")
    expect(ended).to_be_visible()
    expect(page.locator("#next")).to_contain_text("Price list")
    assert page.locator("#next .person-task").count() == before

    ended.locator("button").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".person-ended")).to_have_count(0)
    expect(page.locator("#next")).not_to_contain_text("Price list")
    assert page.locator("#next .person-task").count() == before
