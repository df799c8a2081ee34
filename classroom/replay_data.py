"""Names what a replay holds about people; rows of service, as attendance is, not of profile."""

from classroom.models import LateQuestion, PlayedPart, Replay, ReplayChapter, RoomEvent, RoomGuest
from people.models import Person, Visitor
from people.registry import register, register_impersonal


def _report_parts(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    rows = PlayedPart.objects.filter(person=person).select_related("live_class")
    return [
        {
            "class": row.live_class.title,
            "from_s": row.from_ms / 1000,
            "to_s": row.to_ms / 1000,
            "of_recording": row.of_recording,
            "at": row.at.isoformat(),
        }
        for row in rows.order_by("at", "pk")
    ]


def _erase_chapters(person: Person | None, visitors: list[Visitor]) -> int:
    """A host's title for somebody's question may say what they asked."""
    if person is None:
        return 0
    guests = RoomGuest.objects.filter(person=person)
    asked = RoomEvent.objects.filter(guest__in=guests).values_list("room_id", "number")
    numbers: dict[int, list[int]] = {}
    for room_id, number in asked:
        numbers.setdefault(room_id, []).append(number)
    return sum(
        ReplayChapter.objects.filter(live_class=room_id, about__in=theirs).delete()[0]
        for room_id, theirs in numbers.items()
    )


def register_all() -> None:
    """Fill the registry; chapters come before the words of a room, by which they are found."""
    register(
        PlayedPart,
        fields=("person", "live_class", "of_recording", "from_ms", "to_ms", "at"),
        purpose="to compute who watched how much of a class's replay",
        retention="until the person is erased",
        eraser=None,  # goes with the person
        reporter=_report_parts,
    )
    register(
        ReplayChapter,
        fields=("title", "about"),
        purpose="to find a question or a slide in a replay again",
        retention="until the words it stands beside are gone, or a host takes it out",
        eraser=_erase_chapters,
        reporter=None,  # a host's words; the question itself is shown as RoomEvent
    )
    register_impersonal(LateQuestion, reason="which event of a room became which Question")
    register_impersonal(Replay, reason="which recording belongs to a class")
