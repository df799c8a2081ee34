"""The page with a reader's code goes on by itself once staff confirmed, and says when it is too old."""

import pytest
from playwright.sync_api import expect

from tests.browser.site_templates import Laid

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def lay(clinic, page, states: list[str | int | None]) -> None:
    """Lay the page under an address of the demo; its questions get these answers.

    None is no line, a number an error.
    """
    html = Laid("en").shown_code()
    page.route(f"{clinic}/laid/", lambda route: route.fulfill(body=html, content_type="text/html"))

    def answer(route) -> None:
        state = states.pop(0)
        if state is None:
            route.abort()
        elif isinstance(state, int):
            route.fulfill(status=state, body="Be back soon.", content_type="text/html")
        else:
            route.fulfill(json={"state": state})

    page.route("**/sign-in/here/state/", answer)
    page.route(
        "**/sign-in/here/go/",
        lambda route: route.fulfill(body=route.request.method, content_type="text/plain"),
    )
    page.clock.install()
    page.goto(f"{clinic}/laid/")


def test_it_waits_outlives_a_lost_connection_and_goes_on(clinic, page):
    states: list[str | int | None] = ["waiting", None, "confirmed"]
    lay(clinic, page, states)
    for left, event in ((2, "requestfinished"), (1, "requestfailed")):
        with page.expect_event(event, lambda request: "state" in request.url):
            page.clock.fast_forward(3_000)
        assert len(states) == left
    expect(page.get_by_text("We wait for the reception.")).to_be_visible()
    page.clock.fast_forward(3_000)
    page.wait_for_url("**/sign-in/here/go/")
    assert page.locator("body").inner_text() == "POST"
    assert states == []


def test_an_error_of_the_server_is_no_verdict_on_the_code(clinic, page):
    states: list[str | int | None] = [503, 429, "confirmed"]
    lay(clinic, page, states)
    for left in (2, 1):
        with page.expect_response("**/state/"):
            page.clock.fast_forward(3_000)
        assert len(states) == left
    expect(page.locator(".shown-code-picture")).to_be_visible()
    page.clock.fast_forward(3_000)
    page.wait_for_url("**/sign-in/here/go/")


def test_it_says_when_the_code_is_too_old_and_asks_no_more(clinic, page):
    states: list[str | int | None] = ["over"]
    lay(clinic, page, states)
    page.clock.fast_forward(3_000)
    expect(page.get_by_text("This QR code is too old.")).to_be_visible()
    expect(page.locator(".shown-code-picture")).to_be_hidden()
    page.clock.fast_forward(9_000)
    assert states == []
    expect(page.get_by_role("button", name="A new QR code")).to_be_visible()
