"""Voice clips in real browsers: recorded, heard on a phone, read, taken away; no microphone, a cut, the replay."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.class_walk import PHONE
from tests.browser.in_room import MAKE_SCENE, InRoom, at_desk
from tests.browser.test_accessibility import violations
from tests.factories.recordings import recording

pytestmark = pytest.mark.browser
SPEAKING = MAKE_SCENE.replace('guest_seat(room, "")', 'guest_seat(room, "小梅")')
WITHOUT_RECORDER = "delete window.MediaRecorder"
REFUSING = """navigator.mediaDevices.getUserMedia = () =>
  Promise.reject(new DOMException('', '{}'))"""
IS_HEARD = "(audio) => !audio.paused && audio.currentTime > 0 && audio.duration > 0.3"
MAKE_REPLAY = """
from datetime import timedelta
from uuid import uuid4
import time_machine
from django.utils import timezone
from classroom.room_access import Seat
from classroom.services import room as services
from classroom.services.join_tokens import issue_join_token
from classroom.services.room_voices import send_voice
from people.models import User
from tests.factories.classroom import live_class
from tests.factories.recordings import recording_file
from tests.factories.rooms import guest_seat, make_room
start = timezone.now() - timedelta(hours=3)
room = make_room(live_class(title="Gums", slug=f"gums-{uuid4()}", starts_at=start, replay_days=3))
host = Seat(room=room, user=User.objects.get(username="admin"), is_host=True)
mei = guest_seat(room, "Mei")
def at(second, act, **given):
    with time_machine.travel(start + timedelta(seconds=second), tick=False):
        act(client_id=uuid4(), **given)
at(0, services.open_room, seat=host)
at(2, send_voice, seat=host, file=recording_file(seconds=3), words="Brush gently.")
at(4, services.send_message, seat=host, text="A soft one.")
at(60, services.send_message, seat=host, text="Good night.")
print(room.pk, issue_join_token(mei.place))
"""


@pytest.fixture
def scene(door):
    """A class that is on: its room, and the token of a place of somebody who is in it by name."""
    pk, token = door.manage("shell", "-v0", "-c", SPEAKING).split()
    return f"/rooms/{pk}/", token


@pytest.fixture
def host(desks, browser, door, scene):
    """The clinician whose class it is, with a microphone."""
    for host in at_desk("shen-yu", desks, browser, door, scene):
        host.context.grant_permissions(["microphone"])
        yield host


@pytest.fixture
def mei(browser, door, scene):
    """A guest on a phone, who allows no microphone."""
    mei = InRoom(browser, door, f"{scene[0]}?place={scene[1]}", viewport=PHONE, has_touch=True)
    yield mei
    mei.context.close()
    assert mei.errors == []


def press(page: Page, name: str) -> None:
    page.locator("dialog[open]").get_by_role("button", name=name, exact=True).click()


def record(page: Page) -> None:
    """Up to where it is listened to before it is sent."""
    page.get_by_role("button", name="Voice", exact=True).click()
    press(page, "Begin to record")
    expect(page.locator(".room-voice-clock")).to_have_text("0:01")
    press(page, "End")
    expect(page.locator("#new-voice")).to_have_attribute("data-step", "review")


def choose(page: Page, content: bytes, name: str = "memo.wav") -> None:
    page.set_input_files("#voice-file", {"name": name, "mimeType": "audio/wav", "buffer": content})


def clips(page: Page):
    return page.locator("#talk [data-kind=voice]")


def test_host_records_a_guest_on_a_phone_hears_and_reads_and_it_can_be_taken_away(host, mei):
    host.come_in()
    mei.come_in()
    expect(mei.page.locator("#voice")).to_be_hidden()
    record(host.page)
    press(host.page, "Play")
    expect(host.page.locator("#new-voice audio")).to_have_js_property("paused", False)
    assert violations(host.page) == []
    press(host.page, "Send")
    expect(host.page.locator("#new-voice")).to_be_hidden()

    expect(clips(mei.page)).to_contain_text("no text yet")
    assert mei.page.locator("#talk audio").evaluate("(audio) => audio.paused && !audio.readyState")
    clips(mei.page).get_by_role("button", name="Play").click()
    mei.page.wait_for_function(IS_HEARD, arg=mei.page.locator("#talk audio").element_handle())
    expect(clips(mei.page).get_by_role("button", name="Pause")).to_be_visible()

    clips(host.page).get_by_role("button", name="Write the words").click()
    assert violations(host.page) == []
    host.page.fill("#clip-words", "Brush <b>gently</b>.")
    press(host.page, "Keep the words")
    for one in (host, mei):
        expect(clips(one.page).locator(".room-words")).to_have_text("Brush <b>gently</b>.")
        assert violations(one.page) == []

    # Left while an answer is late, and opened again: that answer closes nothing.
    late = []
    host.page.route("**/voice-words", lambda route: late.append(route), times=1)
    clips(host.page).get_by_role("button", name="Write the words").click()
    host.page.fill("#clip-words", "Brush softly.")
    press(host.page, "Keep the words")
    press(host.page, "Cancel")
    clips(host.page).get_by_role("button", name="Write the words").click()
    with host.page.expect_response("**/voice-words"):
        late[0].continue_()
    expect(clips(mei.page).locator(".room-words")).to_have_text("Brush softly.")
    expect(host.page.locator("#voice-words")).to_be_visible()
    press(host.page, "Cancel")

    audio = mei.page.locator("#talk audio").element_handle()
    clips(host.page).get_by_role("button", name="Remove").click()
    for one in (host, mei):
        expect(clips(one.page)).to_contain_text("was removed")
        expect(one.page.locator("#talk audio")).to_have_count(0)
        expect(clips(one.page)).not_to_contain_text("gently")
    assert audio.evaluate("(audio) => audio.paused")
    mei.page.reload()
    mei.is_connected()
    expect(clips(mei.page)).to_contain_text("was removed")


def test_clip_that_is_sent_without_a_network_and_again_is_there_once(host, mei):
    mei.come_in()
    host.come_in()
    record(host.page)
    host.page.fill("#said-aloud", "Floss first.")
    # The first answer is lost on its way, and then the network is gone.
    answered = []

    def lose(route) -> None:
        answered.append(route.fetch().status)
        route.abort()

    host.page.route("**/voice-clips", lose, times=1)
    press(host.page, "Send")
    mei.hears("Floss first.")
    assert answered == [200]
    expect(host.page.locator("#new-voice")).to_be_hidden()
    host.context.set_offline(True)
    host.context.set_offline(False)
    for one in (host, mei):
        one.page.reload()
        one.is_connected()
        expect(clips(one.page)).to_have_count(1)
        expect(clips(one.page)).to_contain_text("Floss first.")


def test_recording_ends_by_itself_and_what_is_thrown_away_goes_nowhere(host):
    def short(route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('longest="60"', 'longest="2"'))

    host.page.route("**/rooms/*/", short)
    host.come_in()
    host.page.get_by_role("button", name="Voice", exact=True).click()
    press(host.page, "Begin to record")
    expect(host.page.locator("#new-voice")).to_have_attribute("data-step", "review")
    expect(host.page.locator("#new-voice .room-voice-time")).to_have_text("0:02")
    press(host.page, "Do not send")
    expect(host.page.locator("#new-voice")).to_be_hidden()
    expect(host.page.locator("#new-voice audio")).to_have_count(0)
    expect(clips(host.page)).to_have_count(0)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("", "may not use the microphone"),
        (REFUSING.format("NotFoundError"), "There is no microphone here."),
        (REFUSING.format("NotReadableError"), "Something else uses the microphone"),
    ],
    ids=["refused", "missing", "busy"],
)
def test_guest_without_a_microphone_is_told_and_may_send_a_file(host, mei, script, words):
    host.come_in()
    host.page.get_by_text("Who is here").click()
    host.page.get_by_label("Guests may send voice clips").check()
    mei.context.add_init_script(script)
    mei.come_in()
    mei.page.get_by_role("button", name="Voice", exact=True).click()
    press(mei.page, "Begin to record")
    expect(mei.page.locator("#new-voice [role=alert]")).to_contain_text(words)
    choose(mei.page, b"no sound")
    press(mei.page, "Send")
    expect(mei.page.locator("#new-voice [role=alert]")).to_contain_text("This is no recording")
    choose(mei.page, recording())
    mei.page.fill("#said-aloud", "How soft?")
    press(mei.page, "Send")
    host.hears("How soft?")


def test_browser_that_cannot_record_offers_a_file_and_hosts_may_stop_it_meanwhile(host, mei):
    host.come_in()
    host.page.get_by_text("Who is here").click()
    host.page.get_by_label("Guests may send voice clips").check()
    mei.context.add_init_script(WITHOUT_RECORDER)
    mei.come_in()
    mei.page.get_by_role("button", name="Voice", exact=True).click()
    expect(mei.page.get_by_text("This browser cannot record.")).to_be_visible()
    expect(mei.page.locator("[data-record]")).to_be_hidden()
    choose(mei.page, recording(seconds=61))
    press(mei.page, "Send")
    expect(mei.page.locator("#new-voice [role=alert]")).to_contain_text("Say it in two.")
    host.page.get_by_label("Guests may send voice clips").uncheck()
    expect(mei.page.locator("#voice")).to_be_hidden()
    choose(mei.page, recording())
    press(mei.page, "Send")
    expect(mei.page.locator("#new-voice [role=alert]")).to_contain_text("no voice clips of guests")


def test_replay_waits_for_a_clip_at_its_place_and_goes_on(browser, demo_clinic):
    pk, token = demo_clinic.manage("shell", "-v0", "-c", MAKE_REPLAY).split()
    context = browser.new_context(base_url=demo_clinic.address, viewport=PHONE, has_touch=True)
    page = context.new_page()
    page.goto(f"/rooms/{pk}/replay/?place={token}")
    page.locator("#speed").select_option("2")
    page.locator("#play").focus()
    page.keyboard.press("Enter")
    clip = page.locator("#said audio")
    expect(clip).to_have_js_property("paused", False)
    expect(clip).to_have_js_property("playbackRate", 2)
    expect(page.locator("#said")).to_contain_text("Brush gently.")
    # While it is heard the talk stands still; the one button holds both.
    at = page.locator("#seek").input_value()
    page.keyboard.press("Enter")
    expect(clip).to_have_js_property("paused", True)
    expect(page.locator("#play")).to_have_text("Play")
    assert page.locator("#seek").input_value() == at
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("A soft one.")
    expect(clip).to_have_js_property("ended", True)
    assert violations(page) == []
    # Elsewhere nothing of it is heard; pressed itself, it plays, and the talk stands still.
    page.locator("#play").click()
    expect(page.locator("#play")).to_have_text("Play")
    clip.evaluate("(audio) => { audio.play(); }")
    expect(page.locator("#play")).to_have_text("Pause")
    page.locator("#seek").fill("30000")
    expect(page.locator("#play")).to_have_text("Play")
    expect(page.locator("#now")).to_have_text("0:30")
    context.close()
