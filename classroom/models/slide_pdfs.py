"""PDFs that hosts uploaded: each page becomes a slide, one after the other, while the tab counts."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classroom.models.room import Room, RoomSlide


class SlidePdf(models.Model):
    """One PDF on its way into a room's slides; the file goes when that is done.

    `pages_done` pages have been looked at: each is a slide, or stands in `left_out` by its number.
    `last_slide` is the slide of the newest page, and the next one goes behind it. `problem` is a code.
    """

    class State(models.TextChoices):
        TAKING = "taking", _("is being made into slides")
        TAKEN = "taken", _("made into slides")
        FAILED = "failed", _("could not be made into slides")
        STOPPED = "stopped", _("stopped")

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="pdfs")
    state = models.CharField(max_length=7, choices=State.choices, default=State.TAKING)
    file_name = models.CharField(max_length=200)
    stored_as = models.CharField(max_length=40, blank=True)
    pages = models.PositiveIntegerField(default=0)
    pages_done = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=list)
    last_slide = models.ForeignKey(
        RoomSlide, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    problem = models.CharField(max_length=10, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    uploaded_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"PDF {self.pk} for class {self.room_id}"
