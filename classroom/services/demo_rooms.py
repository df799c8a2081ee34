"""Loads the rooms of the demo clinic's classes: their slides, and what was said in the one that was held."""

from datetime import timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.core.files.base import ContentFile
from django.db import transaction

from classroom.models import LiveClass, Room, RoomEvent, RoomGuest
from classroom.piece_cards import cards_named_in
from classroom.room_access import Seat
from classroom.services.room_entry import enter_as_staff
from classroom.services.room_slides import add_slide, describe_slide
from cms.services.demo_files import FOLDER, demo_file
from people.models import Person, User


def load_demo_rooms(*, classes: dict[str, LiveClass | None], people: dict[str, Person]) -> None:
    """Make the rooms that are missing; the moments of those that are there count from their class."""
    for entry in demo_file("classes.json"):
        live_class = classes.get(entry["key"])
        if live_class is None:
            continue
        with transaction.atomic():
            room, is_new = Room.objects.get_or_create(live_class=live_class)
            if is_new:
                _put_slides(room, entry)
                _put_talk(room, entry, people=people)
        _date_talk(room, entry)


def _put_slides(room: Room, entry: dict) -> None:
    clinician = _clinician(room)
    for one in entry["room"]["slides"]:
        content = (FOLDER / one["image"]).read_bytes()
        slide = add_slide(room=room, file=ContentFile(content, name="slide.png"), by=clinician)
        describe_slide(slide=slide, description=one["description"])


def _put_talk(room: Room, entry: dict, *, people: dict[str, Person]) -> None:
    slides = list(room.slides.all())
    events = []
    for number, act in enumerate(entry["room"].get("talk", ()), start=1):
        guest = _guest(room, act, people=people)
        text = act.get("text", "")
        pages = [card["page"] for card in cards_named_in(text)]
        events.append(
            RoomEvent(
                room=room,
                number=number,
                kind=act["kind"],
                guest=guest,
                name=guest.nickname,
                by_host=guest.user_id is not None,
                text=text,
                slide=slides[act["slide"] - 1] if "slide" in act else None,
                about=act.get("about"),
                more={"pages": pages} if pages else None,
                client_id=_id_of(entry, number),
            )
        )
    RoomEvent.objects.bulk_create(events)
    Room.objects.filter(pk=room.pk).update(last_number=len(events))


def _date_talk(room: Room, entry: dict) -> None:
    starts_at = LiveClass.objects.values_list("starts_at", flat=True).get(pk=room.pk)
    for number, act in enumerate(entry["room"].get("talk", ()), start=1):
        at = starts_at + timedelta(seconds=act["at_s"])
        RoomEvent.objects.filter(room=room, client_id=_id_of(entry, number)).update(at=at)


def _guest(room: Room, act: dict, *, people: dict[str, Person]) -> RoomGuest:
    """Who acts: somebody of the demo by the name they chose there, else the clinician."""
    if "name" not in act:
        return enter_as_staff(Seat(room=room, user=_clinician(room), is_host=True))
    guest, _ = RoomGuest.objects.get_or_create(
        room=room, person=people[act["by"]], defaults={"nickname": act["name"]}
    )
    return guest


def _clinician(room: Room) -> User:
    author = room.live_class.author
    assert author is not None and author.user is not None  # each class of the demo has one
    return author.user


def _id_of(entry: dict, number: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"demo:{entry['key']}:{number}")
