"""What a room is like just now, as everybody gets it: a snapshot, never an event; it reads only.

A lost one does no harm, as the next one is whole. It holds numbers and names nobody: who voted what
is in no answer at all, and figures of fewer than five voters in none that guests get.
"""

import json
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from classroom.models import PresenceBeat, Room, RoomEvent, RoomGuest, RoomVote

Kind = RoomEvent.Kind
#: Pages give a sign of life every 30 seconds; two may get lost.
FRESH = timedelta(seconds=75)
#: Of fewer votes nobody is told how they fall: in a small class that would tell whose they are.
VOTERS_AT_LEAST = 5
#: Pages that ask again and again get a snapshot so old at most.
ASKED_AGAIN_S = 3.0


@dataclass(frozen=True)
class RoomState:
    """One snapshot, the `number`-th of its room; `line` is what listeners get."""

    number: int
    here: int
    shown: dict[str, Any]

    @property
    def line(self) -> bytes:
        words = json.dumps(self.shown, separators=(",", ":"))
        return f"event: state\ndata: {words}\n\n".encode()


_read: dict[int, tuple[float, RoomState]] = {}


def read_state(room_id: int, *, here: int | None = None) -> RoomState:
    """The room's state, in four queries whatever happens there; three where `here` is known."""
    room = Room.objects.filter(pk=room_id).first() or Room(pk=room_id)
    if here is None:
        here = count_here(room_id)
    counts = votes_in(room_id)
    asked = open_polls(room_id)
    shown = {
        "here": here,
        "slow_s": room.slow_s,
        "guests_speak": room.guests_speak,
        "votes": {
            str(number): sum(of.values()) for number, of in counts.items() if number not in asked
        },
        "polls": {
            str(number): tally(counts.get(number, Counter()), options=options)
            for number, options in asked.items()
        },
    }
    return RoomState(number=room.state_number, here=here, shown=shown)


def fresh_state(room: Room) -> dict[str, Any]:
    """What `read_state` shows, read at most once in three seconds while nobody changes it.

    For pages that ask again and again: each process remembers it for all of them.
    """
    now = time.monotonic()
    known = _read.get(room.pk)
    if known is None or known[0] < now or known[1].number != room.state_number:
        known = _read[room.pk] = (now + ASKED_AGAIN_S, read_state(room.pk))
        for pk in [pk for pk, (until, _) in _read.items() if until < now]:
            del _read[pk]
    return known[1].shown


def forget_states() -> None:
    """Remember nothing of what was read: another database may stand behind it."""
    _read.clear()


def count_here(room_id: int) -> int:
    """How many different guests gave a sign of life lately and have not left since."""
    return people_here(room_id).count()


def people_here(room_id: int) -> QuerySet[PresenceBeat, Any]:
    """The ids of those people, each once."""
    leave = Q(kind=PresenceBeat.Kind.LEAVE)
    out = RoomGuest.objects.filter(
        room=room_id, person=OuterRef("person"), put_out_at__isnull=False
    )
    return (
        PresenceBeat.objects.filter(
            live_class=room_id, is_replay=False, at__gt=timezone.now() - FRESH
        )
        .exclude(Exists(out))
        .values("person")
        .annotate(seen=Max("at", filter=~leave), left=Max("at", filter=leave))
        .filter(Q(left=None) | Q(seen__gt=F("left")))
        .filter(seen__isnull=False)
        .order_by()
    )


def open_polls(room_id: int) -> dict[int, int]:
    """The polls that take votes, by number: how many options each has."""
    ended = RoomEvent.objects.filter(
        room=OuterRef("room"), about=OuterRef("number"), kind=Kind.POLL_CLOSED
    )
    polls = RoomEvent.objects.filter(room=room_id, kind=Kind.POLL, removed_at=None)
    rows = polls.exclude(Exists(ended)).order_by("number").values_list("number", "more")
    return {number: len((more or {}).get("options", [])) for number, more in rows}


def tally(counts: Counter[int], *, options: int) -> dict[str, Any]:
    """How many voted, and how their votes fall once they are enough to hide whose is whose."""
    voters = sum(counts.values())
    shown = [counts[choice] for choice in range(options)] if voters >= VOTERS_AT_LEAST else None
    return {"voters": voters, "counts": shown}


def votes_in(room_id: int) -> dict[int, Counter[int]]:
    """How often each choice was made, by the number of the question or poll: one query."""
    rows = (
        RoomVote.objects.filter(room=room_id, choice__isnull=False)
        .values_list("number", "choice")
        .annotate(votes=Count("pk"))
        .order_by("number")
    )
    counts: dict[int, Counter[int]] = {}
    for number, choice, votes in rows:
        counts.setdefault(number, Counter())[choice or 0] += votes
    return counts
