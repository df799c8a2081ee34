"""What stands on a room's stage, in real browsers: pages of a PDF, a stream with captions, another stage."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.class_walk import PHONE
from tests.browser.demo import DemoClinic
from tests.browser.in_room import MAKE_SCENE, InRoom, OwnDoor
from tests.factories.pdfs import written_pdf

pytestmark = pytest.mark.browser
#: Six seconds of one green picture by H.264, with one caption: see its playlist.
STREAM = Path(__file__).parent / "stream"
PLAYS = "() => MediaSource.isTypeSupported('video/mp4; codecs=\"avc1.64000b\"')"
NOT_PLAYING = "The video does not answer now"


class StageDoor(OwnDoor):
    """A server that lets a stage stand on this machine, as in development."""

    def __init__(self, clinic: DemoClinic) -> None:
        super().__init__(clinic)
        self.env = {**self.env, "WEBHOOKS_TO_THIS_MACHINE": "1"}


class _Streaming(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *args) -> None:
        """Stay silent."""


class StreamServer:
    """Another origin that sends the stream; it may go away and come back."""

    port = 0

    def __enter__(self) -> "StreamServer":
        handler = partial(_Streaming, directory=STREAM)
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/index.m3u8"


@pytest.fixture
def door(demo_clinic):
    with StageDoor(demo_clinic) as door:
        yield door


@pytest.fixture
def scene(door):
    pk, token = door.manage("shell", "-v0", "-c", MAKE_SCENE).split()
    return f"/rooms/{pk}/", token


@pytest.fixture
def host(desks, browser, door, scene):
    errors: list[str] = []
    desks.open("admin", errors).context.close()  # signs in, if nobody has
    host = InRoom(browser, door, scene[0], storage_state=desks.logins["admin"])
    yield host
    host.context.close()
    assert host.errors == errors == []


@pytest.fixture
def mei(browser, door, scene):
    mei = InRoom(browser, door, f"{scene[0]}?place={scene[1]}", viewport=PHONE, has_touch=True)
    mei.page.on("console", lambda line: refused(mei, line.text))
    yield mei
    mei.context.close()
    assert mei.errors == []


def refused(one: InRoom, line: str) -> None:
    if "Content Security Policy" in line:
        one.errors.append(line)


def come_in(mei: InRoom) -> None:
    mei.page.goto(mei.address)
    mei.page.fill("#nickname", "Mei")
    mei.page.get_by_role("button", name="Go in").click()
    mei.is_connected()


def tab(host: InRoom) -> Page:
    """The Room tab of the class, in the host's browser."""
    host.page.goto(f"/admin/classes/{host.address.split('/')[2]}/room/")
    return host.page


def put_on_stage(host: InRoom, kind: str, **fields: str) -> None:
    page = tab(host)
    page.check(f"[name=kind][value={kind}]")
    for name, value in sorted(fields.items(), key=lambda field: field[0] != "captions"):
        if name == "captions":
            page.check(f"[name=captions][value={value}]")
        else:
            page.fill(f"[name={name}]", value)
    page.get_by_role("button", name="Put it on the stage").click()
    expect(page.get_by_text("This stands on the stage now.")).to_be_visible()


def test_pages_of_a_pdf_are_turned_by_the_host_and_seen_by_a_guest(host, mei, door):
    page = tab(host)
    content = written_pdf(*[f"Page {number}" for number in range(1, 6)])
    file = {"name": "lecture.pdf", "mimeType": "application/pdf", "buffer": content}
    page.set_input_files("#pictures", file)
    page.get_by_role("button", name="Add slides").click()
    line = page.locator("#slide-pdfs li", has_text="lecture.pdf")
    expect(line).to_contain_text("Its pages are being counted.")
    page.locator(".classes-slides input[type=text]").first.fill("A blue field")
    for _ in range(2):  # a few pages at a time
        door.do_background_work()
    expect(line).to_contain_text("5 pages are slides.", timeout=30_000)
    expect(page.locator(".classes-slides li")).to_have_count(7)
    expect(page.locator(".classes-slides input[type=text]").nth(2)).to_have_value("Page 1")
    # What somebody was typing meanwhile is still there.
    expect(page.locator(".classes-slides input[type=text]").first).to_have_value("A blue field")

    come_in(mei)
    host.come_in()
    for number in range(1, 5):
        host.page.get_by_role("button", name="Next slide").click()
        expect(host.page.locator("#place-in-slides")).to_have_text(f"{number} / 7")
    for one in (host, mei):
        expect(one.page.get_by_role("img", name="Page 2")).to_have_js_property("naturalWidth", 1600)


def test_stream_plays_with_its_captions_and_its_end_ends_nothing_else(host, mei):
    stream = StreamServer()
    with stream:
        put_on_stage(host, "video_stream", address=stream.address, captions="carried")
        come_in(mei)
        host.come_in()
        host.page.get_by_role("button", name="Next slide").click()
        video = mei.page.locator("#video video")
        assert video.evaluate("(video) => [video.autoplay, video.paused, video.controls]") == [
            False,
            True,
            True,
        ]
        if mei.page.evaluate(PLAYS):
            expect(mei.page.locator("#video-away")).to_be_hidden()
            video.focus()
            mei.page.keyboard.press("Space")
            expect(mei.page.locator("#caption-lines")).to_have_text("Healthy gums do not bleed.")
            mei.page.wait_for_function("document.querySelector('#video video').currentTime > 0.2")
            assert video.evaluate("(video) => video.textTracks[0].kind") in (
                "captions",
                "subtitles",
            )
        else:
            expect(mei.page.locator("#video-away")).to_contain_text("This browser cannot play")
        expect(mei.page.locator("#slide img")).to_have_js_property("naturalWidth", 64)

    # The origin is gone: the page says so, and slides and talk go on.
    mei.page.reload()
    mei.is_connected()
    expect(mei.page.locator("#video-away")).to_contain_text(NOT_PLAYING)
    host.say("We go on without the video.")
    mei.hears("We go on without the video.")
    host.page.get_by_role("button", name="Next slide").click()
    expect(host.page.locator("#place-in-slides")).to_have_text("2 / 2")
    expect(mei.page.locator("#slide img")).to_have_js_property("naturalWidth", 64)
    with stream:
        mei.page.get_by_role("button", name="Try again").click()
        if mei.page.evaluate(PLAYS):
            expect(mei.page.locator("#video-away")).to_be_hidden()
            expect(mei.page.locator("#video video")).to_be_visible()


def test_form_of_the_stage_asks_for_what_the_choice_needs_alone(host):
    page = tab(host)
    form = page.locator("#stage")
    parts = {
        "address": form.get_by_label("Address of the stream"),
        "captions": form.get_by_label("The video brings its captions"),
        "captioner": form.get_by_label("Who types the captions"),
    }

    def asked() -> list[str]:
        return [name for name, part in parts.items() if part.is_visible()]

    assert asked() == []  # slides alone
    page.check("[name=kind][value=video_stream]")
    assert asked() == ["address", "captions"]
    page.check("[name=captions][value=typed]")
    assert asked() == ["address", "captions", "captioner"]
    page.get_by_role("button", name="Put it on the stage").click()
    expect(form.get_by_text("m3u8").first).to_be_visible()  # what is wrong is never folded away
    assert asked() == ["address", "captions", "captioner"]
    page.check("[name=kind][value=slides]")
    assert asked() == []


def test_captions_typed_by_a_host_are_read_by_everybody_in_their_order(host, mei):
    given = {"address": "https://meet.example.org/room", "captions": "typed"}
    put_on_stage(host, "link", captioner="He Xiaoman", **given)
    come_in(mei)
    host.come_in()
    lines = mei.page.locator("#caption-lines")
    expect(lines).to_have_attribute("data-said", "He Xiaoman types captions here.")
    expect(lines).to_have_attribute("aria-live", "off")
    for words in ("Good evening.", "Healthy gums do not bleed,", "not even when you brush."):
        host.page.fill("#caption", words)
        host.page.press("#caption", "Enter")
    for one in (host, mei):
        expect(one.page.locator("#caption-lines span")).to_have_text(
            ["Healthy gums do not bleed,", "not even when you brush."]
        )
    mei.page.locator("#captions summary").click()
    expect(mei.page.locator("#caption-list li")).to_have_count(3)
    mei.page.check("#captions-aloud")
    expect(lines).to_have_attribute("aria-live", "polite")
    host.page.locator("#captions summary").click()
    host.page.locator("#caption-list li").last.get_by_role("button", name="Remove").click()
    expect(mei.page.locator("#caption-lines span")).to_have_text(
        ["Good evening.", "Healthy gums do not bleed,"]
    )
    way = mei.page.get_by_role("link", name="Go to the video")
    expect(way).to_have_attribute("rel", "noopener noreferrer")

    # Another stage, while she writes: nothing is taken from under her hands.
    mei.page.fill("#words", "May I ask")
    put_on_stage(host, "slides")
    expect(mei.page.get_by_text("Something else stands on the stage now.")).to_be_visible()
    expect(mei.page.locator("#words")).to_have_value("May I ask")
    mei.page.get_by_role("button", name="Show it").click()
    mei.is_connected()
    expect(way).to_have_count(0)
    expect(mei.page.get_by_text("Something else stands on the stage now.")).to_be_hidden()
