"""What browsers do to a page beside showing it, and what the tracker records of it in a Chromium."""

import pytest

# Imported for their rows: the table is whole only with theirs.
from tests.browser import test_tracker, test_tracker_planes, test_tracker_queue  # noqa: F401
from tests.browser.reader import Reader
from tests.browser.tracker_table import ROWS, lines_of_paper, row


@pytest.fixture
def keeping_context(browser_type, browser_type_launch_args):
    """A browser that keeps pages for going back, which Playwright's own is told not to do."""
    kept = browser_type.launch(
        **browser_type_launch_args, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield kept.new_context()
    kept.close()


def seconds_by_view(site) -> list[tuple[int, float]]:
    """Page and active seconds of each view, in the order in which they opened."""
    views: dict[str, list] = {}
    for event in sorted(site.stored.values(), key=lambda event: event["at"]):
        views.setdefault(event["view"], [event["page"], 0])[1] += event["active_ms"]
    return [(page, round(active_ms / 1000)) for page, active_ms in views.values()]


@pytest.mark.browser
@row(
    "single-page navigation, and back in it",
    done="reads 5 s, goes to another piece without a new document for 3 s, comes back for 4 s",
    recorded="three views of 5, 3 and 4 s, an open each; depth and panels begin again",
)
def test_back_in_a_single_page_application_is_a_third_view(reader, site):
    reader.open(token="token")
    reader.page.evaluate(
        "addEventListener('popstate', ({ state }) => wellread.track(state?.piece ?? 12))"
    )
    reader.scroll_to("[data-track-end]")
    reader.wait(5)
    reader.page.evaluate("history.pushState({ piece: 99 }, '', '/other'); wellread.track(99)")
    reader.wait(3)
    reader.page.evaluate("scrollTo(0, 0)")
    reader.page.evaluate(
        "new Promise((back) => { addEventListener('popstate', back); history.back() })"
    )
    reader.settle()
    reader.wait(4)
    reader.hide()
    site.wait(lambda: len(site.of("open")) == 3 and site.active_ms >= 11_900)
    assert seconds_by_view(site) == [(12, 5), (99, 3), (12, 4)]
    assert [event["depth"] for event in site.of("open")] == [0, 0, 0]


@pytest.mark.browser
@row(
    "back-forward cache",
    done="reads 5 s, follows a link for 3 s, goes back to the page the browser has kept, reads 4 s",
    recorded="three views of 5, 3 and 4 s, as if the page had been loaded again",
)
def test_a_kept_page_is_a_new_view(keeping_context, site):
    reader = Reader(keeping_context.new_page(), site)
    reader.open(token="token")
    reader.page.evaluate("window.kept = true")
    reader.wait(5)
    reader.page.click("#next")
    reader.page.wait_for_url("**/second")
    reader.settle()
    reader.wait(3)
    reader.page.go_back(wait_until="commit")
    reader.page.wait_for_function("() => window.kept")  # restored, not loaded
    reader.wait(4)
    reader.hide()
    site.wait(lambda: len(site.of("open")) == 3 and site.active_ms >= 11_900)
    assert seconds_by_view(site) == [(12, 5), (13, 3), (12, 4)]
    assert reader.errors == []


@pytest.mark.browser
@row(
    "prerender",
    done="the browser renders the page a minute ahead; then it is opened and read for 6 s",
    recorded="nothing before; then one open and 6 s",
)
def test_a_prerendered_page_opens_when_it_is_shown(reader, site):
    # The browser's own prerendering does not come about under a test's control.
    reader.page.add_init_script(
        "stage.hidden = true; stage.focused = false; stage.prerendering = true;"
        "Object.defineProperty(document, 'prerendering', { get: () => stage.prerendering })"
    )
    reader.open(token="token")
    reader.wait(60)
    assert reader.queue() == []
    assert site.batches == []
    reader.page.evaluate(
        "stage.prerendering = false; document.dispatchEvent(new Event('prerenderingchange'))"
    )
    reader.show()
    reader.focus()
    reader.wait(6)
    reader.hide()
    site.wait(lambda: site.of("read"))
    assert [event["kind"] for event in site.stored.values()] == ["open", "read"]
    assert seconds_by_view(site) == [(12, 6)]


@pytest.mark.browser
@row(
    "several tabs",
    done="two tabs of one page and one of another, read for 10, 5 and 8 s one after the other",
    recorded="three views of 10, 5 and 8 s: only the tab in front counts; one queue, no event twice",
)
def test_three_tabs_are_three_views_and_only_one_counts_at_a_time(reader, site, context):
    reader.open(token="token")
    reader.wait(10)
    reader.hide()
    tabs = []
    for path, seconds in [("article", 5), ("second", 8)]:
        tabs.append(Reader(context.new_page(), site, clock=False))
        tabs[-1].open(path)
        tabs[-1].wait(seconds)
        tabs[-1].hide()
    reader.wait(30)
    site.wait(lambda: site.active_ms >= 22_900)
    assert seconds_by_view(site) == [(12, 10), (12, 5), (13, 8)]
    assert len(site.of("open")) == 3
    assert [error for tab in tabs for error in tab.errors] == []


@pytest.mark.browser
@row(
    "print",
    done="reads the top of an article for 15 s, prints it with the dialog open for 20 s, reads 5 s more",
    recorded="one view of 20 s; paper is no depth: what was not in the window counts as not read",
)
def test_printing_shows_nothing_to_the_tracker(reader, site):
    reader.open(token="token")
    reader.flushed()
    passed = max(event["depth"] for event in site.stored.values())
    reader.blur()
    reader.page.pdf()
    reader.settle()
    reader.wait(20)
    reader.focus()
    reader.move()
    reader.wait(5)
    reader.hide()
    site.wait(lambda: site.active_ms >= 19_900)
    assert seconds_by_view(site) == [(12, 20)]
    assert 0 < passed == max(event["depth"] for event in site.stored.values()) < 0.5


@pytest.mark.browser
@row(
    "print of a comic",
    done="looks at the first panels, prints all of them",
    recorded="the panels that were in the window, no other",
)
def test_printing_a_comic_shows_no_panel(reader, site):
    reader.page.set_viewport_size({"width": 400, "height": 500})
    reader.open("comic", token="token")
    reader.wait(0.4)
    reader.page.pdf()
    reader.settle()
    reader.wait(5)
    reader.hide()
    site.wait(lambda: site.of("panel"))
    assert [event["panel"] for event in site.of("panel")] == ["p1"]


@pytest.mark.browser
@row(
    "reduced data",
    done="asks sites to save data, reads for 40 s, shares",
    recorded="the same as without; nothing is asked for but the script and its batches of events",
)
def test_saving_data_changes_nothing_and_costs_nothing_more(reader, site):
    reader.page.context.set_extra_http_headers({"Save-Data": "on"})
    reader.page.add_init_script(
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
    )
    reader.open(token="token")
    asked = len(reader.requests)
    reader.wait(40)
    reader.page.click("[data-track=share]")
    reader.hide()
    site.wait(lambda: site.of("share") and site.active_ms >= 29_900)
    assert seconds_by_view(site) == [(12, 30)]
    events = [url for url in reader.requests[asked:] if url.endswith("/api/v1/events")]
    assert reader.requests[asked:] == events
    assert len(events) <= 4


@pytest.mark.browser
@row(
    "the phone sleeps",
    done="reads 10 s, puts the phone away for an hour, wakes it and reads 10 s more",
    recorded="one view of 20 s; what was read before is sent as the screen goes dark",
)
def test_a_phone_that_sleeps_sends_before_and_counts_nothing_meanwhile(reader, site):
    reader.open(token="token")
    reader.wait(10)
    reader.hide()
    site.wait(lambda: site.active_ms >= 9_900)
    reader.page.evaluate("document.dispatchEvent(new Event('freeze'))")
    reader.sleep(3600)
    reader.page.evaluate("document.dispatchEvent(new Event('resume'))")
    reader.show()
    reader.move()
    reader.wait(10)
    reader.hide()
    site.wait(lambda: site.active_ms >= 19_900)
    assert seconds_by_view(site) == [(12, 20)]
    assert len(site.of("open")) == 1


def test_the_table_in_the_docs_is_the_tests_own():
    assert sorted(lines_of_paper()) == sorted(str(row) for row in ROWS)
    assert len({row.situation for row in ROWS}) == len(ROWS)
