"""What a room shows beside its slides: nothing, a video stream, or the way into another room."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classroom.models.room import NAME_LENGTH, Room


class RoomStage(models.Model):
    """The stage a host chose; a room without a row shows slides alone.

    `kind` names an adapter in `classroom/stages/`. Where there is sound, `captions` says how it can
    be read: carried by the video itself, or typed in the room by `captioner`.
    """

    class Captions(models.TextChoices):
        CARRIED = "carried", _("The video brings its captions with it")
        TYPED = "typed", _("Somebody types them here while the class is on")

    room = models.OneToOneField(
        Room, primary_key=True, on_delete=models.CASCADE, related_name="stage"
    )
    kind = models.CharField(max_length=20)
    address = models.CharField(max_length=500, blank=True)
    captions = models.CharField(max_length=7, choices=Captions.choices, blank=True)
    captioner = models.CharField(max_length=NAME_LENGTH, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.kind} in class {self.room_id}"
