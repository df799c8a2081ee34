"""What the tracker keeps and sends again in a real Chromium when pages close and servers fail."""

import json

import pytest

from tests.browser.reader import Reader
from tests.browser.tracker_table import row

pytestmark = pytest.mark.browser

LIMIT = 64 * 1024


@row(
    "leaving",
    done="reads 7 s, follows a link",
    recorded="an open and 7 s, handed over as the page goes, once each",
)
def test_leaving_the_page_hands_over_what_is_queued(reader, site):
    reader.open(token="token")
    reader.wait(7)
    reader.page.click("#next")
    site.wait(lambda: site.of("read"))
    assert site.of("read")[0]["active_ms"] >= 6_900
    assert len({event["id"] for event in site.events}) == len(site.events)  # one batch, not two


def test_a_beacon_gives_no_verdict_so_its_events_stay_until_one_comes(reader, site):
    reader.open(token="token")
    reader.wait(3)
    reader.hide()
    site.wait(lambda: len(site.stored) == 2)
    waiting = [event["id"] for event in reader.queue()]
    assert sorted(waiting) == sorted(site.stored)
    reader.page.goto(f"{site.url}/second")
    reader.wait(3)
    site.wait(lambda: len(site.batches) >= 2)
    again = {event["id"] for batch in site.batches[1:] for event in batch["events"]}
    assert set(waiting) <= again
    reader.emptied()
    assert len(site.stored) == 3  # the two, and the second page's open


def test_without_beacons_fetch_takes_over(reader, site):
    reader.page.add_init_script("navigator.sendBeacon = () => false")
    reader.open(token="token")
    reader.wait(3)
    reader.page.click("#next")
    site.wait(lambda: site.of("read"))


@row(
    "offline",
    done="loses the network, reads 40 s, shares, is online again",
    recorded="everything, late: kept in the browser until it got its verdict",
)
def test_offline_keeps_everything_and_online_sends_it(reader, site):
    reader.open(token="token")
    reader.page.context.set_offline(True)
    reader.wait(40)
    reader.page.click("[data-track=share]")
    assert site.batches == []
    kept = {event["id"] for event in reader.queue()}
    assert len(kept) >= 3
    reader.page.context.set_offline(False)
    site.wait(lambda: kept <= set(site.stored))
    reader.emptied()


@pytest.mark.parametrize("failure", [500, 503, "drop", "hang", 404])
def test_a_failure_is_retried_with_the_same_ids(reader, site, failure):
    site.plans.append(failure)
    reader.open(token="token")
    reader.flushed()
    failed = {event["id"] for event in site.events}
    reader.emptied()
    assert failed <= set(site.stored)
    assert len(site.batches) >= 2


def test_back_off_grows(reader, site):
    site.plans.extend([500] * 40)
    reader.open(token="token")
    for _ in range(60):  # a quarter of an hour
        reader.wait(15)
        reader.quiet()
    assert 3 <= len(site.batches) <= 12


def test_retry_after_is_kept(reader, site):
    site.plans.append((429, {"Retry-After": "120"}))
    reader.open(token="token")
    reader.flushed()
    reader.wait(100)
    reader.hide()
    reader.show()
    assert len(site.batches) == 1
    reader.wait(30)
    site.wait(lambda: len(site.batches) == 2)
    reader.emptied()


@row(
    "reload",
    done="reloads while the server is down",
    recorded="what was queued is sent by the reloaded page, with the same ids",
)
def test_a_reload_keeps_the_queue(reader, site):
    site.plans.extend([500] * 3)
    reader.open(token="token")
    reader.flushed()
    kept = {event["id"] for event in reader.queue()}
    assert kept
    reader.page.reload()
    reader.emptied()
    assert kept <= set(site.stored)


def test_only_what_got_a_verdict_is_removed(reader, site):
    answer = {"results": []}
    reader.page.route(
        "**/api/v1/events", lambda route: route.fulfill(status=200, json=answer), times=1
    )
    reader.open(token="token")
    reader.wait(15)
    reader.quiet()
    kept = {event["id"] for event in reader.queue()}
    assert len(kept) == 2
    reader.emptied()
    assert kept <= set(site.stored)


def test_a_token_that_is_not_ours_is_dropped_with_its_queue(reader, site):
    site.plans.append(401)
    reader.open(token="token")
    reader.flushed()
    assert reader.stored_keys() == []
    reader.flushed()
    assert "visitor" not in site.batches[-1]
    assert all("view" not in event for event in site.batches[-1]["events"])


def test_a_withdrawn_token_is_dropped(reader, site):
    site.reasons = {"open": "no_consent", "read": "no_consent"}
    reader.open(token="token")
    reader.flushed()
    assert reader.stored_keys() == []


@pytest.mark.parametrize("status", [400, 413, 422])
def test_an_unreadable_batch_is_not_sent_for_ever(reader, site, status):
    site.plans.append(status)
    reader.open(token="token")
    reader.wait(15)
    reader.emptied()
    refused = {event["id"] for event in site.events}
    reader.wait(120)
    assert not refused & set(site.stored)


def test_more_than_200_events_or_64_kib_are_split(reader, site):
    reader.open(token="token")
    reader.page.evaluate(
        """() => { for (let i = 0; i < 230; i++) {
          const panel = document.createElement('button');
          panel.dataset.track = 'share'; document.body.append(panel); panel.click(); } }"""
    )
    for number in range(20):  # fat leftovers of an earlier page
        reader.page.evaluate(
            """(n) => { const id = `00000000-0000-4000-8000-0000000000${10 + n}`;
            localStorage[`wellread.event.1${id}`] = JSON.stringify({id, page: 12, kind: 'play',
              at: new Date().toISOString(), active_ms: 0, played: Array(900).fill([1.5, 2.5])}) }""",
            number,
        )
    reader.wait(15)
    reader.emptied()
    assert len(site.stored) >= 251
    assert len(site.batches) >= 4
    assert max(site.sizes) <= LIMIT
    assert max(len(batch["events"]) for batch in site.batches) <= 200


def test_the_queue_is_capped_and_holds_ids_and_numbers_only(reader, site):
    site.plans.extend([500] * 50)
    reader.open("article?utm_campaign=root-canal-fear", token="token")
    reader.page.evaluate(
        "() => { for (let i = 0; i < 600; i++) document.querySelector('[data-track=share]').click() }"
    )
    queue = reader.queue()
    assert len(queue) == 500
    assert {event["kind"] for event in queue} == {"share"}  # the oldest went first
    kept = json.dumps(queue)
    assert "tooth" not in kept.lower() and "teeth" not in kept.lower() and "canal" not in kept


def test_two_tabs_share_the_queue_and_only_one_counts(reader, site, context):
    reader.open(token="token")
    other = Reader(context.new_page(), site, clock=False)
    other.open("second")
    context.set_offline(True)
    reader.blur()
    other.wait(10)
    reader.hide()
    other.hide()
    assert {event["page"] for event in other.queue()} == {12, 13}
    assert sum(event["active_ms"] for event in other.queue() if event["page"] == 12) < 100
    assert sum(event["active_ms"] for event in other.queue() if event["page"] == 13) >= 9_900
    context.set_offline(False)


@row(
    "blocked storage",
    done="forbids the site to keep anything, agrees, reads 3 s",
    recorded="an open and 3 s under the token, for as long as the page lives",
)
def test_blocked_storage_breaks_nothing(reader, site):
    reader.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })"
    )
    reader.open()
    reader.page.evaluate("wellread.setVisitor('token')")
    assert reader.page.evaluate("wellread.visitor()") == "token"
    reader.wait(3)
    reader.hide()
    site.wait(lambda: site.batches)
    assert site.batches[0]["visitor"] == "token"
    assert site.of("open") and 2_900 <= site.active_ms <= 3_100


def test_full_storage_falls_back_to_memory(reader, site):
    reader.open(token="token")
    reader.page.evaluate("Storage.prototype.setItem = () => {}")
    reader.page.evaluate(
        """() => { let chunk = 'x'.repeat(1 << 20);
        for (let i = 0; chunk; i++) try { localStorage['fill' + i] = chunk }
        catch { chunk = chunk.slice(0, chunk.length >> 1) } }"""
    )
    reader.wait(3)
    reader.page.click("[data-track=share]")
    reader.hide()
    site.wait(lambda: site.of("share"))
