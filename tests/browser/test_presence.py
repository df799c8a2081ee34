"""The page of a class waits for its doors and says that somebody is there; laid without a server."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.site import SCRIPTS
from tests.browser.site_templates import Laid

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

ADDRESS = "http://clinic.example/join/"
LATER_MS = int(timedelta(days=3) / timedelta(milliseconds=1))
# What the page's timers wait for, last the one set last; how many of its requests have ended.
NOTE_WAITS = """window.waits = [];
window.ended = 0;
const set = window.setTimeout, ask = window.fetch;
window.setTimeout = (call, ms, ...rest) => { waits.push(ms); return set(call, ms, ...rest); };
window.fetch = (...what) => ask(...what).finally(() => { ended += 1; });"""


@pytest.fixture
def laid(page):
    """Lays a page under ADDRESS; says how often it was loaded."""
    loads = []

    def lay(html):
        def answer(route):
            if route.request.url == ADDRESS:
                loads.append(1)
                route.fulfill(body=html, content_type="text/html")
            elif route.request.url.endswith("/js/presence.js"):
                script = (SCRIPTS / "presence.js").read_text("utf-8")
                route.fulfill(body=script, content_type="text/javascript")
            else:
                route.fulfill(status=404)

        page.route(lambda url: "/presence" not in url or "/js/" in url, answer)
        page.clock.install(time=0)
        page.clock.pause_at(60_000)  # from here on time passes where the test says so
        page.add_init_script(NOTE_WAITS)
        page.goto(ADDRESS)
        return loads

    return lay


def test_the_doors_open_under_no_hand_that_writes(laid, page):
    loads = laid(Laid("en").join_later())
    with page.expect_event("load"):
        page.clock.run_for(LATER_MS)
    assert len(loads) == 2
    question = page.get_by_label("Your question, if you have one")
    question.fill("Mine bleed every")
    news = page.get_by_role("link", name="The doors are open.")
    expect(news).to_be_hidden()
    page.clock.run_for(LATER_MS)
    expect(news).to_be_visible()
    expect(question).to_have_value("Mine bleed every")
    assert len(loads) == 2


def test_a_phone_that_slept_through_the_opening_notices(laid, page):
    loads = laid(Laid("en").join_later())
    page.clock.set_system_time(LATER_MS + 3_600_000)  # no timer fires by that
    with page.expect_event("load"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert len(loads) == 2


def test_a_beat_that_fails_is_soon_told_again_until_there_is_a_verdict(laid, page):
    kinds = []
    answers = [
        None,  # it hangs
        {"status": 503},
        {"json": {"next_beat_s": 30}},
        {"status": 429, "headers": {"Retry-After": "12"}},
        {"status": 409},
        {"status": 403},
    ]

    def hear(route):
        kind = route.request.post_data_json["kind"]
        if kind == "leave":
            return
        kinds.append(kind)
        answer = answers.pop(0) if answers else {"status": 500}
        if answer:
            route.fulfill(**answer)

    def waits(seconds):
        page.wait_for_function("(ms) => waits.at(-1) === ms", arg=seconds * 1000)
        page.clock.run_for(seconds * 1000)

    clinic = Laid("en")
    page.route("**/presence", hear)
    laid(clinic.get(clinic.join_address()))
    waits(15)  # for an answer
    waits(5)
    waits(5)
    waits(30)
    waits(12)
    waits(30)
    page.wait_for_function("ended === 6")
    page.clock.run_for(300_000)
    assert kinds == ["join", "join", "join", "beat", "beat", "beat"]
