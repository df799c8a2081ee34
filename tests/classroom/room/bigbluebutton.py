"""A BigBlueButton of a few lines on this machine: it believes nobody without the right checksum."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from django.core.cache import cache

SECRET = "shared with the meetings"


class Meetings(ThreadingHTTPServer):
    """Makes meetings, and tells whom it would let in; `answer` replaces what it says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.made: dict[str, dict] = {}
        self.asked = 0
        self.answer: bytes | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/bigbluebutton"

    def lets_in(self, address: str) -> dict[str, str]:
        """The fields of a `join` that it believes; AssertionError for any other."""
        fields = believed(address, "join")
        assert fields["meetingID"] in self.made
        return fields


def believed(address: str, call: str) -> dict[str, str]:
    """The fields of a signed call, as the API reference says: sha256 over call, query and secret."""
    parts = urlsplit(address)
    assert parts.path == f"/bigbluebutton/api/{call}"
    query, _, checksum = parts.query.rpartition("&checksum=")
    assert hashlib.sha256(f"{call}{query}{SECRET}".encode()).hexdigest() == checksum
    return {name: values[0] for name, values in parse_qs(query, strict_parsing=True).items()}


class _Answering(BaseHTTPRequestHandler):
    server: Meetings

    def do_GET(self) -> None:
        self.server.asked += 1
        code = "FAILED"
        try:
            fields = believed(self.path, "create")
            self.server.made[fields["meetingID"]] = fields
            code = "SUCCESS"
        except AssertionError:
            pass
        body = f"<response><returncode>{code}</returncode></response>".encode()
        if self.server.answer is not None:
            body = self.server.answer
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args) -> None:
        """Stay silent."""


@contextmanager
def running_meetings(settings) -> Iterator[Meetings]:
    """A server that listens, named in the settings as in development."""
    cache.clear()
    settings.DEBUG = settings.WEBHOOKS_TO_THIS_MACHINE = True
    server = Meetings()
    settings.BIGBLUEBUTTON_URL, settings.BIGBLUEBUTTON_SECRET = server.address, SECRET
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
