"""What a stream of a room begins with, and the stream that ends at once, where none can stay open."""

import random
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from classroom.room_state import read_state
from classroom.room_wire import EVENTS_A_READ, events_after, last_number_of, streamed

# After a restart everybody comes back; not in the same moment.
RETRY_MS = (1000, 3000)
#: Far beyond any room, and within what every database calls an integer.
MOST = 2**31 - 1


@dataclass
class Opening:
    """What Django found out about who wants to listen, for the layer that keeps the connection."""

    room_id: int = 0
    seat: str = ""
    after: int = 0

    def take(self, *, room_id: int, seat: str, after: int) -> None:
        self.room_id, self.seat, self.after = room_id, seat, after


def after_of(request: HttpRequest, *, otherwise: int) -> int:
    """The number to go on behind: what the browser says it saw last, else what its address says."""
    said = request.headers.get("Last-Event-ID", "")
    after = int(said) if said.isascii() and said.isdecimal() and len(said) < 12 else otherwise
    return min(after, MOST)


def retry_line() -> bytes:
    """How long the browser waits before it comes back."""
    return f"retry: {random.randint(*RETRY_MS)}\n\n".encode()


def beat(*, last: int) -> bytes:
    """A sign of life of the stream, which also says how far the room is."""
    return f"event: beat\ndata: {last}\n\n".encode()


def finite_stream(*, room_id: int, after: int) -> HttpResponse:
    """What there is behind the number, and then the end: EventSource asks again by itself.

    So a server that cannot keep streams open (WSGI) still serves a room, with a pause of seconds.
    """
    events = events_after(room_id=room_id, number=after)
    parts = [retry_line(), *(streamed(event) for event in events)]
    if len(events) < EVENTS_A_READ:
        parts.append(beat(last=last_number_of(room_id)))
        parts.append(read_state(room_id).line)
    response = HttpResponse(b"".join(parts), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    return response
