"""Reads in a real Chromium with a stopwatch beside it, and holds what was stored against the watch.

The stopwatch is the driver's own: it knows what it did and when (`time.monotonic`), and the rule that
time counts while the page is in front and for 30 s after the last stir. It never asks the tracker.
"""

import os
import shutil
import tempfile
import time
from dataclasses import dataclass, field

from bench.engines import Engine, server
from bench.report import Report

STIRS_FOR_S = 30.0
# What is done, and for how many seconds.
PLAN = [("read", 20), ("leave", 15), ("read", 25), ("idle", 45), ("read", 8)]
QUICK_PLAN = [("read", 4), ("leave", 3), ("read", 4)]
# A reader's: the agent of a headless browser is taken for a bot's, and rightly. Only as an argument
# does it stand in beacons, too.
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)
# A driven browser holds that each of its tabs is in front and has the focus: what a browser tells a
# page when its reader looks at another tab is said here.
STAGE = """
  let front = true;
  Object.defineProperty(document, 'hidden', { get: () => !front });
  Object.defineProperty(document, 'visibilityState', { get: () => front ? 'visible' : 'hidden' });
  document.hasFocus = () => front;
  window.stage = (next) => {
    front = next;
    dispatchEvent(new Event(front ? 'focus' : 'blur'));
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  };
"""
AGREE = """async () => {
  const { notice } = await (await fetch('/api/v1/consents')).json();
  const answer = await fetch('/api/v1/consents', { method: 'POST', credentials: 'omit',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ notice, language: 'en', purposes: { profiling: true } }) });
  wellread.setVisitor((await answer.json()).visitor);
}"""


@dataclass
class Stopwatch:
    """Adds up what should count, by marks of a clock that the browser does not know."""

    seconds: float = 0.0
    in_front: bool = False
    stirred: float = 0.0
    last: float = field(default_factory=time.monotonic)

    def mark(self, *, in_front: bool | None = None, stirs: bool = False) -> None:
        """Something happens now: the page comes or goes, somebody stirs."""
        now = time.monotonic()
        if self.in_front:
            self.seconds += max(0.0, min(now, self.stirred + STIRS_FOR_S) - self.last)
        self.last = now
        if in_front is not None:
            self.in_front = in_front
        if stirs:
            self.stirred = now


def measure_stopwatch(engine: Engine, *, report: Report, rounds: int, quick: bool) -> None:
    """Readings of two minutes each, at most two, whatever the rounds: it is waiting that is measured."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise RuntimeError("playwright is not installed") from None
    address = engine.inside("page_to_read")["address"]
    engine.python("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
    folder = tempfile.mkdtemp(prefix="wellread-bench-browser-")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    try:
        with server(engine) as port, sync_playwright() as playwright:
            browser = playwright.chromium.launch_persistent_context(
                folder, executable_path=chromium, headless=False,
                args=["--headless=new", "--no-sandbox", "--disable-gpu", f"--user-agent={AGENT}"],
            )  # fmt: skip
            reader = Reader(browser, f"http://127.0.0.1:{port}", address)
            plan = QUICK_PLAN if quick else PLAN
            watched = [reader.read(address, plan) for _ in range(1 if quick else min(2, rounds))]
            browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    stored = engine.inside("readings")["active_s"]
    if len(stored) != len(watched):
        raise RuntimeError(f"{len(watched)} readings became {len(stored)}")
    for (seconds, cost_ms), active_s in zip(watched, stored, strict=True):
        report.add(
            f"reading of {seconds:.2f} s by stopwatch, {engine.name}",
            f"{active_s:.2f} s stored",
            f"{active_s / seconds - 1:+.2%}",
            "within 5 %",
        )
        report.add("tracker on the main thread", f"{cost_ms:.3f} ms a second", "", "under 1 ms")


class Reader:
    """Somebody with a browser, whose hands are real input events."""

    def __init__(self, browser, site: str, address: str):
        self.browser, self.site = browser, site
        self.page = browser.pages[0]
        self.page.add_init_script(STAGE)
        self.page.goto(site + address)
        self.page.evaluate(AGREE)
        self.page.goto("about:blank")

    def read(self, address: str, plan: list[tuple[str, int]]) -> tuple[float, float]:
        """Go through the plan; returns the stopwatch's seconds and the tracker's ms a second."""
        profiler = self.browser.new_cdp_session(self.page)
        profiler.send("Profiler.enable")
        profiler.send("Profiler.setSamplingInterval", {"interval": 200})
        watch = self._open(address)
        profiler.send("Profiler.start")
        for done, seconds in plan:
            until = time.monotonic() + seconds
            if done == "leave":
                self.page.evaluate("stage(false)")
                watch.mark(in_front=False)
            elif not watch.in_front:
                self.page.evaluate("stage(true)")
                watch.mark(in_front=True, stirs=True)
            while done == "read" and time.monotonic() < until - 1:
                self.page.mouse.wheel(0, 120)
                self.page.mouse.move(200, 200 + round(until - time.monotonic()))
                watch.mark(stirs=True)
                self.page.wait_for_timeout(1000)
            self.page.wait_for_timeout(max(0.0, until - time.monotonic()) * 1000)
        profile = profiler.send("Profiler.stop")["profile"]
        return self._close(watch), milliseconds_a_second(profile)

    def _open(self, path: str) -> Stopwatch:
        # The reading begins when the text is there, not when the last picture is.
        self.page.goto(self.site + path, wait_until="domcontentloaded")
        watch = Stopwatch()
        watch.mark(in_front=True, stirs=True)
        self.page.mouse.move(200, 200)
        return watch

    def _close(self, watch: Stopwatch) -> float:
        watch.mark()
        self.page.goto("about:blank", wait_until="commit")
        self.page.wait_for_timeout(1000)  # the beacon is on its way
        return watch.seconds


def milliseconds_a_second(profile: dict) -> float:
    """How much of each second the tracker ran, with all that it called, by a sampling profile."""
    ours: set[int] = set()
    for node in profile["nodes"]:  # parents come before their children
        if "/tracker." in node["callFrame"]["url"] or node["id"] in ours:
            ours.update([node["id"], *node.get("children", ())])
    steps = zip(profile["samples"], profile["timeDeltas"], strict=True)
    spent_us = sum(step for sample, step in steps if sample in ours)
    return spent_us / (profile["endTime"] - profile["startTime"]) * 1000
