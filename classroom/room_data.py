"""Names what a room holds about people; rows of service, not of profile."""

from classroom import replay_data
from classroom.models import (
    Room,
    RoomEvent,
    RoomGuest,
    RoomHost,
    RoomPicture,
    RoomSlide,
    RoomStage,
    RoomVoice,
    RoomVote,
    SlidePdf,
)
from classroom.services.room import forget_words
from people.models import Person, Visitor
from people.registry import register, register_impersonal

WITH_PERSON = "until the person is erased"


def _guests(person: Person | None):
    if person is None:
        return RoomGuest.objects.none()
    own = RoomGuest.objects.filter(person=person)
    return own | RoomGuest.objects.filter(user=person.user_id) if person.user_id else own


def _report_guests(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    return [
        {
            "class": row.room.live_class.title,
            "nickname": row.nickname,
            "came_at": row.came_at.isoformat(),
            "muted_at": row.muted_at.isoformat() if row.muted_at else None,
            "put_out_at": row.put_out_at.isoformat() if row.put_out_at else None,
        }
        for row in _guests(person).select_related("room__live_class").order_by("pk")
    ]


def _report_events(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = RoomEvent.objects.filter(guest__in=_guests(person))
    return [
        {
            "class": row.room.live_class.title,
            "kind": row.kind,
            "name": row.name,
            "text": row.text,
            "at": row.at.isoformat(),
        }
        for row in rows.select_related("room__live_class").order_by("room", "number")
    ]


def _report_votes(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = RoomVote.objects.filter(guest__in=_guests(person), choice__isnull=False)
    return [
        {"class": row.room.live_class.title, "number": row.number, "choice": row.choice,
         "at": row.at.isoformat()}
        for row in rows.select_related("room__live_class").order_by("room", "number")
    ]  # fmt: skip


def _report_pictures(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = RoomPicture.objects.filter(event__guest__in=_guests(person))
    return [
        {"class": row.event.room.live_class.title, "file": row.file.url, "says": row.event.text}
        for row in rows.select_related("event__room__live_class").order_by("pk")
    ]


def _report_voices(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = RoomVoice.objects.filter(event__guest__in=_guests(person))
    return [
        {"class": row.event.room.live_class.title, "file": row.file.url, "says": row.event.text}
        for row in rows.select_related("event__room__live_class").order_by("pk")
    ]


def _report_hosts(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = RoomHost.objects.filter(user=person.user_id if person and person.user_id else None)
    return [
        {"class": row.room.live_class.title, "since": row.since.isoformat()}
        for row in rows.select_related("room__live_class").order_by("pk")
    ]


def _erase_events(person: Person | None, visitors: list[Visitor]) -> int:
    return forget_words(guests=list(_guests(person)))


def register_all() -> None:
    """Fill the registry with the models of the room."""
    replay_data.register_all()
    register(
        RoomEvent,
        fields=("guest", "name", "text", "at"),
        purpose="to show everybody in a class what was said in it, in one order",
        retention="words and name until they are removed, the person is erased, or ROOM_WORDS_DAYS (30) after the replay; the row stays",
        eraser=_erase_events,
        reporter=_report_events,
    )
    register(
        RoomGuest,
        fields=("person", "user", "nickname", "came_at", "muted_at", "put_out_at"),
        purpose="to know who speaks in a class under which chosen name, and who may",
        retention=WITH_PERSON,
        eraser=None,  # goes with the person
        reporter=_report_guests,
    )
    register(
        RoomVote,
        fields=("guest", "choice", "at"),
        purpose="to count each guest once for a question or in a poll; shown as numbers alone",
        retention="until the poll is closed, the words are removed or the person is erased",
        eraser=None,  # with the words (forget_words), and with the person
        reporter=_report_votes,
    )
    register(
        RoomHost,
        fields=("user", "since"),
        purpose="to know who of staff holds a room beside those who give the class",
        retention="until they are taken away or the login is deleted",
        eraser=None,  # goes with the login
        reporter=_report_hosts,
    )
    register(
        RoomPicture,
        fields=("file",),
        purpose="to show everybody in a class a picture that somebody sent",
        retention="until it is removed in the room, or its sender or the class is erased",
        eraser=None,  # with the words (forget_words)
        reporter=_report_pictures,
    )
    register(
        RoomVoice,
        fields=("file",),
        purpose="to let everybody in a class hear what somebody said",
        retention="until it is removed in the room, or its sender or the class is erased; of guests ROOM_WORDS_DAYS (30) after the replay",
        eraser=None,  # with the words (forget_words)
        reporter=_report_voices,
    )
    register_impersonal(Room, reason="how far a class's list of events counts")
    register_impersonal(RoomSlide, reason="what clinicians show to a class")
    register_impersonal(SlidePdf, reason="how far a PDF of a clinician's has become slides")
    register_impersonal(
        RoomStage, reason="what a class shows beside its slides, and who captions it"
    )
