"""What a class leaves behind: its recording, chapters, and what each person played of it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classroom.models.classes import LiveClass
from classroom.models.questions import Question
from classroom.models.room import RoomEvent
from people.models import Person

CHAPTER_LENGTH = 120


class Replay(models.Model):
    """The recording of a class that is held in our own room, if it has one.

    `offset_ms` is the moment of the room's own time at which the recording begins; it may be less
    than 0, where somebody pressed the button before the class.
    """

    live_class = models.OneToOneField(
        LiveClass, primary_key=True, on_delete=models.CASCADE, related_name="replay"
    )
    recording = models.ForeignKey(
        "cms.ClinicMedia",
        verbose_name=_("recording"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    offset_ms = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"replay of class {self.live_class_id}"


class ReplayChapter(models.Model):
    """A chapter in a host's words: one of their own at `at_ms`, or another title for what the room
    gives by itself, where `about` is the number of the slide turned or the question asked.

    Without a title it leaves that chapter out.
    """

    live_class = models.ForeignKey(LiveClass, on_delete=models.CASCADE, related_name="chapters")
    about = models.PositiveIntegerField(null=True, blank=True)
    at_ms = models.PositiveIntegerField(null=True, blank=True)
    title = models.CharField(_("chapter"), max_length=CHAPTER_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["live_class", "about"], name="replay_chapter_once"),
            models.CheckConstraint(
                condition=models.Q(about=None) ^ models.Q(at_ms=None),
                name="replay_chapter_about_or_at",
            ),
        ]

    def __str__(self) -> str:
        return f"chapter {self.pk} of class {self.live_class_id}"


class PlayedPart(models.Model):
    """A part of a replay that one person played for the first time, in its own milliseconds.

    `at` is the server's clock when it was told. Parts of one person never overlap. Of a recording
    they are on the recording's time, else on the room's own.
    """

    live_class = models.ForeignKey(LiveClass, on_delete=models.CASCADE, related_name="played_parts")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="played_parts")
    of_recording = models.BooleanField(default=False)
    from_ms = models.PositiveIntegerField()
    to_ms = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["live_class", "person"], name="played_of_person")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_ms__gt=models.F("from_ms")), name="played_forward"
            )
        ]

    def __str__(self) -> str:
        return f"part {self.pk} played by person {self.person_id} in class {self.live_class_id}"


class LateQuestion(models.Model):
    """A question of a room that was not answered there, and its place at the desk.

    The row stays when the question goes, so that it is not asked a second time.
    """

    event = models.OneToOneField(RoomEvent, on_delete=models.CASCADE, related_name="late")
    question = models.OneToOneField(
        Question, null=True, on_delete=models.SET_NULL, related_name="asked_in_room"
    )

    def __str__(self) -> str:
        return f"late question {self.pk}"
