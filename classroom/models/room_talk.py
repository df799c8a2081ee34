"""What stands beside a room's events: votes that are counted, files of pictures and voices, who else is a host."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from classroom.models.room import Room, RoomEvent, RoomGuest
from cms.uploads.fields import PictureFileField


class RoomVote(models.Model):
    """One guest's vote for the question, or in the poll, of that number; None where it was taken back.

    It is there to count each guest once. Nothing shows whose it is, and when a poll is closed its
    votes are deleted: what stays are the counts.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="votes")
    number = models.PositiveIntegerField()
    guest = models.ForeignKey(RoomGuest, on_delete=models.CASCADE, related_name="votes")
    choice = models.PositiveSmallIntegerField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "number", "guest"], name="room_vote_once"),
        ]
        indexes = [models.Index(fields=["guest", "at"], name="room_vote_of_guest")]

    def __str__(self) -> str:
        return f"vote on {self.number} in class {self.room_id}"


class RoomPicture(models.Model):
    """The file of a picture that somebody showed in the talk; it goes when that is removed."""

    event = models.OneToOneField(RoomEvent, on_delete=models.CASCADE, related_name="picture")
    file = PictureFileField(upload_to="room-pictures", width_field="width", height_field="height")
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)

    def __str__(self) -> str:
        return f"picture {self.pk} in a room"


class RoomVoice(models.Model):
    """The file of a voice clip in the talk; it goes when that is removed."""

    event = models.OneToOneField(RoomEvent, on_delete=models.CASCADE, related_name="voice")
    file = models.FileField(upload_to="room-voices")
    duration_ms = models.PositiveIntegerField(editable=False)

    def __str__(self) -> str:
        return f"voice clip {self.pk} in a room"


class RoomHost(models.Model):
    """A login of staff that holds this room together with those who give the class."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="hosts")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hosted_rooms"
    )
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="room_host_once")]

    def __str__(self) -> str:
        return f"host {self.user_id} of class {self.room_id}"
