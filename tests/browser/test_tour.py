"""The ten-minute tour that `make run` prints, walked in a real browser under the shipped rules.

The reading is real time: nothing here moves a clock or touches the rules.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
STARTED_WITHIN_S = 400
COMIC = "/comics/a-room-of-my-own/"
ARTICLE = "/articles/wisdom-teeth-keep-or-remove/"
LIST = "Warm on wisdom teeth"
# A headless browser says so in its name, and Wellread counts such readers apart, as robots.
AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)
PASSWORD = "reading-room"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo clinic as `make run` serves it: web and background work, on SQLite."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data_dir = tmp_path_factory.mktemp("demo")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    url = f"http://127.0.0.1:{port}"
    log = (data_dir / "tour.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "ops.serve"],
        cwd=ROOT,
        env={**kept, "DATA_DIR": str(data_dir), "PORT": str(port)},
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    deadline = time.monotonic() + STARTED_WITHIN_S
    try:
        while not _answers(f"{url}/readyz"):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(
                    "the demo did not start:\n" + (data_dir / "tour.log").read_text()[-3000:]
                )
            time.sleep(0.5)  # until the port answers; nothing hangs on how long that takes
        yield url
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=30)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


def read_through(page: Page, seconds: int) -> None:
    """Read to the end as a person does: scroll on, with input more often than every 30 s."""
    end = page.locator("[data-track-end]").first
    steps = max(4, seconds // 3)
    for _ in range(steps):
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(1000 * seconds / steps)
    end.scroll_into_view_if_needed()
    page.wait_for_timeout(1500)


def sign_in_as_staff(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/admin/login/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    expect(page).to_have_url(re.compile(r"/admin/$"))


def on_list(page: Page, url: str) -> str:
    """The text of the members page of the list, as marketing sees it."""
    page.goto(f"{url}/admin/lead-lists/")
    page.get_by_role("link", name=LIST, exact=False).first.click()
    return page.locator("main").inner_text()


def eventually(check, *, within_s: float = 60.0):
    """Ask again until the background work has done its part."""
    deadline = time.monotonic() + within_s
    while not (found := check()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(1)  # the fold runs every three seconds; nothing hangs on the exact moment
    return found


def test_the_tour(demo, browser):
    prospect = browser.new_context(viewport={"width": 390, "height": 780}, user_agent=AGENT)
    page = prospect.new_page()
    address = "tour.walker@example.org"

    # The choices, at the foot of every page; nothing is ticked.
    page.goto(demo)
    page.locator("footer [data-consent-open]").click()
    panel = page.locator("#consent-panel")
    boxes = panel.locator("input[type=checkbox]")
    expect(boxes).to_have_count(2)
    for n in range(2):
        expect(boxes.nth(n)).not_to_be_checked()
        boxes.nth(n).check()
    with page.expect_response(
        lambda r: r.url.endswith("/consents") and r.request.method == "POST"
    ) as given:
        panel.get_by_role("button", name="Agree to what I ticked").click()
    assert given.value.status == 201
    expect(page.locator(".receipt").first).to_be_visible()

    # A verified e-mail makes the visitor a person.
    page.goto(f"{demo}/sign-in/")
    page.fill("input[type=email]", address)
    page.locator("input[name=marketing]").check()
    page.locator("main form button").first.click()
    mails = prospect.new_page()
    code = eventually(lambda: _code(mails, demo))
    mails.close()
    page.fill("input[autocomplete=one-time-code]", code)
    page.locator("main form button").first.click()
    expect(page).to_have_url(re.compile(r"/me/"))

    # A comic and an article, read through.
    page.goto(demo + COMIC)
    read_through(page, 85)
    page.goto(demo + ARTICLE)
    read_through(page, 45)

    def tagged() -> bool:
        page.goto(f"{demo}/me/")
        return "An interest tag until" in page.locator("main").inner_text()

    eventually(tagged)

    # The clinician sees the piece and its readers.
    clinician = browser.new_context().new_page()
    sign_in_as_staff(clinician, demo, "shen-yu")
    clinician.goto(f"{demo}/admin/readers/")
    expect(clinician.locator("main")).to_contain_text("A room of my own")

    # Marketing finds the prospect with the reason, and exports.
    marketing = browser.new_context(accept_downloads=True).new_page()
    sign_in_as_staff(marketing, demo, "marketing")
    text = eventually(
        lambda: (t := on_list(marketing, demo)) and (address in t or "tour.walker" in t) and t
    )
    assert "wisdom teeth" in text.lower()
    exported = export(marketing)
    assert address in exported
    assert "A room of my own" in exported or "Wisdom teeth" in exported

    # Taking the agreement back takes the prospect off the list.
    page.goto(f"{demo}/me/")
    for _ in range(2):
        button = page.locator("form[action*='withdraw'] button")
        if button.count():
            with page.expect_navigation():
                button.first.click()
    expect(page.locator("main")).not_to_contain_text("An interest tag until")
    eventually(lambda: "tour.walker" not in on_list(marketing, demo))


def _code(page: Page, url: str) -> str:
    page.goto(f"{url}/development/would-be-sent/")
    found = re.search(r"\b(\d{6})\b", page.locator("main").inner_text())
    return found.group(1) if found else ""


def export(page: Page) -> str:
    """Ask for a CSV of the list that is open, wait for the file, return its text."""
    page.get_by_role("link", name=re.compile("Export")).first.click()
    page.locator("select[name=format], input[name=format][value=csv]").first.wait_for()
    select = page.locator("select[name=format]")
    if select.count():
        select.select_option("csv")
    else:
        page.locator("input[name=format][value=csv]").check()
    page.fill("[name=purpose]", "Invite to the class on wisdom teeth")
    with page.expect_navigation():  # the page that tells how far the file is
        page.locator("main form button[type=submit]").first.click()

    def link():
        page.reload()
        found = page.get_by_role("link", name=re.compile("Download", re.I))
        return found.first if found.count() else None

    with page.expect_download() as download:
        eventually(link).click()
    return Path(download.value.path()).read_text(encoding="utf-8-sig")
