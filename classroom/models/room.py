"""A class's own room: its slides, its guests by chosen names, and the one list of what happened in it.

The list is appended to and never reordered; what is taken back loses its words and keeps its row
(docs/decisions/0023).
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classroom.models.classes import LiveClass
from cms.uploads.fields import PictureFileField
from people.models import Person

MESSAGE_LENGTH = 1000
NICKNAME_LENGTH = 24
# What the clinic calls its own people may be longer.
NAME_LENGTH = 60


class Room(models.Model):
    """The room of the class that holds the places; `last_number` counts its events.

    Whoever appends an event holds this row until the commit, so numbers are given in the order in
    which they become visible, and none is missing. `state_number` counts the changes of what is a
    snapshot and no event: votes, and what hosts decide. With `slow_s` above 0 a guest says one
    thing in so many seconds; they send voice clips only while `guests_speak`.
    """

    live_class = models.OneToOneField(
        LiveClass, primary_key=True, on_delete=models.CASCADE, related_name="room"
    )
    last_number = models.PositiveIntegerField(default=0)
    state_number = models.PositiveIntegerField(default=0, db_default=0)
    slow_s = models.PositiveSmallIntegerField(default=0, db_default=0)
    guests_speak = models.BooleanField(default=False, db_default=False)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"room of class {self.live_class_id}"


class RoomSlide(models.Model):
    """One picture that the clinicians show; `description` says what it shows to who cannot see it."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="slides")
    file = PictureFileField(
        _("picture"), upload_to="slides", width_field="width", height_field="height"
    )
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    description = models.CharField(_("what it shows"), max_length=500, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"slide {self.pk} of class {self.room_id}"


class RoomGuest(models.Model):
    """Somebody in a room under the name they chose for it: who has a place, or a login of staff.

    A muted guest listens only; one who was put out does not come in.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="guests")
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="room_guests"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="room_guests",
    )
    nickname = models.CharField(_("name in the room"), max_length=NAME_LENGTH)
    came_at = models.DateTimeField(default=timezone.now)
    muted_at = models.DateTimeField(null=True, blank=True)
    put_out_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "person"], name="room_guest_once_a_person"),
            models.UniqueConstraint(fields=["room", "user"], name="room_guest_once_a_user"),
            models.CheckConstraint(
                condition=models.Q(person=None) ^ models.Q(user=None),
                name="room_guest_is_person_or_user",
            ),
        ]

    def __str__(self) -> str:
        return f"guest {self.pk} of class {self.room_id}"


class RoomEvent(models.Model):
    """One thing that happened in a room: `number` counts from 1 in each room, without a gap.

    `about` is the number of the event that is answered, removed, closed or put into words. `more` is
    what its kind has beside words: of a message or question the ids of this site's pages that it
    names, of a poll its options, of a closed one the counts of their votes, of a picture (its text
    says what it shows) its address and size, of a voice clip (its text says what is said) its
    address and length. `name` is what the guest was
    called then. `client_id` is the sender's own: sent again it is the same event. It is None where
    nobody sent anything, as for words that went with their writer.
    """

    class Kind(models.TextChoices):
        OPENED = "opened"
        CLOSED = "closed"
        SLIDE = "slide"
        MESSAGE = "message"
        QUESTION = "question"
        ANSWERED = "answered"
        REMOVED = "removed"
        POLL = "poll"
        POLL_CLOSED = "poll_closed"
        PICTURE = "picture"
        STAGE = "stage"
        CAPTION = "caption"
        VOICE = "voice"
        VOICE_WORDS = "voice_words"

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    guest = models.ForeignKey(
        RoomGuest, null=True, blank=True, on_delete=models.SET_NULL, related_name="events"
    )
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    by_host = models.BooleanField(default=False)
    text = models.TextField(max_length=MESSAGE_LENGTH, blank=True)
    slide = models.ForeignKey(
        RoomSlide, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    about = models.PositiveIntegerField(null=True, blank=True)
    more = models.JSONField(null=True, blank=True)
    client_id = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    #: What is shown of the pages it names, for whoever read it `with_cards` (classroom.piece_cards).
    cards: Sequence[dict[str, Any]] = ()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "number"], name="room_event_number_once"),
            models.UniqueConstraint(fields=["room", "client_id"], name="room_event_sent_once"),
        ]
        indexes = [models.Index(fields=["guest", "at"], name="room_event_of_guest")]
        ordering = ["room", "number"]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} in class {self.room_id}"
