"""What is said and done in a room: messages, questions, slides, the doors, and what is taken away.

Every sending carries an id of the sender's own: sent again it gives the event there is. Each answer
is given after the commit.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from classroom.models import Room, RoomEvent, RoomGuest, RoomPicture, RoomSlide, RoomVote
from classroom.models.room import MESSAGE_LENGTH
from classroom.piece_cards import cards_named_in, with_cards
from classroom.room_access import Seat
from classroom.room_words import clean_words
from classroom.services.late_questions import (
    hand_on_questions,
    settle_question,
    take_back_question,
)
from classroom.services.room_append import (
    AT_MOST,
    REMOVABLE,
    Kind,
    Muted,
    NoNickname,
    NothingThere,
    NotHost,
    NotOpen,
    NotSent,
    NoWords,
    Taken,
    TooFast,
    append,
    by,
    held,
    need_host,
    touch,
    write,
)
from classroom.services.room_voices import forget_voices
from outbox.services import record_audit

__all__ = [
    "AT_MOST",
    "Muted",
    "NoNickname",
    "NoWords",
    "NotHost",
    "NotOpen",
    "NotSent",
    "NothingThere",
    "Taken",
    "TooFast",
]


def send_message(*, seat: Seat, text: str, client_id: UUID) -> RoomEvent:
    """Append a message; raises NotSent. The same client id again answers the same event."""
    return _send_words(seat=seat, kind=Kind.MESSAGE, text=text, client_id=client_id)


def ask_in_room(*, seat: Seat, text: str, client_id: UUID) -> RoomEvent:
    """Append a question for the hosts, which everybody sees; raises NotSent."""
    return _send_words(seat=seat, kind=Kind.QUESTION, text=text, client_id=client_id)


def turn_slide(*, seat: Seat, slide_id: int, client_id: UUID) -> RoomEvent:
    """Show a slide to everybody; of two hosts at once the later number counts. Raises NotSent."""
    slide = RoomSlide.objects.filter(room=seat.room, pk=slide_id).first()
    if slide is None:
        raise NothingThere
    return _send_as_host(seat=seat, kind=Kind.SLIDE, client_id=client_id, slide=slide)


def open_room(*, seat: Seat, client_id: UUID) -> RoomEvent:
    """Say that the class begins, or goes on after it was closed; raises NotSent."""
    return _send_as_host(seat=seat, kind=Kind.OPENED, client_id=client_id)


def close_room(*, seat: Seat, client_id: UUID) -> RoomEvent:
    """End the talk; hosts alone write afterwards. Raises NotSent.

    Questions that nobody answered go on to the queue of questions, each once.
    """
    with transaction.atomic():
        event = _send_as_host(seat=seat, kind=Kind.CLOSED, client_id=client_id)
        hand_on_questions(live_class=seat.live_class)
    return event


def mark_answered(*, seat: Seat, number: int, client_id: UUID) -> RoomEvent:
    """Mark a question as answered; one that is answered already gives that event."""
    need_host(seat)
    with transaction.atomic():
        room = held(seat.room)
        asked = RoomEvent.objects.filter(room=room, number=number, kind=Kind.QUESTION).first()
        if asked is None or asked.removed_at is not None:
            raise NothingThere
        done = RoomEvent.objects.filter(room=room, about=number, kind=Kind.ANSWERED).first()
        if done is not None:
            return done
        event = append(by(seat, kind=Kind.ANSWERED, client_id=client_id, about=number), room)
        if seat.user is not None:
            settle_question(event=asked, by=seat.user)
        return event


def remove_words(*, seat: Seat, number: int, client_id: UUID) -> RoomEvent:
    """Take a message, question, picture, voice clip or poll away, and tell everybody.

    Words and file are gone from the row. Hosts remove anybody's, guests their own. Removed already, it gives that event. Audited.
    """
    sending = by(seat, kind=Kind.REMOVED, client_id=client_id, about=number)
    with transaction.atomic():
        room = held(seat.room)
        target = RoomEvent.objects.filter(room=room, number=number, kind__in=REMOVABLE).first()
        if target is None:
            raise NothingThere
        if not seat.is_host and target.guest_id != sending.guest.pk:
            raise NotHost
        done = RoomEvent.objects.filter(room=room, about=number, kind=Kind.REMOVED).first()
        if done is not None:
            return done
        event = append(sending, room)
        take_back_question(event=target)
        RoomEvent.objects.filter(pk=target.pk).update(text="", more=None, removed_at=event.at)
        RoomPicture.objects.filter(event=target).delete()
        forget_voices(RoomEvent.objects.filter(pk=target.pk))
        if RoomVote.objects.filter(room=room, number=number).delete()[0]:
            touch(room)
        record_audit(
            actor=f"user:{seat.user.pk}" if seat.user else "guest",
            action="room.words_removed",
            subject=f"class:{room.pk}",
            detail={"number": number, "own": target.guest_id == sending.guest.pk},
        )
        return event


def forget_words(*, guests: list[RoomGuest]) -> int:
    """Take words, pictures, voices, votes and names of these guests out of every room, and tell who listens.

    Returns the rows it changed. For an erasure: it runs in the transaction of its own.
    """
    count = 0
    with transaction.atomic():
        for guest in sorted(guests, key=lambda one: one.room_id):
            room = held(Room(pk=guest.room_id))
            own = RoomEvent.objects.filter(guest=guest)
            if RoomVote.objects.filter(guest=guest).delete()[0]:
                touch(room)
            standing = own.filter(kind__in=REMOVABLE, removed_at=None).order_by("number")
            for number in list(standing.values_list("number", flat=True)):
                write(room, kind=Kind.REMOVED, about=number)
            RoomPicture.objects.filter(event__guest=guest).delete()
            forget_voices(own)
            now = timezone.now()
            own.filter(kind__in=REMOVABLE, removed_at=None).update(
                text="", more=None, removed_at=now
            )
            count += own.update(name="", guest=None)
    return count


def _send_words(*, seat: Seat, kind: str, text: str, client_id: UUID) -> RoomEvent:
    words = clean_words(text)
    if not words or len(words) > MESSAGE_LENGTH:
        raise NoWords
    cards = cards_named_in(words)
    pages = {"pages": [card["page"] for card in cards]} if cards else None
    sending = by(seat, kind=kind, client_id=client_id, text=words, more=pages)
    with transaction.atomic():
        room = held(seat.room)
        last = room.last_number
        event = append(sending, room)
        if event.number > last:
            event.cards = cards
        else:
            with_cards([event])
        if kind == Kind.QUESTION and seat.place is not None and event.number > last:
            # Who asks wants the answer, too: a question begins with its own vote.
            RoomVote.objects.create(room=room, number=event.number, guest=sending.guest, choice=0)
            touch(room)
        return event


def _send_as_host(*, seat: Seat, kind: str, client_id: UUID, **values: Any) -> RoomEvent:
    need_host(seat)
    sending = by(seat, kind=kind, client_id=client_id, **values)
    with transaction.atomic():
        return append(sending, held(seat.room))
