"""Rooms for the browser tests: a class that is on, and who sits in it, each in a browser of their own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.class_walk import PHONE
from tests.browser.demo import DemoClinic

TRANSCRIPT = """() => [...document.querySelectorAll('#talk li')].map((line) =>
  [...line.querySelectorAll('b:not(.room-vote b), .room-words')].map((part) => part.textContent).join(': ')
  || line.textContent)"""


MAKE_SCENE = """
from datetime import timedelta
from uuid import uuid4
from django.utils import timezone
from classroom.services.join_tokens import issue_join_token
from people.models import User
from tests.factories.classroom import live_class
from tests.factories.rooms import guest_seat, make_room, make_slide
starts_at = timezone.now() - timedelta(minutes=5)
clinician = User.objects.get(username="shen-yu")
page = live_class(title="Gums", slug=f"gums-{uuid4()}", starts_at=starts_at, owner=clinician)
room = make_room(page)
for color in ("navy", "green"):
    make_slide(room, clinician, color)
print(room.pk, issue_join_token(guest_seat(room, "").place))
"""

ADD_HOST = """
from classroom.models import Room
from classroom.services.room_moderation import add_host
from people.models import User
add_host(room=Room.objects.get(pk={room}), user=User.objects.get(username="lin-qiao"),
         by=User.objects.get(username="admin"))
"""


class InRoom:
    """Somebody in the room, in a browser of their own."""

    def __init__(self, browser, door: DemoClinic, address: str, **context) -> None:
        self.errors: list[str] = []
        self.address = address
        self.context = browser.new_context(base_url=door.address, **context)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def come_in(self) -> None:
        self.page.goto(self.address)
        self.is_connected()

    def is_connected(self) -> None:
        expect(self.page.locator("body")).to_have_attribute("data-state", "live", timeout=60_000)

    def say(self, words: str) -> None:
        self.page.fill("#words", words)
        self.page.press("#words", "Enter")

    def hears(self, words: str) -> None:
        said = self.page.locator("#talk li:not([data-waits])", has_text=words)
        expect(said).to_have_count(1, timeout=60_000)

    def name(self) -> str:
        """What the host is called there."""
        return self.page.locator("#talk [data-by-host] b").first.inner_text()

    def transcript(self) -> list[str]:
        return self.page.evaluate(TRANSCRIPT)


class OwnDoor(DemoClinic):
    """A second server on a running clinic's folder, which may be killed without anybody's harm."""

    def __init__(self, clinic: DemoClinic) -> None:
        super().__init__(clinic.data_dir)

    def __enter__(self) -> "OwnDoor":
        self.log = (self.data_dir / "own.log").open("wb")
        self.serve()
        return self

    def kill(self) -> None:
        self.server.kill()
        self.server.wait()


@pytest.fixture
def door(demo_clinic):
    with OwnDoor(demo_clinic) as door:
        yield door


@pytest.fixture
def scene(door):
    """A class that is on: its room, and the token of a place whose person has no name there yet."""
    pk, token = door.manage("shell", "-v0", "-c", MAKE_SCENE).split()
    return f"/rooms/{pk}/", token


def at_desk(who: str, desks, browser, door, scene) -> Iterator[InRoom]:
    errors: list[str] = []
    desks.open(who, errors).context.close()  # signs in, if nobody has
    one = InRoom(browser, door, scene[0], storage_state=desks.logins[who])
    yield one
    one.context.close()
    assert one.errors == errors == []


@pytest.fixture
def host(desks, browser, door, scene):
    """The clinician whose class it is."""
    yield from at_desk("shen-yu", desks, browser, door, scene)


@pytest.fixture
def deputy(desks, browser, door, scene):
    """A clinician who does not give the class, and was made a host of its room."""
    door.manage("shell", "-v0", "-c", ADD_HOST.format(room=scene[0].split("/")[2]))
    yield from at_desk("lin-qiao", desks, browser, door, scene)


@pytest.fixture
def watcher(desks, browser, door, scene):
    """Marketing, who looks on."""
    yield from at_desk("marketing", desks, browser, door, scene)


@pytest.fixture
def mei(browser, door, scene):
    address = f"{scene[0]}?place={scene[1]}"
    mei = InRoom(browser, door, address, viewport=PHONE, has_touch=True)
    yield mei
    mei.context.close()
    assert mei.errors == []


def guest_comes_in(guest, name: str) -> None:
    guest.page.goto(guest.address)
    guest.page.fill("#nickname", name)
    guest.page.get_by_role("button", name="Go in").click()
    guest.is_connected()
