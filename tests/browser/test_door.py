"""The code on the wall changes by itself, without loading the page anew."""

import pytest
from playwright.sync_api import expect

from tests.browser.site_templates import Laid

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def test_the_wall_takes_over_the_next_code_and_outlives_a_lost_connection(clinic, page):
    html = Laid("en").door()
    address = f"{clinic}/laid/"
    answers = [html, None, html.replace("0 people are", "1 person is")]

    def answer(route) -> None:
        body = answers.pop(0)
        if body is None:
            route.abort()
        else:
            route.fulfill(body=body, content_type="text/html")

    page.route(address, answer)
    page.clock.install()
    page.goto(address)
    page.evaluate("window.stayed = true")
    for left in (1, 0):
        with page.expect_event("requestfinished" if left == 0 else "requestfailed"):
            page.clock.fast_forward(15_000)
        assert len(answers) == left
    expect(page.get_by_text("1 person is checked in.")).to_be_visible()
    assert page.evaluate("window.stayed")


def test_the_wall_outlives_an_answer_that_is_an_error(clinic, page):
    html = Laid("en").door()
    address = f"{clinic}/laid/"
    answers = [
        (200, html),
        (503, "Be back soon."),
        (429, "Too fast."),
        (200, html.replace("0 people are", "1 person is")),
        (403, "Sign in again."),
        (200, "Sign in again."),
    ]

    def answer(route) -> None:
        status, body = answers.pop(0)
        route.fulfill(status=status, body=body, content_type="text/html")

    page.route(address, answer)
    page.clock.install()
    page.goto(address)
    page.evaluate("window.stayed = true")
    for left in (4, 3, 2):
        with page.expect_event("requestfinished"):
            page.clock.fast_forward(15_000)
        assert len(answers) == left
    expect(page.get_by_text("1 person is checked in.")).to_be_visible()
    assert page.evaluate("window.stayed")

    # That a sign-in has ended is for the page itself to say.
    page.clock.fast_forward(15_000)
    expect(page.get_by_text("Sign in again.")).to_be_visible()
    assert answers == []
