"""Someone who reads in a browser: what a test lets them do; it judges nothing."""

import json

STARTED_AT = "2026-03-04T10:00:00"

# Headless Chromium pretends that every page has the focus and is visible; these stand in for both.
STAND_INS = """
window.stage = { hidden: false, focused: true };
Object.defineProperty(document, 'hidden', { get: () => stage.hidden });
Object.defineProperty(document, 'visibilityState', { get: () => stage.hidden ? 'hidden' : 'visible' });
document.hasFocus = () => stage.focused;
delete Crypto.prototype.randomUUID; // as over plain HTTP
"""
# Resolves once observers have been told of everything that is in view by now.
SETTLED = """() => new Promise((done) => {
  const once = () => new IntersectionObserver((entries, o) => { o.disconnect(); next(); })
    .observe(document.body);
  let rounds = 3;
  const next = () => rounds-- ? once() : done();
  next();
})"""
KEPT = """async () => ({
  local: { ...localStorage }, session: { ...sessionStorage }, cookie: document.cookie,
  databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
})"""
NOTHING_KEPT = {"local": {}, "session": {}, "cookie": "", "databases": 0, "caches": 0}


class Reader:
    """Someone reading on a clock that stands still unless told to go on."""

    def __init__(self, page, site, clock=True):
        self.page, self.site = page, site
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.under_way: set = set()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.under_way.add(request))
        page.on("requestfinished", lambda request: self.under_way.discard(request))
        page.on("requestfailed", lambda request: self.under_way.discard(request))
        if clock:  # it belongs to the whole browser context, so a second tab has it already
            page.clock.install(time=STARTED_AT)
            page.clock.pause_at(STARTED_AT.replace("00:00", "00:01"))
        page.add_init_script(STAND_INS)

    def open(self, path="article", token=None):
        if token:
            self.page.goto(f"{self.site.url}/blank")
            self.page.evaluate("(t) => localStorage.setItem('wellread.visitor', t)", token)
        self.page.goto(f"{self.site.url}/{path}")
        self.settle()
        return self

    def settle(self):
        self.page.evaluate(SETTLED)

    def wait(self, seconds):
        """Time goes by; an answer gets real time to arrive before the clock runs into its limit."""
        left_ms = int(seconds * 1000)
        while left_ms > 0:
            self.page.clock.run_for(min(left_ms, 5000))
            left_ms -= 5000
            if self.under_way:
                self.quiet()

    def move(self):
        self.page.evaluate("dispatchEvent(new PointerEvent('pointermove'))")

    def hide(self):
        self.page.evaluate(
            "stage.hidden = true; document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))"
        )

    def show(self):
        self.page.evaluate(
            "stage.hidden = false; document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))"
        )

    def blur(self):
        self.page.evaluate("stage.focused = false; dispatchEvent(new Event('blur'))")

    def focus(self):
        self.page.evaluate("stage.focused = true; dispatchEvent(new Event('focus'))")

    def scroll_to(self, selector, block="end"):
        self.page.evaluate(
            "([s, block]) => document.querySelector(s).scrollIntoView({block})", [selector, block]
        )
        self.settle()

    def sleep(self, seconds):
        """The device sleeps: the clock goes on, no timer fires in between."""
        self.page.clock.fast_forward(int(seconds * 1000))

    def quiet(self):
        """Waits until no request is under way and its answer was dealt with."""
        for _ in range(100):
            self.page.wait_for_timeout(5)
            if not self.under_way:
                break
        self.settle()

    def flushed(self):
        """Lets the timer fire and waits for one more batch than there were."""
        count = len(self.site.batches)
        self.wait(15)
        self.site.wait(lambda: len(self.site.batches) > count, "a batch on the timer")
        self.quiet()

    def stored_keys(self):
        return self.page.evaluate("Object.keys(localStorage).sort()")

    def queue(self):
        keys = [key for key in self.stored_keys() if key.startswith("wellread.event.")]
        return [json.loads(self.page.evaluate("(k) => localStorage[k]", key)) for key in keys]

    def queue_length(self):
        return self.page.evaluate(
            "Object.keys(localStorage).filter((key) => key.startsWith('wellread.event.')).length"
        )

    def emptied(self):
        """Lets the timer fire until every queued event has its verdict."""
        for _ in range(60):
            self.quiet()
            if not self.queue_length():
                return
            self.wait(15)
        raise AssertionError(f"still queued: {self.queue_length()}")
