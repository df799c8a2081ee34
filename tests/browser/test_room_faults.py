"""What a room's page does where answers are late, refused or lost: it goes on, and says so in words."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.in_room import guest_comes_in

pytestmark = pytest.mark.browser
#: For one piece of news the page cannot draw a line.
BREAK = """() => {
  const pattern = document.getElementById('said').content;
  window.kept = pattern.firstElementChild;
  window.kept.remove();
}"""
MEND = "() => document.getElementById('said').content.append(window.kept)"


def is_news(answer) -> bool:
    return "/events?" in answer.url or "/stream?" in answer.url


def let_pass(page: Page, seconds: int) -> None:
    """So that what is asked for meanwhile is answered before more time passes."""
    for _ in range(0, seconds, 4):
        with page.expect_response(is_news) as news:
            page.clock.run_for(4_000)
        if "/stream?" in news.value.url:
            return


def test_news_goes_on_after_an_outage_a_fault_of_the_page_and_a_dead_connection(host, mei):
    mei.page.clock.install()
    guest_comes_in(mei, "Mei")
    host.come_in()
    mei.page.evaluate(BREAK)
    with mei.page.expect_event("pageerror"):
        host.say("Lost")
    mei.errors.clear()
    mei.page.evaluate(MEND)
    host.say("Brush gently.")
    mei.hears("Brush gently.")

    # A connection that died silently: nobody ever answers.
    mei.page.route("**/messages", lambda route: None, times=1)
    with mei.page.expect_request("**/messages"):
        mei.say("Thank you")
    mei.page.clock.run_for(20_000)
    host.hears("Thank you")

    for address in ("**/stream?**", "**/events?**"):
        mei.page.route(address, lambda route: route.fulfill(status=503))
    with mei.page.expect_response("**/events?**"):
        mei.page.reload()
    expect(mei.page.locator("body")).to_have_attribute("data-state", "again")
    mei.page.clock.run_for(50_000)  # nothing is heard: the page begins from the stream again
    mei.page.unroute_all()
    expect(mei.page.locator("body")).to_have_attribute("data-state", "poll")
    let_pass(mei.page, 80)
    mei.is_connected()
