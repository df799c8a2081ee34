"""A local site for the browser tests: the real scripts, harness pages, and endpoints that record
what they get and answer what a test tells them to; it is no model of the server's own rules."""

import io
import json
import re
import threading
import wave
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cms.staticfiles import lightened

PAGES = Path(__file__).parent / "pages"
SCRIPTS = Path(__file__).parents[2] / "static" / "js"
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; frame-ancestors 'none'"
PARAGRAPH = f"<p>{'A tooth is alive inside, and what hurts is its way to say so. ' * 12}</p>"
TEXTS = {"profiling": "Suggestions that fit what you read.", "marketing": "News by e-mail."}


def silence(seconds: int) -> bytes:
    """A WAV file of that many seconds in which nothing is heard."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(b"\x80" * 8000 * seconds)
    return out.getvalue()


class Site:
    """Runs on a free port of 127.0.0.1 between `with` and its end.

    batches   the bodies that reached the event endpoint, in order, whatever was answered
    stored    the events that were answered `ok`, by id: the first of an id counts
    plans     answers for the next batches: a status, (status, headers), "hang" or "drop";
              without a plan each event gets its verdict
    reasons   verdict by kind of event: {"open": "no_consent"} drops every open
    consents  (method, headers, body) of the calls to the consent endpoint
    """

    def __init__(self) -> None:
        self.batches: list[dict] = []
        self.sizes: list[int] = []
        self.headers: list[dict] = []
        self.stored: dict[str, dict] = {}
        self.plans: deque = deque()
        self.reasons: dict[str, str] = {}
        self.consents: list[tuple] = []
        self.consent_plans: deque = deque()
        self.given: dict | None = None
        self.changed = threading.Condition()
        self.release = threading.Event()

    def __enter__(self) -> "Site":
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_GET(self):
                site.get(self)

            def do_POST(self):
                site.receive(self, "POST")

            def do_DELETE(self):
                site.receive(self, "DELETE")

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error) -> None:
        self.release.set()
        self.server.shutdown()
        self.server.server_close()

    def wait(self, condition, what: str = "the expected request"):
        """Returns what the condition returns as soon as it is true; 10 s without is an error."""
        with self.changed:
            if not self.changed.wait_for(condition, timeout=10):
                raise AssertionError(f"{what} did not come; got {self.kinds()}")
            return condition()

    @property
    def events(self) -> list[dict]:
        return [event for batch in self.batches for event in batch["events"]]

    def kinds(self) -> list[list[str]]:
        return [[event["kind"] for event in batch["events"]] for batch in self.batches]

    def of(self, kind: str) -> list[dict]:
        return [event for event in self.stored.values() if event["kind"] == kind]

    @property
    def active_ms(self) -> int:
        return sum(event["active_ms"] for event in self.stored.values())

    # What follows runs in the server's threads.

    def get(self, request) -> None:
        path = request.path.split("?")[0]
        if path == "/api/v1/consents":
            self.note_consent(request, "GET", None)
            body = {"notice": "v1", "language": "en", "purposes": TEXTS, "given": self.given}
            return reply(request, 200, body)
        if path == "/silence.wav":
            return reply_range(request, silence(20), "audio/wav")
        if path.startswith("/static/js/"):
            script = SCRIPTS / path.removeprefix("/static/js/")
            return reply(request, 200, lightened(script).encode(), "text/javascript")
        page = PAGES / f"{path.strip('/') or 'article'}.html"
        if not page.is_file():
            return reply(request, 404, b"", "text/plain")
        html = page.read_text("utf-8").replace("<!-- text -->", PARAGRAPH * 24)
        return reply(request, 200, html.encode(), "text/html; charset=utf-8")

    def receive(self, request, method: str) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        if request.path == "/api/v1/consents":
            parsed = json.loads(body) if body else None
            return self.answer_consent(request, method, parsed)
        return self.answer_events(request, body)

    def answer_events(self, request, body: bytes) -> None:
        with self.changed:
            batch = json.loads(body)
            self.batches.append(batch)
            self.sizes.append(len(body))
            self.headers.append(dict(request.headers))
            plan = self.plans.popleft() if self.plans else 200
            results = None
            if plan == 200:
                results = {"results": [self.verdict(event) for event in batch["events"]]}
            self.changed.notify_all()
        if plan == "drop":
            request.close_connection = True
            request.connection.close()
        elif plan == "hang":
            self.release.wait(30)
            request.close_connection = True
        elif results:
            reply(request, 200, results)
        else:
            status, headers = plan if isinstance(plan, tuple) else (plan, {})
            reply(request, status, {"title": "as planned"}, headers=headers)

    def verdict(self, event: dict) -> dict:
        if reason := self.reasons.get(event["kind"]):
            return {"id": event["id"], "status": "dropped", "reason": reason}
        known = event["id"] in self.stored
        self.stored.setdefault(event["id"], event)
        return {"id": event["id"], "status": "duplicate" if known else "ok", "reason": None}

    def note_consent(self, request, method: str, body) -> None:
        with self.changed:
            self.consents.append((method, dict(request.headers), body))
            self.changed.notify_all()

    def answer_consent(self, request, method: str, body) -> None:
        self.note_consent(request, method, body)
        if self.consent_plans:
            return reply(request, self.consent_plans.popleft(), {"title": "as planned"})
        if method == "DELETE":
            self.given = None
            return reply(request, 204, b"", "text/plain")
        self.given = body["purposes"]
        token = "token-by-consent" if body["purposes"]["profiling"] else None
        receipt = {"at": "2026-03-04T10:20:30Z", "id": "R-1", **body}
        return reply(request, 201, {"visitor": token, "receipt": receipt})


def reply(request, status: int, body, content_type: str = "application/json", headers=None) -> None:
    """Sends one whole answer under the site's strict content policy."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request.send_response(status)
    request.send_header("Content-Type", content_type)
    request.send_header("Content-Length", str(len(data)))
    request.send_header("Content-Security-Policy", POLICY)
    for name, value in (headers or {}).items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(data)


def reply_range(request, data: bytes, content_type: str) -> None:
    """Sends the part that was asked for, without which a browser cannot seek in media."""
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
    first = int(match[1]) if match else 0
    last = int(match[2]) if match and match[2] else len(data) - 1
    headers = {"Accept-Ranges": "bytes", "Content-Range": f"bytes {first}-{last}/{len(data)}"}
    reply(request, 206 if match else 200, data[first : last + 1], content_type, headers)
