"""Makes a class that is on with its room and everybody's places, and says things in it."""

from uuid import uuid4


def make_room(seats: str) -> dict:
    """So many places with their tokens, and the headers of a host."""
    from django.test import Client

    from bench.inside_class import class_subject
    from classroom.models import Room, RoomGuest
    from people.models import User

    made = class_subject(seats)
    room = Room.objects.create(live_class_id=made["page_id"])
    RoomGuest.objects.bulk_create(
        RoomGuest(room=room, person_id=person, nickname=f"Guest {number}")
        for number, person in enumerate(made["people"])
    )
    client = Client()
    client.force_login(User.objects.create_superuser(username=f"host-{uuid4()}"))
    forged = "x" * 32
    cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={forged}"
    return {
        "class_id": room.pk,
        "tokens": made["tokens"],
        "headers": {"Cookie": cookies, "X-CSRFToken": forged},
    }


def say_in_room(class_id: str, count: str) -> dict:
    """So many messages of a host, while no server runs; figures are the last number."""
    from classroom.models import Room
    from classroom.room_access import Seat
    from classroom.services.room import send_message
    from people.models import User

    room = Room.objects.get(live_class_id=class_id)
    user = User.objects.filter(username__startswith="host-").latest("pk")
    seat = Seat(room=room, user=user, is_host=True)
    last = 0
    for number in range(int(count)):
        last = send_message(
            seat=seat, text=f"While you were away {number}", client_id=uuid4()
        ).number
    return {"last": last}


MEASUREMENTS = {"make_room": make_room, "say_in_room": say_in_room}
