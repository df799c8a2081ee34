"""What an editor wrote survives a lost connection, an ended session and a second tab, in Chromium."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PASSWORD = "reading-room"
NOTE = ".kept-words"
SAVED = "#w-autosave-indicator[data-w-autosave-state-value=saved]"
PRESS_AND_WRITE = """() => setTimeout(() => {
  const form = document.querySelector('form[data-edit-form]');
  const field = form.elements.standfirst;
  addEventListener('w-autosave:save', (event) => console.log('begun', !event.defaultPrevented));
  form.requestSubmit();
  field.value = 'Written in between.';
  field.dispatchEvent(new Event('input', { bubbles: true }));
})"""
COPIES = "Object.keys(localStorage).filter((key) => key.startsWith('wellread.kept.')).length"


def sign_in(page):
    page.fill("[name=username]", "shen-yu")
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")


@pytest.fixture
def context(browser, clinic):
    context = browser.new_context(user_agent="Mozilla/5.0 (X11) Chrome/142.0", base_url=clinic)
    yield context
    context.set_offline(False)
    context.close()


@pytest.fixture
def page(context):
    """A new draft of a clinician, saved once, in the editor."""
    page = context.new_page()
    page.goto("/admin/login/")
    sign_in(page)
    page.goto("/admin/bring-in/")
    page.click("summary")
    page.fill("[name=text]", "# A draft\n\nFirst words.")
    page.click("form[data-bring-in] button[type=submit]")
    page.wait_for_url(re.compile(r"/pages/\d+/edit/"))
    ready(page)
    return page


def ready(page):
    """The editor's own scripts run; what is written from here on is theirs and ours to save."""
    page.wait_for_function(
        "() => window.wagtail?.app?.getControllerForElementAndIdentifier("
        "document.querySelector('form[data-edit-form]'), 'w-autosave')"
    )


def write(page, words):
    page.fill("[name=standfirst]", words)


def stands(page):
    return page.input_value("[name=standfirst]")


def copies(page):
    return page.evaluate(COPIES)


def test_a_save_that_works_leaves_no_copy(page):
    write(page, "Saved at once.")
    page.wait_for_function(f"() => document.querySelector('{SAVED}') && {COPIES} === 0")
    assert page.locator(NOTE).count() == 0


def test_words_outlive_a_lost_connection_and_a_reload(page, context):
    context.set_offline(True)
    write(page, "Written in a tunnel.")
    expect(page.locator(NOTE)).to_contain_text("no connection")
    assert copies(page) == 1
    address = page.url
    other = context.new_page()  # the tab is closed in the tunnel
    page.close(run_before_unload=False)
    context.set_offline(False)
    other.goto(address)
    expect(other.locator(NOTE)).to_contain_text("were not saved")
    assert stands(other) == ""
    with other.expect_navigation():
        other.click(f"{NOTE} button >> nth=0")
    assert stands(other) == "Written in a tunnel."
    assert copies(other) == 0


def test_words_are_kept_though_the_first_look_had_no_answer(page, context):
    looks, saves = "**/kept-words/session/**", []

    def fail_once(route):
        if route.request.method == "POST" and not saves:
            saves.append(route.request)
            route.fulfill(status=500, body="Be back soon.", content_type="text/html")
        else:
            route.continue_()

    page.route(looks, lambda route: route.abort(), times=1)
    with page.expect_event("requestfailed", lambda request: "/session/" in request.url):
        page.reload()
    ready(page)
    page.route("**/edit/", fail_once)
    write(page, "Written in a hurry.")
    expect(page.locator(NOTE)).to_contain_text("Nothing was lost")
    context.set_offline(True)
    write(page, "Written in a tunnel.")
    expect(page.locator(NOTE)).to_contain_text("no connection")
    page.wait_for_function(f"() => {COPIES} === 1")


def test_the_first_look_is_repeated_until_it_has_an_answer(page, context):
    looks = "**/kept-words/session/**"
    page.route(looks, lambda route: route.fulfill(status=503), times=1)
    with page.expect_response(looks):
        page.reload()
    ready(page)
    context.set_offline(True)
    write(page, "Written in a lift.")
    expect(page.locator(NOTE)).to_contain_text("no connection")
    assert copies(page) == 0  # whose words they are is not known yet
    page.route("**/edit/", lambda route: route.abort())
    context.set_offline(False)
    page.wait_for_function(f"() => {COPIES} === 1")


def test_words_are_sent_when_the_connection_is_back(page, context):
    context.set_offline(True)
    write(page, "Written in a lift.")
    expect(page.locator(NOTE)).to_contain_text("no connection")
    context.set_offline(False)
    expect(page.locator(NOTE)).to_contain_text("Nothing was lost")
    page.reload()
    assert stands(page) == "Written in a lift."
    page.wait_for_function(f"{COPIES} === 0")  # the script looks once it has begun


def test_an_ended_session_is_said_and_gone_on_from(page, context):
    context.clear_cookies(name="sessionid")
    write(page, "Written after the night shift.")
    expect(page.locator(NOTE)).to_contain_text("You were signed out")
    with context.expect_page() as opened:
        page.click(f"{NOTE} button")
    sign_in(opened.value)  # which changes the token, too
    opened.value.wait_for_url("**/admin/")
    opened.value.close()
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.locator(NOTE)).to_contain_text("Nothing was lost")
    page.reload()
    assert stands(page) == "Written after the night shift."


def test_saving_by_the_button_after_the_session_ended_loses_nothing(page, context):
    context.clear_cookies(name="sessionid")
    write(page, "Pressed save and was thrown out.")
    page.evaluate("document.querySelector('form[data-edit-form]').requestSubmit()")
    page.wait_for_url("**/login/**")
    sign_in(page)
    page.wait_for_url(re.compile(r"/edit/"))
    expect(page.locator(NOTE)).to_contain_text("were not saved")
    with page.expect_navigation():
        page.click(f"{NOTE} button >> nth=0")
    assert stands(page) == "Pressed save and was thrown out."


def test_a_button_waits_for_the_save_under_way(page):
    order, held = [], []

    def saves_itself(request):
        return request.method == "POST" and request.headers.get("accept") == "application/json"

    def note(request):
        if saves_itself(request):
            order.append("saved by itself")
        elif request.method == "POST" and request.is_navigation_request():
            order.append("the button")

    def hold(route):
        if saves_itself(route.request) and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/edit/", hold)
    page.on("request", lambda request: None if saves_itself(request) else note(request))
    page.on("requestfinished", lambda request: note(request) if saves_itself(request) else None)
    with page.expect_request(saves_itself):
        write(page, "Saved at once, and by the button.")
    page.get_by_role("button", name="Save draft").click()
    with page.expect_navigation():
        held[0].continue_()
    assert order == ["saved by itself", "the button"]
    assert stands(page) == "Saved at once, and by the button."
    page.get_by_role("button", name="More actions").click()
    page.locator("[name=action-submit]").first.click()  # nobody asks about another window
    expect(page.get_by_text("could not be saved")).to_be_visible()


def test_the_draft_begins_no_save_once_the_button_has_gone(page):
    held = []

    def hold(route):
        if route.request.method == "POST" and route.request.is_navigation_request():
            held.append(route)
        else:
            route.continue_()

    page.route("**/edit/", hold)
    page.clock.install()
    # The page cannot be asked while the one that it leads to is awaited: it tells by itself.
    with page.expect_console_message(lambda message: message.text.startswith("begun")) as told:
        page.evaluate(PRESS_AND_WRITE)
    assert told.value.text == "begun false"
    # As by a press on "stop": the page stays, and what was written is saved after all.
    held[0].abort("aborted")
    page.clock.run_for(31_000)
    page.wait_for_selector(SAVED)
    page.reload()
    assert stands(page) == "Written in between."


def test_a_second_tab_never_overwrites_the_first(page, context):
    second = context.new_page()
    second.goto(page.url)
    ready(second)
    write(page, "From the first tab.")
    page.wait_for_selector(SAVED)
    write(second, "From the second tab.")
    expect(second.locator(NOTE)).to_contain_text("saved elsewhere")
    page.reload()
    assert stands(page) == "From the first tab."
    with second.expect_navigation():
        second.click(f"{NOTE} button >> nth=0")
    assert stands(second) == "From the second tab."
    second.goto(re.sub("edit/.*", "history/", second.url))
    assert second.locator("table.listing tbody tr").count() >= 3


def test_signing_out_takes_the_copies_along(page, context):
    context.set_offline(True)
    write(page, "Not for the next one at this desk.")
    expect(page.locator(NOTE)).to_contain_text("no connection")
    page.close(run_before_unload=False)  # else it would send the copy as soon as it can
    context.set_offline(False)
    other = context.new_page()
    other.goto("/admin/")
    assert copies(other) == 1
    other.evaluate(
        "() => { const form = document.createElement('form'); form.method = 'POST';"
        " form.action = '/admin/logout/'; form.innerHTML = '<input name=csrfmiddlewaretoken>';"
        " form.firstChild.value = window.wagtailConfig.CSRF_TOKEN; document.body.append(form);"
        " form.requestSubmit(); }"
    )
    other.wait_for_url("**/login/**")
    assert copies(other) == 0
