"""A class by keys alone: found, a place kept, joined, the place given back; the focus is always seen."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.desk import read
from tests.browser.test_accessibility import tab_to

pytestmark = pytest.mark.browser
NAME = "Nadia"
ADDRESS = "nadia@example.org"
SLUG = "wisdom-teeth-keep-watch-or-remove"


def test_class_is_found_kept_joined_and_given_back_by_keys(people, later):
    prospect = people.prospect("en")
    prospect.goto("/classes/")
    tab_to(prospect, f"main a[href*='{SLUG}']")
    prospect.keyboard.press("Enter")
    prospect.wait_for_url(re.compile(f"/{SLUG}/"))
    tab_to(prospect, ".class-slip .actions a.button")
    prospect.keyboard.press("Enter")
    prospect.wait_for_url("**/sign-in/**")
    tab_to(prospect, "main form .field input")
    prospect.keyboard.type(ADDRESS)
    prospect.keyboard.press("Enter")
    prospect.wait_for_url("**/sign-in/code/")
    later.do_background_work()
    prospect.keyboard.insert_text(people.code_for(ADDRESS))  # the field has the focus
    prospect.keyboard.press("Enter")
    prospect.wait_for_url(re.compile(f"/{SLUG}/"))
    tab_to(prospect, ".class-slip [name=name]")
    prospect.keyboard.type(NAME)
    prospect.keyboard.press("Enter")
    expect(prospect.get_by_text("Your place is kept.")).to_be_visible()

    found = read(later.address, f"?type=classroom.LiveClass&slug={SLUG}&locale=en&fields=starts_at")
    starts_at = timezone.datetime.fromisoformat(found["items"][0]["starts_at"])
    later.move_on(starts_at - timezone.now() + timedelta(minutes=1))
    tab_to(prospect, ".class-slip .actions a.button")
    with prospect.expect_response("**/presence") as joined:
        prospect.keyboard.press("Enter")
    assert joined.value.ok
    tab_to(prospect, ".class-slip a[href*='/rooms/']")
    expect(prospect.locator(":focus")).to_have_text("Go into the room")
    tab_to(prospect, "#question")
    prospect.keyboard.type("Can I eat with it?")
    tab_to(prospect, "form[action*='join/question'] button")
    with prospect.expect_navigation():
        prospect.keyboard.press("Enter")
    expect(prospect.locator("#question")).to_have_value("Can I eat with it?")
    tab_to(prospect, "form[action*='join/return'] button")
    with prospect.expect_navigation():
        prospect.keyboard.press("Enter")
    assert prospect.get_by_role("heading", level=1).is_visible()
    prospect.goto(f"/classes/{SLUG}/")
    expect(prospect.get_by_text("Your place is kept.")).to_have_count(0)
