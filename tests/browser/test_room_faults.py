"""What a room's page does where answers are late, refused or lost: it goes on, and says so in words."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.in_room import guest_comes_in
from tests.factories.rooms import picture_file

pytestmark = pytest.mark.browser
#: For one piece of news the page cannot draw a line.
BREAK = """() => {
  const pattern = document.getElementById('said').content;
  window.kept = pattern.firstElementChild;
  window.kept.remove();
}"""
MEND = "() => document.getElementById('said').content.append(window.kept)"

#: The host types what is heard beside a link to another room.
TYPED = """
from classroom.models import Room, RoomStage
RoomStage.objects.create(room=Room.objects.get(pk={room}), kind="link", captions="typed",
                         address="https://meet.example.org/room", captioner="He Xiaoman")
"""


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
    mei.page.unroute("**/events?**")
    expect(mei.page.locator("body")).to_have_attribute("data-state", "poll")
    mei.page.unroute("**/stream?**")
    let_pass(mei.page, 80)
    mei.is_connected()


def reply_once(page: Page, address: str, **answer) -> None:
    """The next request there is answered so, and never seen by the server."""
    page.route(address, lambda route: route.fulfill(**answer), times=1)


def test_what_is_not_done_is_said_and_own_words_are_taken_back_at_any_time(host, mei):
    guest_comes_in(mei, "Mei")
    host.come_in()
    for words in ("One", "Two", "Three"):
        mei.say(words)
        host.hears(words)
    host.page.get_by_text("Who is here").click()
    host.page.select_option("#slow-mode", "300")
    expect(mei.page.locator("#slow")).to_be_visible()

    def remove(words: str) -> None:
        line = mei.page.locator("#talk li", has_text=words)
        line.get_by_role("button", name="Remove").click()

    gone = mei.page.locator("#talk [data-mark=removed]")
    reply_once(mei.page, "**/acts", status=429, headers={"Retry-After": "1"})
    remove("One")
    expect(gone).to_have_count(1)
    problem = mei.page.locator("#talk .room-problem", has_text="was not done")
    reply_once(mei.page, "**/acts", status=403, json={})
    remove("Two")
    expect(problem).to_be_visible()
    remove("Two")
    expect(gone).to_have_count(2)
    expect(problem).to_have_count(0)
    reply_once(host.page, "**/acts", status=403, json={})
    host.page.get_by_role("button", name="Begin the class").click()
    expect(host.page.locator("#doors-told")).to_contain_text("was not done")
    host.page.get_by_role("button", name="Begin the class").click()
    expect(host.page.locator("#doors-told")).to_be_empty()
    host.page.get_by_role("button", name="End the talk").click()
    expect(mei.page.get_by_text("The class is over.")).to_be_visible()
    remove("Three")
    expect(gone).to_have_count(3)

    # The desk: what was not taken is not shown, and the last choice is the one that counts.
    desk = host.page
    reply_once(desk, "**/moderation", status=403, json={})
    desk.focus("#slow-mode")
    desk.select_option("#slow-mode", "0")
    expect(desk.locator("#desk-told")).to_contain_text("was not done")
    expect(desk.locator("#slow-mode")).to_have_value("300")
    reply_once(desk, "**/moderation", status=403, json={})
    desk.locator("#guests-speak").check(force=True)
    expect(desk.locator("#guests-speak")).not_to_be_checked()
    held = []
    desk.route("**/moderation", lambda route: held.append(route), times=1)
    with desk.expect_request("**/moderation"):
        desk.select_option("#slow-mode", "10")
    desk.select_option("#slow-mode", "0")
    held[0].continue_()
    expect(mei.page.locator("#slow")).to_be_hidden()
    expect(desk.locator("#slow-mode")).to_have_value("0")
    expect(desk.locator("#desk-told")).to_be_empty()


def test_last_slide_and_last_vote_count_however_slow_the_first_were(host, mei):
    guest_comes_in(mei, "Mei")
    host.come_in()
    seen = []
    host.page.on("request", lambda request: seen.append(request.post_data_json))
    host.page.route("**/acts", lambda route: route.abort(), times=1)
    for _ in range(2):
        host.page.get_by_role("button", name="Next slide").click()
    expect(host.page.locator("#place-in-slides")).to_have_text("2 / 2")
    expect(mei.page.locator("#slide img")).to_have_js_property("naturalWidth", 64)
    host.page.get_by_text("Ask with a poll").click()
    host.page.fill("#poll-question", "How often?")
    host.page.fill("#poll-answers", "Once\nTwice")
    reply_once(host.page, "**/polls", status=403, json={})
    host.page.get_by_role("button", name="Ask everybody").click()
    expect(host.page.locator("#new-poll [role=alert]")).to_contain_text("was not done")
    host.page.get_by_role("button", name="Ask everybody").click()
    mei.hears("How often?")
    assert len({body["client"] for body in seen if body and "options" in body}) == 1

    # Both votes are taken: the second waits its second, and it is the one that stands.
    poll = mei.page.locator(".room-poll")
    held, taken = [], []

    def is_second(answer) -> bool:
        taken.extend([answer] if answer.url.endswith("/votes") and answer.ok else [])
        return len(taken) == 2

    mei.page.route("**/votes", lambda route: held.append(route), times=1)
    with mei.page.expect_event("response", is_second):
        with mei.page.expect_request("**/votes"):
            poll.get_by_role("button", name="Once").click()
        poll.get_by_role("button", name="Twice").click()
        held[0].continue_()
    expect(host.page.locator(".room-share").nth(1)).to_have_text("1 · 100 %")
    expect(poll.get_by_role("button", name="Twice")).to_have_attribute("aria-pressed", "true")
    expect(poll.get_by_role("button", name="Once")).to_have_attribute("aria-pressed", "false")

    # By now the slide that did not arrive would have been sent again.
    slides = [body["slide"] for body in seen if body and "slide" in body]
    assert slides[0] != slides[-1] and slides == sorted(slides)
    expect(host.page.locator("#place-in-slides")).to_have_text("2 / 2")


def test_words_captions_and_files_stay_until_they_are_taken(host, mei, door):
    door.manage("shell", "-v0", "-c", TYPED.format(room=host.address.split("/")[2]))
    host.come_in()
    # Before the first act the host has no name in the room's list.
    host.page.get_by_role("button", name="Begin the class").click()
    expect(host.page.get_by_text("The class begins.")).to_be_visible()
    host.page.route("**/messages", lambda route: route.abort())
    host.say("Kept?")
    host.page.fill("#words", "I was about to")
    host.page.route("**/captions", lambda route: route.fulfill(status=403, json={}))
    for words in ("Good evening.", "Brush gently."):
        host.page.fill("#caption", words)
        host.page.press("#caption", "Enter")
    host.page.fill("#caption", "The next line")
    told = host.page.locator("#caption-told")
    expect(told).to_contain_text("Good evening.")
    expect(host.page.locator("#caption")).to_have_value("The next line")
    host.page.reload()
    expect(host.page.locator("#talk [data-waits]")).to_contain_text("Kept?")
    expect(host.page.locator("#words")).to_have_value("I was about to")
    expect(told).to_contain_text("Good evening.")
    host.page.unroute_all()
    host.page.get_by_role("button", name="Try again").click()
    expect(host.page.locator("#caption-lines span")).to_have_text(
        ["Good evening.", "Brush gently."]
    )
    expect(told).to_be_empty()
    host.hears("Kept?")

    # A picture that is on its way, the dialog left by force, and another picture chosen.
    picture = {"mimeType": "image/png", "buffer": picture_file().read()}
    guest_comes_in(mei, "Mei")
    dialog = mei.page.locator("#new-picture")
    send = dialog.get_by_role("button", name="Send", exact=True)
    held = []
    mei.page.route("**/pictures", lambda route: held.append(route), times=1)
    mei.page.set_input_files("#picture", {"name": "first.png", **picture})
    with mei.page.expect_request("**/pictures"):
        send.click()
    mei.page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    dialog.evaluate("(dialog) => dialog.close()")
    mei.page.set_input_files("#picture", {"name": "second.png", **picture})
    mei.page.fill("#picture-alt", "The second")
    held[0].continue_()
    expect(mei.page.locator("#talk .room-picture")).to_have_count(1)
    expect(dialog).to_contain_text("second.png")
    expect(dialog).to_be_visible()
    reply_once(mei.page, "**/pictures", status=429, headers={"Retry-After": "300"})
    send.click()
    expect(dialog.locator("[role=alert]")).to_contain_text("in 5 minutes")
    send.click()
    expect(dialog).to_be_hidden()
    host.page.get_by_role("img", name="The second").wait_for()
