"""Keeping a place in a class by phone, in Chinese, on a phone: number, text, code, name, place."""

import re

import pytest
from playwright.sync_api import expect

from people.contacts import readable_contact
from people.models import ContactKind

PHONE = {"width": 360, "height": 780}
CLASS = "/zh-hans/classes/wisdom-teeth-keep-watch-or-remove/"
NUMBER = "+8613800138777"
TYPED = "138 0013 8777"


@pytest.fixture(params=[True, False], ids=["with scripts", "without"])
def page(browser, request):
    """A Chinese phone, with and without scripts; no script may fail."""
    context = browser.new_context(
        viewport=PHONE, locale="zh-CN", has_touch=True, java_script_enabled=request.param
    )
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def texted_code(demo_clinic, page) -> str:
    """What the last line of the text says, from which a phone fills the code in by itself."""
    demo_clinic.do_background_work()
    box = page.context.new_page()
    box.goto(f"{demo_clinic.address}/development/would-be-sent/")
    text = box.locator("article.letter", has_text=NUMBER).first.inner_text()
    box.close()
    return re.search(r"@127\.0\.0\.1 #(\d{6})", text)[1]


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_place_is_kept_by_phone(demo_clinic, page):
    page.goto(demo_clinic.address + CLASS)
    page.locator(".class-slip .actions a.button").click()
    expect(page.locator("main form .field input")).to_have_count(1)
    field = page.get_by_label("您的手机号码")
    for attribute, value in (("type", "tel"), ("inputmode", "tel"), ("autocomplete", "tel")):
        expect(field).to_have_attribute(attribute, value)

    field.fill("138 0013")
    page.get_by_role("button", name="发验证码给我").click()
    expect(page.locator("main .error")).to_contain_text("请检查有没有写错")
    expect(field).to_have_value("138 0013")
    assert fits(page)
    page.get_by_role("link", name="改用邮箱").click()
    expect(page.get_by_label("您的邮箱")).to_have_attribute("type", "email")
    page.get_by_role("link", name="改用手机号码").click()

    field.fill(TYPED)
    page.get_by_role("button", name="发验证码给我").click()
    expect(page.locator("h1")).to_have_text("请查看手机短信")
    shown = readable_contact(kind=ContactKind.PHONE, value=NUMBER)
    expect(page.locator("main")).to_contain_text(shown)
    assert fits(page)
    code = texted_code(demo_clinic, page)
    page.locator("input[autocomplete=one-time-code]").fill(f"{code[:3]} {code[3:]}")
    page.locator("main form button").first.click()

    expect(page).to_have_url(demo_clinic.address + CLASS)
    name = page.locator(".class-slip [name=name]")
    if name.count():  # only who is new is asked what they are called
        name.fill("小鹭")
    page.locator(".class-slip form.actions button").first.click()
    expect(page.locator(".class-slip .messages")).to_have_text("名额已为您留好。")
    page.goto(f"{demo_clinic.address}/zh-hans/me/")
    expect(page.locator("#contacts")).to_contain_text(shown)
    expect(page.get_by_role("link", name="添加邮箱")).to_be_visible()
    page.goto(demo_clinic.address + CLASS)
    page.locator(".class-slip form button").first.click()
    expect(page.locator(".class-slip form.actions button").first).to_be_visible()
