"""What the tracker ties together, and what it leaves in a real Chromium, before and after consent."""

import json

import pytest

from tests.browser.reader import KEPT, NOTHING_KEPT
from tests.browser.tracker_table import row

pytestmark = pytest.mark.browser


def test_the_anonymous_plane_ties_nothing_together_and_keeps_nothing(reader, site):
    reader.open("article?utm_campaign=spring")
    reader.wait(5)
    reader.page.click("[data-track=share]")
    reader.flushed()
    reader.scroll_to("[data-track-end]")
    reader.wait(5)
    reader.hide()
    site.wait(lambda: any(event.get("depth") == 1 for event in site.events))
    for batch in site.batches:
        assert set(batch) == {"sent_at", "events"}
    for event in site.events:
        assert set(event) <= {
            "id", "page", "kind", "at", "active_ms", "depth", "referrer", "campaign",
        }  # fmt: skip
    ids = [event["id"] for event in site.events]
    assert len(ids) == len(set(ids))
    assert reader.page.evaluate(KEPT) == NOTHING_KEPT
    assert reader.page.context.cookies() == []


def test_anonymous_depth_comes_once_a_quarter(reader, site):
    reader.open()
    reader.scroll_to(".prose p:nth-of-type(13)")
    reader.flushed()
    reader.scroll_to("[data-track-end]")
    reader.flushed()
    reader.scroll_to("h1")
    reader.scroll_to("[data-track-end]")
    reader.hide()
    site.wait(lambda: len(site.batches) >= 2)
    depths = [event["depth"] for event in site.stored.values() if "depth" in event]
    assert depths == [0.25, 0.5, 0.75, 1]


@pytest.mark.parametrize(
    ("came_from", "expected"),
    [
        (None, "direct"),
        ("https://www.google.co.uk/", "search"),
        ("https://www.baidu.com/link?url=x", "search"),
        ("https://l.facebook.com/", "social"),
        ("https://t.co/abc", "social"),
        ("https://cabinet.com/", "other"),
        ("{site}/article", "site"),
    ],
)
def test_an_anonymous_open_says_where_it_came_from(reader, site, came_from, expected):
    from_url = came_from and came_from.format(site=site.url)
    reader.page.add_init_script(
        f"Object.defineProperty(document, 'referrer', {{ get: () => {json.dumps(from_url or '')} }})"
    )
    reader.open("article?utm_campaign=" + "x" * 80)
    reader.hide()
    site.wait(lambda: site.of("open"))
    (event,) = site.of("open")
    assert event["referrer"] == expected
    assert event["campaign"] == "x" * 64


def test_consent_discards_what_was_queued_before(reader, site):
    reader.open()
    reader.wait(10)
    reader.page.click("[data-track=share]")
    reader.page.evaluate("wellread.setVisitor('token')")
    reader.wait(4)
    reader.hide()
    site.wait(lambda: site.of("read"))
    assert all(batch["visitor"] == "token" for batch in site.batches)
    assert [event["kind"] for event in site.events] == ["open", "read"]
    assert 3_900 <= site.active_ms <= 4_100
    assert all("view" in event for event in site.events)


def test_an_open_that_was_counted_is_not_counted_again_by_consent(reader, site):
    reader.open()
    reader.flushed()
    reader.page.evaluate("wellread.setVisitor('token')")
    reader.wait(4)
    reader.hide()
    site.wait(lambda: any("view" in event for event in site.events))
    assert len(site.of("open")) == 1
    assert "view" not in site.of("open")[0]


def test_consent_after_a_failure_loses_no_open(reader, site):
    """What the server could not take is as if it had never left: nobody's goes, the visitor's comes."""
    site.plans.append(503)
    reader.open()
    reader.flushed()
    refused = {event["id"] for event in site.events}
    reader.page.evaluate("wellread.setVisitor('token')")
    reader.wait(45)
    reader.hide()
    site.wait(lambda: site.of("open"))
    assert len(site.of("open")) == 1
    assert "view" in site.of("open")[0]
    assert all(batch.get("visitor") == "token" for batch in site.batches[1:])
    assert not refused & set(site.stored)


QUARTERS = [0.25, 0.5, 0.75, 1]


@pytest.mark.parametrize("left", ["left", "queued"])
def test_consent_in_the_middle_counts_panels_once(reader, site, left):
    """What had left is not told again; what was queued went, and is the visitor's now."""
    reader.page.set_viewport_size({"width": 400, "height": 500})
    reader.open("comic")
    reader.wait(0.4)
    if left == "left":
        reader.flushed()
    reader.page.evaluate("wellread.setVisitor('token')")
    reader.settle()
    reader.wait(0.4)
    reader.scroll_to("[data-panel=p3]", "center")
    reader.wait(0.4)
    reader.hide()
    site.wait(lambda: len(site.of("panel")) >= 2)
    seen = [(event["panel"], "view" in event) for event in site.of("panel")]
    assert seen[0] == ("p1", left == "queued")
    assert len({panel for panel, _ in seen}) == len(seen)
    assert [panel for panel, personal in seen if personal][-1] == "p3"


@row(
    "consent in the middle",
    done="reads half of the text without consent, agrees, reads to the end, takes it back, scrolls",
    recorded="an open; the first two quarters of nobody's, the view's depth with a note of how far it"
    " was counted before, nothing more after the withdrawal",
)
def test_consent_in_the_middle_counts_quarters_once(reader, site):
    reader.open()
    reader.scroll_to(".prose p:nth-of-type(13)")
    reader.flushed()
    assert [event["depth"] for event in site.of("read")] == QUARTERS[:2]
    reader.page.evaluate("wellread.setVisitor('token')")
    reader.settle()
    reader.scroll_to("[data-track-end]")
    reader.flushed()
    personal = [event for event in site.stored.values() if "view" in event]
    assert personal[-1]["depth"] == 1
    assert {event["counted"] for event in personal} == {0.5}
    count = len(site.stored)
    reader.page.evaluate("wellread.forget()")
    reader.settle()
    reader.scroll_to("h1")
    reader.scroll_to("[data-track-end]")
    reader.flushed()
    assert [event for event in list(site.stored.values())[count:] if "depth" in event] == []
    assert len(site.of("open")) == 1


def test_forgetting_empties_the_browser(reader, site):
    site.plans.extend([500] * 9)
    reader.open(token="token")
    reader.flushed()
    assert len(reader.stored_keys()) > 1
    reader.page.evaluate("wellread.forget()")
    assert reader.page.evaluate(KEPT) == NOTHING_KEPT
    reader.wait(60)
    assert reader.page.evaluate(KEPT) == NOTHING_KEPT


def test_another_tab_hears_of_a_withdrawal(reader, site, context):
    reader.open(token="token")
    other = context.new_page()
    other.goto(f"{site.url}/plain")
    other.evaluate("wellread.forget()")
    reader.page.wait_for_function("() => !wellread.visitor()")
    reader.settle()
    reader.flushed()
    assert "visitor" not in site.batches[-1]
    assert reader.page.evaluate(KEPT) == NOTHING_KEPT


@pytest.mark.parametrize(
    "signal", ["globalPrivacyControl', { get: () => true", "doNotTrack', { get: () => '1'"]
)
def test_gpc_and_dnt_outweigh_a_token(reader, site, signal):
    reader.page.add_init_script(f"Object.defineProperty(navigator, '{signal} }})")
    reader.open(token="token")
    reader.wait(5)
    reader.hide()
    site.wait(lambda: site.of("read"))
    assert all("visitor" not in batch for batch in site.batches)
    assert all("view" not in event for event in site.events)
    assert reader.stored_keys() == ["wellread.visitor"]


def test_a_token_under_gpc_changes_nothing_and_counts_nothing_twice(reader, site):
    reader.page.add_init_script(
        "Object.defineProperty(navigator, 'globalPrivacyControl', { get: () => true })"
    )
    reader.open()
    reader.page.evaluate("wellread.setVisitor('token')")
    reader.hide()
    site.wait(lambda: site.of("open"))
    assert len(site.of("open")) == 1
    assert "visitor" not in site.batches[0]
