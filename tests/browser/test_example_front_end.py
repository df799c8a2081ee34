"""The example front end on an origin of its own, in Chromium: it reads, asks, and is measured after a yes."""

import json
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.demo import DemoClinic

pytestmark = pytest.mark.browser
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "front-end"
# A headless browser says so in its name, and Wellread counts such readers apart, as robots.
AGENT = "Mozilla/5.0 (X11) Chrome/142.0"
STORED_WITHIN_S = 60
EVENTS = """
import json
from tracking.models import Event
print(json.dumps([
    {"page": e.page_id, "kind": e.kind, "visitor": e.visitor_id, "filtered": e.filtered}
    for e in Event.objects.order_by("at")]))
"""


class QuietFiles(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def front():
    """The address of the example's files, served as its README says."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietFiles, directory=str(EXAMPLE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def wellread(front, tmp_path_factory):
    """A demo clinic of its own, which allows that origin."""
    clinic = DemoClinic(tmp_path_factory.mktemp("allowing"))
    clinic.env["CORS_ORIGINS"] = front
    with clinic as running:
        yield running


@pytest.fixture
def page(browser):
    """A reader who counts as a person; nothing may break, and the browser may complain of nothing."""
    with browser.new_context(user_agent=AGENT) as context:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        yield page
        assert errors == []


def stored(wellread) -> list[dict]:
    said = wellread.manage("shell", "-v0", "-c", EVENTS)
    return json.loads(said.strip().splitlines()[-1])


def kept(page) -> list[str]:
    return page.evaluate("Object.keys(localStorage)")


def test_article_comic_and_course_are_read_and_counted_only_after_a_yes(front, wellread, page):
    home = f"{front}/?api={wellread.address}"
    page.goto(home)
    before = len(stored(wellread))

    page.get_by_role("link", name="Before your first implant").click()
    expect(page.locator("h1")).to_have_text("Before your first implant")
    expect(page).to_have_title("Before your first implant")
    page.get_by_role("link", name="Gums first").click()
    expect(page.locator("h1")).to_have_text("Gums first")
    expect(page.locator(".prose p").first).to_contain_text("An implant stands in the same bone")

    page.goto(home)
    page.get_by_role("link", name="A room of my own").click()
    expect(page.locator(".panel")).to_have_count(9)
    drawing = page.locator(".panel img").first
    page.wait_for_function("img => img.naturalWidth > 0", arg=drawing.element_handle())
    page.get_by_role("link", name="中文").click()
    expect(page.locator("h1")).to_have_text("总算有单间了")

    page.goto(home)
    page.get_by_role("link", name="Why gums bleed when you brush").click()
    expect(page.locator(".prose sup").first).to_have_text("1")
    number = int(page.locator("[data-page]").get_attribute("data-page"))
    boxes = page.locator("#consent input[type=checkbox]")
    expect(boxes).to_have_count(2)
    assert not any(box.is_checked() for box in boxes.all())
    expect(page.locator("#consent")).to_contain_text("Remember what I read and attend here")
    assert kept(page) == []
    assert len(stored(wellread)) == before

    boxes.first.check()
    page.get_by_role("button", name="Agree to what I ticked").click()
    expect(page.locator(".receipt")).to_contain_text("not agreed")
    assert "wellread.visitor" in kept(page)
    page.mouse.move(20, 20)
    page.locator(".references").scroll_into_view_if_needed()
    page.reload()
    expect(page.locator(".receipt")).to_contain_text("agreed")

    # What a page hands over as it goes, headless Chromium sends under its own name, a robot's; the
    # view after it sends on the tracker's timer.
    deadline = time.monotonic() + STORED_WITHIN_S
    while time.monotonic() < deadline:
        new = stored(wellread)[before:]
        read = [event for event in new if not event["filtered"]]
        if "open" in {event["kind"] for event in read}:
            break
        page.wait_for_timeout(500)
    assert "open" in {event["kind"] for event in read}
    assert {event["page"] for event in new} == {number}
    assert len({event["visitor"] for event in new}) == 1

    page.get_by_role("button", name="Withdraw").click()
    expect(page.locator("#consent input[type=checkbox]")).to_have_count(2)
    assert kept(page) == []
