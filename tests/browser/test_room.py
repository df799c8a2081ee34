"""A class in its own room: a clinician, a guest on a phone, marketing watching; cuts and a kill."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.in_room import guest_comes_in
from tests.factories.rooms import picture_file

pytestmark = pytest.mark.browser
NUMBERS = """async ([address, token]) => {
  const answer = await fetch(address, { headers: { Authorization: `Join ${token}` } });
  return (await answer.json()).events.map((event) => event.number);
}"""


def test_class_with_a_cut_network_and_a_killed_server_loses_nothing(host, mei, watcher, door):
    mei.page.goto(mei.address)
    mei.page.fill("#nickname", "小梅")
    with mei.page.expect_response("**/presence") as joined:
        mei.page.get_by_role("button", name="Go in").click()
    assert joined.value.ok  # the page says that she is there
    mei.is_connected()
    watcher.come_in()
    expect(watcher.page.get_by_role("button", name="Begin the class")).to_have_count(0)
    host.come_in()
    host.page.get_by_role("button", name="Begin the class").click()
    host.page.get_by_role("button", name="Next slide").click()
    for one in (host, mei, watcher):
        expect(one.page.locator("#slide img")).to_have_js_property("naturalWidth", 64)
        expect(one.page.get_by_text("The class begins.")).to_be_visible()
    first = mei.page.locator("#slide img").get_attribute("src")
    mei.say("Good evening")
    host.hears("Good evening")

    # The phone's network is cut: the class goes on, and what the phone writes waits.
    mei.context.set_offline(True)
    expect(mei.page.locator("#state")).to_contain_text("No network")
    host.say("Brush twice a day.")
    host.page.get_by_role("button", name="Next slide").click()
    mei.page.check("#asks")
    mei.say("With which brush?")
    expect(mei.page.locator("#talk [data-waits]")).to_contain_text("waits to be sent")
    host.hears("Brush twice a day.")
    expect(mei.page.get_by_text("Brush twice a day.")).to_have_count(0)
    mei.context.set_offline(False)
    mei.hears("Brush twice a day.")
    mei.hears("With which brush?")
    host.hears("With which brush?")
    expect(mei.page.locator("#slide img")).not_to_have_attribute("src", first or "")
    expect(mei.page.locator("#slide img")).to_have_js_property("naturalWidth", 64)
    mei.is_connected()

    # The server dies; whoever writes meanwhile, and reloads before it was sent, sends it once.
    door.kill()
    host.say("A soft one.")
    door.serve()
    mei.hears("A soft one.")
    mei.page.route("**/messages", lambda route: route.abort())
    mei.say("Thank you")
    expect(mei.page.locator("#talk [data-waits]")).to_have_count(1)
    mei.page.reload()
    expect(mei.page.locator("#talk [data-waits]")).to_contain_text("Thank you")
    mei.page.unroute("**/messages")
    mei.hears("Thank you")
    host.hears("Thank you")

    expect(host.page.locator("#open-questions")).to_have_text("1")
    asked = host.page.locator("#talk li", has_text="With which brush?")
    asked.get_by_role("button", name="Answered").click()
    expect(host.page.locator("#open-questions")).to_have_text("0")
    expect(mei.page.locator("#talk [data-mark=answered]")).to_contain_text("With which brush?")
    host.page.locator("#talk li", has_text="Good evening").get_by_role(
        "button", name="Remove"
    ).click()
    for one in (mei, watcher):
        expect(one.page.locator("#talk [data-mark=removed]")).to_have_count(1)

    host.is_connected()
    assert host.transcript() == mei.transcript() == watcher.transcript() == [
        "The class begins.",
        "小梅: ",
        f"{host.name()}: Brush twice a day.",
        "小梅: With which brush?",
        f"{host.name()}: A soft one.",
        "小梅: Thank you",
    ]  # fmt: skip
    address = f"/api/v1/classes/{host.address.split('/')[2]}/events"
    numbers = mei.page.evaluate(NUMBERS, [address, mei.address.partition("place=")[2]])
    assert numbers == list(range(1, len(numbers) + 1))


def test_page_that_gets_no_stream_asks_for_the_same_list(host, mei):
    mei.page.route("**/stream?**", lambda route: route.abort())
    mei.page.goto(mei.address)
    mei.page.fill("#nickname", "Mei")
    mei.page.get_by_role("button", name="Go in").click()
    host.come_in()
    host.say("Hello")
    mei.hears("Hello")
    mei.say("Hello, too")
    host.hears("Hello, too")
    mei.hears("Hello, too")
    assert host.transcript() == mei.transcript() == [f"{host.name()}: Hello", "Mei: Hello, too"]


def test_words_written_while_an_answer_is_late_are_sent_too(host, mei):
    guest_comes_in(mei, "Mei")
    host.come_in()
    late = []
    mei.page.route("**/messages", lambda route: late.append((route, route.fetch())), times=1)
    mei.say("First")
    mei.hears("First")  # the list is faster than the answer
    mei.say("Second")
    expect(mei.page.locator("#talk [data-waits]")).to_contain_text("Second")
    [(route, answer)] = late
    route.fulfill(response=answer)
    for one in (mei, host):
        one.hears("Second")
    assert mei.transcript() == host.transcript() == ["Mei: First", "Mei: Second"]


SCRIPTS = [
    "<script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 1'>",
    "<svg onload=window.ran=1>",
    '"><b onmouseover=window.ran=1>x</b>',
    "javascript:window.ran=1",
    "{{ 7 * 7 }} ${7 * 7} <%= 7 * 7 %>",
]


def test_markup_in_name_message_question_and_poll_is_text_and_nothing_runs(host, mei):
    guest_comes_in(mei, "<i onclick=x>Mei</i>")
    host.come_in()
    for words in SCRIPTS[:4]:
        mei.say(words)
        host.hears(words)
    mei.page.check("#asks")
    mei.say(SCRIPTS[4])
    host.hears(SCRIPTS[4])
    host.page.get_by_text("Ask with a poll").click()
    host.page.fill("#poll-question", SCRIPTS[5])
    host.page.fill("#poll-answers", f"{SCRIPTS[0]}\n{SCRIPTS[1]}")
    host.page.get_by_role("button", name="Ask everybody").click()
    mei.hears(SCRIPTS[5])
    for one in (host, mei):
        options = one.page.locator(".room-option-words")
        assert options.all_inner_texts() == [SCRIPTS[0], SCRIPTS[1]]
        assert one.page.evaluate("window.ran") is None
        inside = one.page.locator("#talk :is(script, img, svg, i, b b, a)")
        expect(inside).to_have_count(0)
    expect(host.page.locator("#talk [data-kind=message] b").first).to_have_text(
        "<i onclick=x>Mei</i>"
    )


def test_votes_moderation_and_undo_reach_everybody_they_concern(host, mei):
    guest_comes_in(mei, "Mei")
    host.come_in()
    mei.page.check("#asks")
    mei.say("Why?")
    host.hears("Why?")
    # A question begins with its own vote; it is taken back and given again.
    own = mei.page.locator("#talk [data-kind=question] [data-choice]")
    expect(own).to_have_attribute("aria-pressed", "true")
    expect(host.page.locator("#questions li")).to_have_attribute("data-votes", "1")
    own.click()
    expect(own).to_have_attribute("aria-pressed", "false")
    expect(host.page.locator("#questions li")).to_have_attribute("data-votes", "0")

    host.page.get_by_text("Ask with a poll").click()
    host.page.fill("#poll-question", "How often?")
    host.page.fill("#poll-answers", "Once")
    host.page.get_by_role("button", name="Ask everybody").click()
    expect(host.page.locator("#new-poll [role=alert]")).to_contain_text("two to six")
    host.page.fill("#poll-answers", "Once\nTwice")
    host.page.get_by_role("button", name="Ask everybody").click()
    twice = mei.page.locator(".room-poll").get_by_role("button", name="Twice")
    twice.click()
    expect(twice).to_have_attribute("aria-pressed", "true")
    # One vote: its number is told to all, how it fell to the hosts.
    expect(mei.page.locator(".room-voters")).to_contain_text("Votes so far: 1.")
    expect(mei.page.locator(".room-share").nth(1)).to_have_text("")
    expect(host.page.locator(".room-share").nth(1)).to_have_text("1 · 100 %")
    mei.page.reload()
    mei.is_connected()
    expect(twice).to_have_attribute("aria-pressed", "true")
    host.page.get_by_role("button", name="Close the poll").click()
    expect(mei.page.locator(".room-voters")).to_contain_text("The poll is closed. Votes: 1.")
    expect(twice).to_be_disabled()

    host.page.get_by_text("Who is here").click()
    line = host.page.locator("#people li", has_text="Mei")
    line.get_by_role("button", name="Mute").click()
    expect(line).to_contain_text("listens only")
    mei.say("Hello")
    expect(mei.page.locator("[data-mark=refused]")).to_contain_text("listen only")
    expect(mei.page.locator("#words")).to_have_value("Hello")
    line.get_by_role("button", name="Let speak").click()
    expect(line).not_to_contain_text("listens only")
    mei.page.press("#words", "Enter")
    host.hears("Hello")

    host.page.select_option("#slow-mode", "10")
    expect(mei.page.locator("#slow")).to_contain_text("every 10 seconds")
    host.page.select_option("#slow-mode", "0")
    expect(mei.page.locator("#slow")).to_be_hidden()

    line.get_by_role("button", name="Put out").click()
    expect(mei.page.locator("body")).to_have_attribute("data-state", "out", timeout=30_000)
    expect(mei.page.locator("#state")).to_contain_text("Your place in the class stays")
    expect(host.page.locator("#here")).to_be_hidden(timeout=30_000)
    line.get_by_role("button", name="Let in again").click()
    host.say("Welcome back")
    mei.is_connected()
    mei.hears("Welcome back")
    assert [line for line in host.transcript() if "out" in line.lower()] == []


def test_another_host_goes_on_when_the_first_is_gone(host, mei, deputy):
    guest_comes_in(mei, "Mei")
    host.come_in()
    deputy.come_in()
    host.page.get_by_role("button", name="Next slide").click()
    expect(mei.page.locator("#slide img")).to_be_visible()
    first = mei.page.locator("#slide img").get_attribute("src") or ""
    mei.say("One")
    deputy.hears("One")
    host.context.close()  # its network, its battery: it says no goodbye
    deputy.page.get_by_role("button", name="Next slide").click()
    expect(mei.page.locator("#slide img")).not_to_have_attribute("src", first)
    deputy.say("I go on from here.")
    mei.hears("I go on from here.")
    assert deputy.transcript() == mei.transcript()
    assert deputy.page.locator("#slide img").get_attribute("src") == mei.page.locator(
        "#slide img"
    ).get_attribute("src")


def test_clock_that_is_wrong_by_a_day_changes_no_time_that_is_shown(host, mei):
    mei.page.clock.install(time=datetime.now(tz=UTC) + timedelta(days=1, hours=5))
    guest_comes_in(mei, "Mei")
    host.come_in()
    mei.say("Hello")
    host.hears("Hello")
    mei.hears("Hello")
    shown = [one.page.locator("#talk time").first.inner_text() for one in (host, mei)]
    moments = [
        one.page.locator("#talk time").first.get_attribute("datetime") for one in (host, mei)
    ]
    assert shown[0] == shown[1] and moments[0] == moments[1]
    assert abs(datetime.fromisoformat(moments[0] or "") - datetime.now(tz=UTC)) < timedelta(hours=1)


#: Leaves the dialog and chooses a picture before the browser has told of the first.
CHOOSE_ANOTHER = """([bytes, name]) => {
  document.querySelector('#new-picture [data-cancel]').click();
  const choice = document.getElementById('picture');
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/png' }));
  choice.files = files.files;
  choice.dispatchEvent(new Event('change'));
}"""


def test_picture_is_shown_small_and_large_and_is_gone_when_removed(host, mei):
    guest_comes_in(mei, "Mei")
    host.come_in()
    picture = {"name": "brush.png", "mimeType": "image/png", "buffer": picture_file().read()}
    mei.page.set_input_files("#picture", {**picture, "buffer": b"no picture"})
    mei.page.fill("#picture-alt", "<b>My</b> brush")
    send = mei.page.locator("#new-picture").get_by_role("button", name="Send", exact=True)
    send.click()
    expect(mei.page.locator("#new-picture [role=alert]")).to_contain_text("no picture")
    mei.page.evaluate(CHOOSE_ANOTHER, [list(picture["buffer"]), picture["name"]])
    mei.page.fill("#picture-alt", "<b>My</b> brush")
    send.click()
    expect(mei.page.locator("#new-picture")).to_be_hidden()
    for one in (host, mei):
        shown = one.page.get_by_role("button", name="<b>My</b> brush")
        expect(shown.locator("img")).to_have_js_property("naturalWidth", 64)
    shown.click()
    expect(mei.page.locator("#large-picture img")).to_be_visible()
    host.page.locator("#talk [data-kind=picture]").get_by_role("button", name="Remove").click()
    expect(mei.page.locator("#large-picture")).to_be_hidden()
    expect(mei.page.locator("#talk [data-mark=removed]")).to_have_count(1)
    expect(mei.page.locator("#talk img")).to_have_count(0)


def test_piece_is_shared_by_keys_and_who_opens_it_comes_back_to_the_room(host, mei):
    guest_comes_in(mei, "Mei")
    host.come_in()
    keys = host.page.keyboard
    host.page.get_by_text("Share a piece").focus()
    keys.press("Enter")
    expect(host.page.locator("#pieces [type=radio]")).to_have_count(8)
    keys.press("Tab")
    keys.type("no such title")
    expect(host.page.locator("#no-pieces")).to_contain_text("No piece")
    expect(host.page.get_by_role("button", name="Share with everybody")).to_be_disabled()
    host.page.fill("#piece-title", "")
    expect(host.page.locator("#pieces [type=radio]")).to_have_count(8)
    keys.press("Tab")
    keys.press("Space")
    title = host.page.locator("#pieces li").first.locator(".room-card-title").inner_text()
    keys.press("Tab")
    keys.type("Read this at home:")
    keys.press("Enter")
    for one in (host, mei):
        card = one.page.locator("#talk .room-cards a")
        expect(card).to_have_count(1)
        expect(card.locator(".room-card-title")).to_have_text(title)
        expect(card).to_have_attribute("rel", "noopener noreferrer")
        # The address at the end of the words is the card's.
        expect(one.page.locator("#talk .room-words").last).to_have_text("Read this at home:")

    # Inside WeChat there are no tabs: the piece takes the room's place, and one goes back.
    mei.page.fill("#words", "I was about to s")
    mei.page.locator("#talk .room-cards a").evaluate("(link) => link.removeAttribute('target')")
    mei.page.locator("#talk .room-cards a").click()
    expect(mei.page.locator("h1")).to_contain_text(title)
    host.say("While you were away.")
    mei.page.go_back()
    mei.is_connected()
    mei.hears("While you were away.")
    expect(mei.page.locator("#words")).to_have_value("I was about to s")
    expect(mei.page.locator("#talk .room-cards a")).to_have_count(1)

    host.page.locator("#talk li", has_text="Read this at home").get_by_role(
        "button", name="Remove"
    ).click()
    expect(mei.page.locator("#talk .room-cards")).to_have_count(0)


HOSTILE = [
    "javascript:window.ran=1 JaVaScRiPt://%0aalert(1)",
    "data:text/html,<script>window.ran=1</script> blob:https://x.example/1",
    "http://plain.example/ ftp://x.example/",
    "https://\u0430pple.example/ https://xn--pple-43d.example/",
    "https://clinic.example@evil.example/ https://clinic.example:pw@evil.example/",
    "https://evil.example\\\\@clinic.example/ https:evil.example https:///evil.example",
]


def test_links_are_for_hosts_and_lead_where_they_say(host, mei, door):
    guest_comes_in(mei, "Mei")
    host.come_in()
    for words in HOSTILE:
        host.say(words)
        mei.hears(words)
    expect(mei.page.locator("#talk .room-words a")).to_have_count(0)
    host.say("See https://example.org/a?b=<c>, (https://example.org/\u200e\u202egpj.exe).")
    links = mei.page.locator("#talk .room-words a")
    expect(links).to_have_count(2)
    assert links.all_inner_texts() == ["https://example.org/a?b=", "https://example.org/"]
    for link in links.all():
        expect(link).to_have_attribute("rel", "noopener noreferrer nofollow ugc")
        expect(link).to_have_attribute("target", "_blank")
    own = f"{door.address}/feed/"
    mei.say(f"https://example.org/a {own}")
    mine = host.page.locator("#talk li", has_text=own).locator(".room-words a")
    expect(mine).to_have_count(1)
    expect(mine).to_have_attribute("href", own)
    for one in (host, mei):
        assert one.page.evaluate("window.ran") is None


def test_guest_whose_question_waits_is_told_where_it_goes(host, mei):
    guest_comes_in(mei, "Mei")
    host.come_in()
    host.page.get_by_role("button", name="Begin the class").click()
    mei.page.check("#asks")
    mei.say("Which brush?")
    host.hears("Which brush?")
    host.page.get_by_role("button", name="End the talk").click()
    told = mei.page.locator("#talk .room-late")
    expect(told).to_contain_text("is with the clinic now")
    expect(host.page.locator("#talk .room-late")).to_have_count(0)
    mei.page.reload()
    expect(told).to_have_count(1)
    host.page.locator("#talk").get_by_role("button", name="Answered").click()
    expect(told).to_have_count(0)
