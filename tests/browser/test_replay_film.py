"""A recording that really plays: what was played is the union of its parts, in the film's own time."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.class_walk import PHONE

pytestmark = pytest.mark.browser
LENGTH_S = 40
MAKE_SCENE = f"""
from datetime import timedelta
from uuid import uuid4
import time_machine
from django.core.files.base import ContentFile
from django.utils import timezone
from classroom.models import Replay
from classroom.room_access import Seat
from classroom.services import room as services
from classroom.services.join_tokens import issue_join_token
from people.models import User
from tests.factories.classroom import live_class
from tests.factories.content import media
from tests.factories.recordings import moving_film
from tests.factories.rooms import guest_seat, make_room, make_slide
start = timezone.now() - timedelta(hours=3)
room = make_room(live_class(title="Gums", slug=f"gums-{{uuid4()}}", starts_at=start, replay_days=3))
host = Seat(room=room, user=User.objects.get(username="admin"), is_host=True)
mei = guest_seat(room, "Mei")
slide = make_slide(room, host.user, "navy")
slide.description = "Why gums bleed"
slide.save()
def at(second, act, **given):
    with time_machine.travel(start + timedelta(seconds=second), tick=False):
        act(client_id=uuid4(), **given)
at(0, services.open_room, seat=host)
at(6, services.turn_slide, seat=host, slide_id=slide.pk)
at(32, services.ask_in_room, seat=mei, text="With which brush?")
film = media(duration={LENGTH_S}, file=ContentFile(moving_film(seconds={LENGTH_S}), f"{{uuid4()}}.webm"))
Replay.objects.create(live_class=room.live_class, recording=film, offset_ms=2000)
print(room.pk, issue_join_token(mei.place))
"""
PARTS = """
import json
from classroom.models import Attendance, PlayedPart
parts = PlayedPart.objects.filter(live_class={0}).order_by("from_ms")
(replayed,) = Attendance.objects.filter(live_class={0}).values_list("replay_seconds", flat=True)
print(json.dumps([[[one.from_ms / 1000, one.to_ms / 1000, one.of_recording] for one in parts], replayed]))
"""
REACHED = "(second) => document.getElementById('recording').currentTime >= second"
MOMENT = "() => [performance.now() / 1000, document.getElementById('recording').currentTime]"
CAPTIONS = """() => {
  const [track] = document.getElementById('recording').textTracks;
  return track.cues?.length ? [track.mode, track.language, track.cues[0].text] : null;
}"""


@pytest.fixture
def scene(demo_clinic) -> list[str]:
    return demo_clinic.manage("shell", "-v0", "-c", MAKE_SCENE).split()


@pytest.fixture
def mei(browser, demo_clinic, scene) -> Iterator[Page]:
    errors: list[str] = []
    context = browser.new_context(base_url=demo_clinic.address, viewport=PHONE, has_touch=True)
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"/rooms/{scene[0]}/replay/?place={scene[1]}")
    expect(page.locator("#player")).to_be_visible()
    page.wait_for_function("() => document.getElementById('recording').readyState >= 2")
    yield page
    context.close()
    assert errors == []


def place(page: Page) -> float:
    return page.evaluate(MOMENT)[1]


def pause(page: Page, press) -> float:
    """Pause, and say where it stands once the clinic was told of it."""
    with page.expect_response("**/played") as told:
        press()
    assert told.value.ok
    expect(page.locator("#play")).to_have_text("Play")
    return place(page)


def test_film_played_jumped_in_faster_and_again_counts_each_second_once(mei, demo_clinic, scene):
    captions = mei.wait_for_function(CAPTIONS).json_value()
    assert captions == ["showing", "en", "Brush for two minutes."]
    film = mei.locator("#recording")
    expect(film).to_have_js_property("videoWidth", 64)
    assert abs(film.evaluate("(film) => film.duration") - LENGTH_S) < 0.5
    assert place(mei) == 0  # nothing plays by itself

    mei.get_by_role("button", name="Play", exact=True).click()
    mei.wait_for_function(REACHED, arg=5)
    expect(mei.locator("#slide img")).to_have_attribute("alt", "Why gums bleed")
    first = pause(mei, mei.get_by_role("button", name="Pause").click)
    expect(mei.locator("#played")).to_have_text(f"You have played 0:0{int(first)} of 0:40.")

    # A chapter is a jump: what lies between was not watched.
    mei.locator("#chapter").select_option(label="0:32 With which brush?")
    expect(mei.locator("#said li").last).to_contain_text("With which brush?")
    mei.wait_for_function("() => !document.getElementById('recording').seeking")
    assert place(mei) == pytest.approx(30, abs=0.1)  # the film began two seconds after the room
    mei.locator("#speed").select_option("2")
    mei.locator("h1").click()
    mei.keyboard.press("Space")
    mei.wait_for_function(REACHED, arg=30.5)
    began, begin = mei.evaluate(MOMENT)
    mei.wait_for_function(REACHED, arg=35)
    ended, end = mei.evaluate(MOMENT)
    assert 1.7 < (end - begin) / (ended - began) < 2.3
    last = pause(mei, lambda: mei.keyboard.press("Space"))

    # Back by the keys, and once more from the beginning: known already.
    mei.keyboard.press("ArrowLeft")
    mei.wait_for_function("() => !document.getElementById('recording').seeking")
    assert place(mei) == pytest.approx(last - 5, abs=0.1)
    mei.locator("#seek").fill("1000")
    mei.wait_for_function("() => !document.getElementById('recording').seeking")
    mei.locator("h1").click()
    mei.keyboard.press("Space")
    mei.wait_for_function(REACHED, arg=3)
    mei.keyboard.press("Space")
    expect(mei.locator("#play")).to_have_text("Play")
    mei.reload()  # whatever was not told yet is told now
    expect(mei.locator("#player")).to_be_visible()

    said = demo_clinic.manage("shell", "-v0", "-c", PARTS.format(scene[0]))
    parts, replayed = json.loads(said)
    assert united(parts) == [
        pytest.approx([0, first], abs=0.15),
        pytest.approx([30, last], abs=0.15),
    ]
    assert all(of_recording for *_, of_recording in parts)
    assert replayed == pytest.approx(first + last - 30, abs=0.3)


def united(parts: list[list[float]]) -> list[list[float]]:
    """Parts that touch as one; one that overlaps another was counted twice."""
    joined: list[list[float]] = []
    for begin, end, _ in parts:
        assert not joined or begin >= joined[-1][1]
        if joined and begin - joined[-1][1] < 0.05:
            joined[-1][1] = end
        else:
            joined.append([begin, end])
    return joined
