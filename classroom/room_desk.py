"""What hosts alone see of a room: who is here under which name, and how polls stand; reads only."""

from collections import Counter
from typing import Any

from django.db.models import Q

from classroom.models import Room, RoomEvent, RoomGuest
from classroom.room_state import open_polls, people_here, votes_in

Kind = RoomEvent.Kind
POLLS_AT_MOST = 5


def desk_of(room_id: int) -> dict[str, Any]:
    """The guests who are here, muted or out, by name; the last polls, with counts of few votes, too.

    Guests who gave no name yet are a number.
    """
    here = set(people_here(room_id).values_list("person", flat=True))
    wanted = Q(person__in=here) | Q(muted_at__isnull=False) | Q(put_out_at__isnull=False)
    guests = list(
        RoomGuest.objects.filter(wanted, room=room_id, person__isnull=False).order_by(
            "nickname", "pk"
        )
    )
    room = Room.objects.filter(pk=room_id).first() or Room(pk=room_id)
    return {
        "slow_s": room.slow_s,
        "guests_speak": room.guests_speak,
        "nameless": len(here - {guest.person_id for guest in guests}),
        "guests": [
            {
                "guest": guest.pk,
                "nickname": guest.nickname,
                "is_here": guest.person_id in here,
                "is_muted": guest.muted_at is not None,
                "is_out": guest.put_out_at is not None,
            }
            for guest in guests
        ],
        "polls": _polls(room_id),
    }


def _polls(room_id: int) -> list[dict[str, Any]]:
    """The newest polls: of open ones the votes as they are, of closed ones what was counted."""
    votes = votes_in(room_id)
    standing = {
        number: [votes.get(number, Counter())[choice] for choice in range(options)]
        for number, options in sorted(open_polls(room_id).items())[-POLLS_AT_MOST:]
    }
    closed = RoomEvent.objects.filter(room=room_id, kind=Kind.POLL_CLOSED).order_by("-number")
    done = {event.about: event.more["counts"] for event in closed[:POLLS_AT_MOST] if event.more}
    return [
        *(
            {"number": number, "is_open": True, "counts": counts}
            for number, counts in standing.items()
        ),
        *(
            {"number": number, "is_open": False, "counts": counts}
            for number, counts in sorted(done.items())
        ),
    ]
