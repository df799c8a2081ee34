"""A class watched again: played, jumped in, played twice and cut off; the seconds are exact."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.class_walk import PHONE

pytestmark = pytest.mark.browser
MAKE_SCENE = """
from datetime import timedelta
from uuid import uuid4
import time_machine
from django.utils import timezone
from classroom.services import room as services
from classroom.services.join_tokens import issue_join_token
from classroom.services.played import issue_opening
from people.models import User
from classroom.room_access import Seat
from tests.factories.classroom import live_class
from tests.factories.rooms import guest_seat, make_room, make_slide
now = timezone.now()
start = now - timedelta(hours=3)
room = make_room(live_class(title="Gums", slug=f"gums-{uuid4()}", starts_at=start, replay_days=3))
host = Seat(room=room, user=User.objects.get(username="admin"), is_host=True)
mei = guest_seat(room, "Mei")
slide = make_slide(room, host.user, "navy")
slide.description = "Why gums bleed"
slide.save()
def at(second, act, **given):
    with time_machine.travel(start + timedelta(seconds=second), tick=False):
        act(client_id=uuid4(), **given)
at(0, services.open_room, seat=host)
at(4, services.turn_slide, seat=host, slide_id=slide.pk)
at(8, services.send_message, seat=host, text="Brush gently.")
at(32, services.ask_in_room, seat=mei, text="With which brush?")
at(55, services.send_message, seat=host, text="A soft one.")
# The clock of the page is moved by hand; the server's goes on as ever, so the page was opened early.
with time_machine.travel(now - timedelta(hours=1)):
    opening = issue_opening(live_class=room.live_class, person=mei.place.person)
print(room.pk, issue_join_token(mei.place), opening)
"""
REPLAYED = """
from classroom.models import Attendance
print(*Attendance.objects.filter(live_class={}).values_list("replay_seconds", "live_seconds"))
"""


@pytest.fixture
def scene(demo_clinic):
    return demo_clinic.manage("shell", "-v0", "-c", MAKE_SCENE).split()


@pytest.fixture
def mei(browser, demo_clinic, scene):
    errors: list[str] = []
    context = browser.new_context(
        base_url=demo_clinic.address, viewport=PHONE, has_touch=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    pk, token, opening = scene

    def open_early(route) -> None:
        answer = route.fetch()
        body = re.sub(r'data-opening="[^"]+"', f'data-opening="{opening}"', answer.text())
        route.fulfill(response=answer, body=body)

    page.route("**/replay/?place=*", open_early)
    page.clock.install(time=0)
    page.goto(f"/rooms/{pk}/replay/?place={token}")
    expect(page.locator("#player")).to_be_visible()
    page.clock.pause_at(3_600_000)  # from here on time passes where the test says so
    yield page
    context.close()
    assert errors == []


def test_played_jumped_and_played_again_is_exact(mei, demo_clinic, scene):
    said = mei.locator("#said li")
    expect(said).to_have_count(1)  # it begins; nothing plays by itself
    mei.clock.run_for(5000)
    expect(mei.locator("#now")).to_have_text("0:00")

    mei.get_by_role("button", name="Play", exact=True).click()
    mei.clock.run_for(10_000)
    expect(mei.locator("#now")).to_have_text("0:10")
    expect(said.last).to_contain_text("Brush gently.")
    expect(mei.locator("#slide img")).to_have_attribute("alt", "Why gums bleed")
    mei.get_by_role("button", name="Pause").click()
    expect(mei.locator("#played")).to_have_text("You have played 0:10 of 1:00.")

    mei.locator("#chapter").select_option(label="0:32 With which brush?")
    expect(said.last).to_contain_text("With which brush?")
    expect(mei.locator("#seek")).to_have_attribute("aria-valuetext", "0:32 of 1:00")
    mei.get_by_role("button", name="Play", exact=True).click()
    mei.clock.run_for(3000)
    mei.get_by_role("button", name="Pause").click()
    expect(mei.locator("#played")).to_have_text("You have played 0:13 of 1:00.")

    # Once more from the beginning, at double speed, without a network at the end.
    mei.locator("#seek").fill("0")
    mei.locator("#speed").select_option("2")
    mei.locator("h1").click()
    mei.keyboard.press("Space")
    mei.clock.run_for(6000)
    mei.context.set_offline(True)
    mei.keyboard.press("Space")
    expect(mei.locator("#play")).to_have_text("Play")
    expect(mei.locator("#now")).to_have_text("0:12")
    mei.keyboard.press("ArrowRight")
    expect(mei.locator("#now")).to_have_text("0:17")
    with mei.expect_response("**/played") as told:
        mei.context.set_offline(False)
    assert told.value.ok
    expect(mei.locator("#played")).to_have_text("You have played 0:15 of 1:00.")
    assert demo_clinic.manage("shell", "-v0", "-c", REPLAYED.format(scene[0])).split() == [
        "(15.0,",
        "0.0)",
    ]


def test_silence_that_is_skipped_is_not_watched(mei, demo_clinic, scene):
    mei.locator("#skips").check()
    mei.get_by_role("button", name="Play", exact=True).click()
    mei.clock.run_for(60_000)
    expect(mei.locator("#play")).to_have_text("Play")
    expect(mei.locator("#now")).to_have_text("1:00")
    expect(mei.locator("#said li")).to_have_count(4)
    expect(mei.locator("#played")).to_have_text(re.compile("^You have played 0:2"))
    (figure, _live) = demo_clinic.manage("shell", "-v0", "-c", REPLAYED.format(scene[0])).split()
    assert 20 <= float(figure.strip("(,")) < 30


def test_silence_is_skipped_where_each_step_takes_its_time(mei):
    # A slow device: between any two looks at its clock, time has gone by.
    mei.evaluate(
        "() => { const was = performance.now.bind(performance); let n = 0;"
        " performance.now = () => was() + (n += 0.2); }"
    )
    mei.locator("#skips").check()
    mei.get_by_role("button", name="Play", exact=True).click()
    mei.clock.run_for(60_000)
    expect(mei.locator("#play")).to_have_text("Play")
    expect(mei.locator("#now")).to_have_text("1:00")
    expect(mei.locator("#said li")).to_have_count(4)
    expect(mei.locator("#played")).to_have_text(re.compile("^You have played 0:2"))


def test_without_scripts_every_word_is_there(browser, demo_clinic, scene):
    context = browser.new_context(base_url=demo_clinic.address, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/rooms/{scene[0]}/replay/?place={scene[1]}")
    expect(page.locator("#player")).to_be_hidden()
    for words in ("Brush gently.", "With which brush?", "A soft one."):
        expect(page.locator("#items", has_text=words)).to_be_visible()
    context.close()
