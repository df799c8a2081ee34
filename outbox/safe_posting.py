"""Posts a body to an address that a user named, and tells the status alone; or reads a short answer.

The name is resolved once, every address of it is checked, and one of these is connected to, under the
host's name. No redirect is followed, no proxy is asked, and what is answered to a post is not read.
"""

import contextlib
import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from outbox.safe_addresses import Target, addresses_of, parsed

PATIENCE_S = 10
#: For one attempt as a whole: a host that answers a byte at a time is left.
WHOLE_S = 20
ADDRESSES_TRIED = 2
#: No host puts a sender off for longer than this, whatever it asks for.
PUT_OFF_AT_MOST_S = 24 * 3600


class NotReached(Exception):
    """No answer came; `code` is certificate, time, connection or answer. It names no address."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """The status of an answer, how long it took, and its body where that was asked for.

    `retry_after_s` is for how many seconds the host wants to be left alone; 0 where it says nothing.
    """

    status: int
    duration_ms: int
    retry_after_s: float = 0
    body: bytes = b""


@dataclass(frozen=True)
class _Asking:
    """What is sent, and how many bytes of the answer are read."""

    method: str
    body: bytes | None
    headers: dict[str, str]
    at_most: int = 0


class _Connection(http.client.HTTPConnection):
    """Connects to the one address that was checked, whatever the name leads to by now."""

    def __init__(self, target: Target, address: str):
        self.default_port = 443 if target.scheme == "https" else 80
        super().__init__(target.host, target.port, timeout=PATIENCE_S)
        self._target, self._address = target, address
        self._open: socket.socket | None = None
        self.was_cut = False

    def connect(self) -> None:
        self._open = self.sock = socket.create_connection(
            (self._address, self._target.port), timeout=PATIENCE_S
        )
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            self._open = context.wrap_socket(
                self.sock, server_hostname=self._target.host, do_handshake_on_connect=False
            )
            self.sock = self._open
            self._open.do_handshake()

    def cut(self) -> None:
        """End it from another thread."""
        self.was_cut = True
        if self._open is not None:
            with contextlib.suppress(OSError):
                self._open.shutdown(socket.SHUT_RDWR)


def post_safely(address: str, *, body: bytes, headers: dict[str, str]) -> Answer:
    """Post the body and return the answer's status; raises AddressRefused or NotReached."""
    return _ask(address, _Asking("POST", body, headers))


def read_safely(address: str, *, at_most: int) -> Answer:
    """Get a short answer with its body; raises AddressRefused, or NotReached for a longer one, too."""
    return _ask(address, _Asking("GET", None, {}, at_most))


def _ask(address: str, asking: _Asking) -> Answer:
    target = parsed(address)
    began = time.monotonic()
    problem = NotReached("connection")
    for number in addresses_of(target)[:ADDRESSES_TRIED]:
        try:
            status, wait_s, content = _send(_Connection(target, number), target.path, asking)
        except ConnectionRefusedError:
            continue
        except ssl.SSLError as error:
            problem = NotReached("time" if isinstance(error, TimeoutError) else "certificate")
        except TimeoutError:
            problem = NotReached("time")
        except (OSError, http.client.HTTPException, ValueError) as error:
            answered = isinstance(error, http.client.HTTPException | ValueError)
            problem = NotReached("answer" if answered else "connection")
        else:
            return Answer(status, round(1000 * (time.monotonic() - began)), wait_s, content)
        break
    # The error's own text could hold the address, and with it a secret.
    raise problem from None


def _send(connection: _Connection, path: str, asking: _Asking) -> tuple[int, float, bytes]:
    timer = threading.Timer(WHOLE_S, connection.cut)
    timer.daemon = True
    timer.start()
    try:
        connection.request(asking.method, path, body=asking.body, headers=asking.headers)
        answer = connection.getresponse()
        content = answer.read(asking.at_most + 1) if asking.at_most else b""
        if connection.was_cut:  # half an answer reads like a whole one
            raise TimeoutError
        if len(content) > asking.at_most:
            raise ValueError
        return answer.status, seconds_of(answer.getheader("Retry-After")), content
    except (OSError, http.client.HTTPException):
        if connection.was_cut:
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
        connection.close()


def seconds_of(retry_after: str | None) -> float:
    """How long a Retry-After asks for, from now and at most a day; 0 where it says nothing readable."""
    words = (retry_after or "").strip()
    try:
        if words.isascii() and words.isdigit():
            asked = float(words)
        else:
            moment = parsedate_to_datetime(words)
            asked = (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):
        return 0
    return min(max(asked, 0), PUT_OFF_AT_MOST_S)
