"""The room in all its states, for everybody: no axe violation, in both languages, light and dark."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.in_room import OwnDoor
from tests.browser.test_accessibility import PREFIXES, SCREENS, violations

pytestmark = pytest.mark.browser
SCENES = """
import json
from datetime import timedelta
from uuid import uuid4
from django.utils import timezone
from classroom.models import RoomEvent
from classroom.room_access import Seat
from classroom.services import room as services
from classroom.services.join_tokens import issue_join_token
from classroom.services.room_moderation import put_out_guest, slow_down
from classroom.services.room_pictures import send_picture
from classroom.services.room_stage import choose_stage, type_caption
from classroom.services.room_votes import close_poll, open_poll, vote
from people.models import User
from tests.factories.classroom import live_class
from tests.factories.rooms import give_sign, guest_seat, make_room, make_slide, picture_file
import time_machine
clinician = User.objects.get(username="shen-yu")
def scene(**stage):
    starts_at = timezone.now() - timedelta(minutes=stage.pop("ago", 5))
    page = live_class(title="Gums", slug=f"gums-{uuid4()}", starts_at=starts_at, owner=clinician, replay_days=3)
    room = make_room(page)
    host = Seat(room=room, user=clinician, is_host=True)
    slide = make_slide(room, clinician)
    with time_machine.travel(starts_at + timedelta(minutes=1), tick=True):
        guests = [guest_seat(room, f"Guest {number}") for number in range(6)]
        services.open_room(seat=host, client_id=uuid4())
        services.turn_slide(seat=host, slide_id=slide.pk, client_id=uuid4())
        asked = services.ask_in_room(seat=guests[0], text="Why?", client_id=uuid4())
        services.ask_in_room(seat=guests[1], text="How often?", client_id=uuid4())
        services.mark_answered(seat=host, number=asked.number, client_id=uuid4())
        said = services.send_message(seat=guests[2], text="Hello", client_id=uuid4())
        services.remove_words(seat=host, number=said.number, client_id=uuid4())
        services.send_message(seat=host, text="Good evening", client_id=uuid4())
        send_picture(seat=host, file=picture_file(), alt="A brush", client_id=uuid4())
        polls = [open_poll(seat=host, text="Which?", options=["a", "b"], client_id=uuid4()) for _ in range(2)]
        for guest in guests:
            vote(seat=guest, number=polls[0].number, choice=1)
        close_poll(seat=host, number=polls[0].number, client_id=uuid4())
        if stage:
            choose_stage(seat=host, client_id=uuid4(), **stage)
            if stage["captions"] == "typed":
                type_caption(seat=host, text="Good evening.", client_id=uuid4())
        if stage.get("kind") == "link":
            slow_down(seat=host, seconds=10)
    give_sign(guests[0])
    return room, host, [issue_join_token(guest.place) for guest in guests], guests
slides, host, tokens, guests = scene()
out = guests[5].place.person.room_guests.get(room=slides)
put_out_guest(seat=host, guest_id=out.pk, is_out=True)
link = scene(kind="link", address="https://meet.example.org/a", captions="typed", captioner="He")
video = scene(kind="video_stream", address="https://stream.example.org/a.m3u8", captions="carried")
past = scene(ago=300)
print(json.dumps({
    "slides": [slides.pk, *tokens], "nameless": issue_join_token(guest_seat(slides, "").place),
    "link": [link[0].pk, *link[2]], "video": [video[0].pk, *video[2]], "past": [past[0].pk, *past[2]],
}))
"""


@pytest.fixture(scope="module")
def house(demo_clinic):
    """A server, and rooms of it in every state."""
    with OwnDoor(demo_clinic) as house:
        yield house, json.loads(house.manage("shell", "-v0", "-c", SCENES).splitlines()[-1])


@pytest.fixture(params=PREFIXES)
def language(request):
    return request.param


@pytest.fixture(params=SCREENS, ids=["narrow", "wide"])
def window(request):
    return request.param


def is_connected(page) -> None:
    expect(page.locator("body")).to_have_attribute("data-state", "live", timeout=60_000)


def found_on(page, addresses: dict[str, str]) -> dict[str, list[str]]:
    """What axe finds on each page, with everything that folds open."""
    found = {}
    for name, address in addresses.items():
        page.goto(address)
        if name.startswith("room"):
            is_connected(page)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        # Wagtail draws its red buttons.
        found[name] = violations(page, without=["wagtail-userbar", ".button.no"])
    return {name: those for name, those in found.items() if those}


def test_axe_finds_nothing_where_a_guest_comes(browser, house, language, window):
    door, rooms = house
    context = browser.new_context(base_url=door.address, **window)
    page = context.new_page()

    def at(scene: str, who: int = 1, tail: str = "") -> str:
        pk, *tokens = rooms[scene]
        return f"{PREFIXES[language]}/rooms/{pk}/{tail}?place={tokens[who - 1]}"

    addresses = {
        "name": f"{PREFIXES[language]}/rooms/{rooms['slides'][0]}/?place={rooms['nameless']}",
        "put out": at("slides", 6),
        "room with slides": at("slides"),
        "room with another": at("link"),
        "room with a video": at("video"),
        "no replay yet": at("slides", 1, "replay/"),
        "replay": at("past", 1, "replay/"),
    }
    assert found_on(page, addresses) == {}
    page.goto(addresses["name"])
    page.fill("#nickname", "Dr Shen Yu")
    page.locator("main form button").click()
    expect(page.locator("#nickname-problem")).to_be_visible()
    expect(page.locator("#nickname")).to_be_focused()
    assert violations(page) == []
    page.goto(addresses["room with slides"])
    is_connected(page)
    page.locator("#talk .room-picture").click()
    assert violations(page) == []
    page.set_input_files("#picture", {"name": "a.png", "mimeType": "image/png", "buffer": b"a"})
    context.close()


def test_axe_finds_nothing_where_a_host_works(browser, house, desks, language, window):
    door, rooms = house
    errors: list[str] = []
    desks.open("shen-yu", errors).context.close()  # signs in, if nobody has
    login = desks.logins["shen-yu"]
    # Without motion, so that no colour is measured on its way to another.
    context = browser.new_context(
        base_url=door.address, storage_state=login, reduced_motion="reduce", **window
    )
    page = context.new_page()
    prefix = PREFIXES[language]
    addresses = {
        f"room with {scene}": f"{prefix}/rooms/{rooms[scene][0]}/" for scene in ("slides", "link")
    }
    addresses["rehearsal"] = f"{prefix}/rooms/{rooms['slides'][0]}/rehearsal/"
    addresses["replay"] = f"{prefix}/rooms/{rooms['past'][0]}/replay/"
    if language == "en":  # the admin speaks its user's language
        addresses["the tab"] = f"/admin/classes/{rooms['link'][0]}/room/"
        addresses["the replay's tab"] = f"/admin/classes/{rooms['past'][0]}/replay/"
    assert found_on(page, addresses) == {}
    context.close()
