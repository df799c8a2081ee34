"""A lesson counts as played when all of it was played, and not when somebody jumps to its end."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.factories.uploads import sound

pytestmark = pytest.mark.browser
SITE = "http://lesson.example"
SCRIPT = Path(__file__).parents[2] / "static" / "js" / "lesson.js"
LESSON = """<!doctype html><title>Lesson</title>
<div data-track-end><audio controls src="data:audio/wav;base64,{sound}"></audio></div>
<section data-played-url="/played"><p role="status" data-played hidden>Played to its end.</p>
<form><input type="hidden" name="csrfmiddlewaretoken" value="a-token"></form></section>
<script type="module" src="/lesson.js"></script>"""


@pytest.fixture
def told(page):
    """The lesson, open; what it told the course."""
    told = []

    def answer(route):
        if route.request.url.endswith("/played"):
            told.append(route.request.headers["x-csrftoken"])
            route.fulfill(status=503 if len(told) == 1 else 200, json={})
        elif route.request.url.endswith(".js"):
            route.fulfill(path=SCRIPT, content_type="text/javascript")
        else:
            wav = base64.b64encode(sound(seconds=3)).decode()
            route.fulfill(body=LESSON.format(sound=wav), content_type="text/html")

    page.route(f"{SITE}/**", answer)
    page.clock.install()
    page.goto(SITE)
    page.wait_for_function("() => document.querySelector('audio').readyState >= 1")
    return told


def play(page, *, from_s: float) -> None:
    """Play from there to the end; returns when it has ended."""
    page.evaluate(
        """(from) => new Promise((ended) => {
          const audio = document.querySelector('audio');
          audio.addEventListener('ended', ended, { once: true });
          audio.currentTime = from;
          audio.play();
        })""",
        from_s,
    )


def test_lesson_is_told_once_when_all_of_it_was_played(page, told):
    play(page, from_s=2.5)
    assert told == []
    with page.expect_response("**/played"):
        play(page, from_s=0)
    assert told == ["a-token"]  # answered with a fault of the server: said again later
    with page.expect_response("**/played"):
        page.clock.run_for(16_000)
    expect(page.get_by_text("Played to its end.")).to_be_visible()
    play(page, from_s=0)
    assert told == ["a-token"] * 2
