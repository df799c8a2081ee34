"""A gateway for texts on this machine, as a clinic's: it takes what is posted and answers as it is told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "shared with the gateway"


class Gateway(ThreadingHTTPServer):
    """Answers what it is told to, in turn, and keeps what it got."""

    def __init__(self, answers: list[int]):
        super().__init__(("127.0.0.1", 0), _Answering)
        self.answers = answers
        self.retry_after = ""
        self.taken: list[tuple[dict, bytes]] = []

    def texts(self) -> list[tuple[str, str]]:
        """Number and words of what was posted; the same id again is the same text, once."""
        found = {}
        for _, body in self.taken:
            sent = json.loads(body)
            found.setdefault(sent["id"], (sent["to"], sent["text"]))
        return list(found.values())


class _Answering(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((dict(self.headers), body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.send_header("Location", "/elsewhere")
        if self.server.retry_after:
            self.send_header("Retry-After", self.server.retry_after)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *args):
        """Stay silent."""


@contextmanager
def running_gateway(settings) -> Iterator[Gateway]:
    """A gateway that listens, named in the settings; every text is taken until it is told otherwise."""
    server = Gateway([])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SMS_ADAPTER = "outbox.texts.gateway.HttpGateway"
    settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{server.server_port}/send"
    settings.SMS_GATEWAY_SECRET = SECRET
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
