"""Launches Debian's Chromium for the browser tests, and skips them in one line where there is none."""

import os
import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.class_walk import People
from tests.browser.demo import DemoClinic, LaterClinic
from tests.browser.desk import Desks
from tests.browser.in_room import deputy, door, host, mei, scene, watcher  # noqa: F401  fixtures
from tests.browser.reader import Reader
from tests.browser.site import Site

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
]
# A page that is slow on a busy machine is no failure.
expect.set_options(timeout=20_000)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what opens a clinic of its own once: its server keeps to SQLite, whatever the suite runs on."""
    for item in items:
        if "browser" in item.keywords and "django_db" not in item.keywords:
            item.add_marker("sqlite")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Chromium by its path: CHROMIUM, or the one on PATH."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        pytest.skip("browser tests need Chromium: apt-get install chromium, or name it in CHROMIUM")
    return {**browser_type_launch_args, "executable_path": chromium, "args": FLAGS}


@pytest.fixture
def site():
    """A small site of its own port, with the real scripts and an event endpoint that records."""
    with Site() as running:
        yield running


@pytest.fixture
def reader(page, site):
    """A reader; in no test may a script fail, or anyone but the site be asked for anything."""
    reader = Reader(page, site)
    yield reader
    assert reader.errors == []
    assert [url for url in reader.requests if not url.startswith(site.url)] == []


@pytest.fixture(scope="session")
def demo_clinic(tmp_path_factory):
    """The demo clinic, served; loaded once for all tests that look at it."""
    with DemoClinic(tmp_path_factory.mktemp("clinic")) as running:
        yield running


@pytest.fixture
def clinic(demo_clinic):
    """The address of the demo clinic."""
    return demo_clinic.address


@pytest.fixture(scope="session")
def desks(browser, demo_clinic):
    """The desks of the clinic's staff."""
    return Desks(browser, demo_clinic.address)


@pytest.fixture
def staff(desks):
    """Opens the admin as somebody, each in a browser of their own; in none may a script fail."""
    opened, errors = [], []

    def enter(name):
        opened.append(desks.open(name, errors))
        return opened[-1]

    yield enter
    for page in opened:
        page.context.close()
    assert errors == []


@pytest.fixture(scope="module")
def later(demo_clinic, tmp_path_factory):
    """A copy of the demo clinic of one module's own, whose clock it moves."""
    with LaterClinic(demo_clinic, tmp_path_factory.mktemp("later")) as running:
        yield running


@pytest.fixture(scope="module")
def people(browser, later):
    """Opens browsers of staff and of prospects; in none may a script fail."""
    people = People(browser, later)
    yield people
    people.leave()
    assert people.errors == []
