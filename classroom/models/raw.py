"""The raw rows that attendance is computed from: signs of life, report rows, corrections.

They are appended and never edited; only the whole of an import can be taken back.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classroom.intervals import Interval, halves_of
from classroom.models.classes import LiveClass
from people.models import Person


class PresenceBeat(models.Model):
    """One sign of life of one tab on the class page, on the server's clock."""

    class Kind(models.TextChoices):
        JOIN = "join"
        BEAT = "beat"
        LEAVE = "leave"

    live_class = models.ForeignKey(LiveClass, on_delete=models.CASCADE, related_name="beats")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="presence_beats")
    tab = models.CharField(max_length=40)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    is_replay = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["live_class", "person", "at"], name="beat_of_person")]

    def __str__(self) -> str:
        return f"{self.kind} of person {self.person_id} in class {self.live_class_id}"


class AttendanceImport(models.Model):
    """One report file taken in for one class; undoing deletes its rows and keeps this one."""

    live_class = models.ForeignKey(LiveClass, on_delete=models.CASCADE, related_name="imports")
    format = models.CharField(max_length=14)
    file_name = models.CharField(max_length=200)
    file_hash = models.CharField(max_length=64, db_index=True)
    counts = models.JSONField(default=dict)
    actor = models.CharField(max_length=120)
    imported_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"attendance import {self.pk}"


class ReportAttendee(models.Model):
    """A contact and a name as reports of a class give them; several may be one human.

    Without `person` they wait until somebody decides (see classroom.faces for who belongs
    together); one marked as no person waits for nobody and counts nowhere. `contact` is in the form contact points are compared in, where it is one; the keys
    are names in comparable form: as written, and before and in the brackets of a renaming.
    """

    class MatchedBy(models.TextChoices):
        CONTACT = "contact", _("verified contact")
        NAME = "name", _("name of somebody registered")
        STAFF = "staff", _("decided by staff")
        MEMORY = "memory", _("decided by staff for an earlier class")
        DEVICE = "device", _("not a person")

    live_class = models.ForeignKey(LiveClass, on_delete=models.CASCADE, related_name="attendees")
    key = models.CharField(max_length=32)
    name = models.CharField(max_length=200, blank=True)
    contact = models.CharField(max_length=254, blank=True, db_index=True)
    name_key = models.CharField(max_length=400, blank=True)
    shown_key = models.CharField(max_length=400, blank=True)
    original_key = models.CharField(max_length=400, blank=True)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="reported_as"
    )
    matched_by = models.CharField(max_length=7, choices=MatchedBy.choices, blank=True)
    matched_at = models.DateTimeField(null=True, blank=True)
    put_off_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["live_class", "key"], name="attendee_once_a_class")
        ]

    def __str__(self) -> str:
        return f"attendee {self.pk} of class {self.live_class_id}"


class ReportRow(models.Model):
    """One stay as a report tells it, unclipped; `seconds` may be less than from join to leave.

    `identity` is the same for the same row in whatever file of the class. Every import keeps all
    of its rows, so that undoing one takes nothing from another; the union counts them once.
    """

    live_class = models.ForeignKey(LiveClass, on_delete=models.CASCADE, related_name="report_rows")
    batch = models.ForeignKey(AttendanceImport, on_delete=models.CASCADE, related_name="rows")
    attendee = models.ForeignKey(ReportAttendee, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    identity = models.CharField(max_length=32)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField()
    seconds = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "identity"], name="report_row_once_a_batch")
        ]
        indexes = [models.Index(fields=["live_class", "identity"], name="report_row_of_class")]

    def __str__(self) -> str:
        return f"line {self.line} of import {self.batch_id}"

    @property
    def intervals(self) -> list[Interval]:
        """The time that counts."""
        return halves_of(Interval(self.joined_at, self.left_at), seconds=self.seconds)


class AttendanceCorrection(models.Model):
    """What staff know better, with author and reason; a mistake is taken back by another row."""

    class Kind(models.TextChoices):
        PRESENT = "present", _("was there")
        ABSENT = "absent", _("was not there")
        ATTENDED = "attended", _("counts as attended")
        NOT_ATTENDED = "not_attended", _("does not count as attended")
        TAKE_BACK = "take_back", _("takes another correction back")

    live_class = models.ForeignKey(
        LiveClass, on_delete=models.CASCADE, related_name="attendance_corrections"
    )
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="attendance_corrections"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    from_at = models.DateTimeField(null=True, blank=True)
    to_at = models.DateTimeField(null=True, blank=True)
    takes_back = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="taken_back_by"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=500)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.kind} for person {self.person_id} in class {self.live_class_id}"


class DoorCheck(models.Model):
    """One scan at the door of a lecture in the clinic: in the room from `at` until the end."""

    live_class = models.ForeignKey(LiveClass, on_delete=models.CASCADE, related_name="door_checks")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="door_checks")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["live_class", "person"], name="door_check_once")
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} at the door of class {self.live_class_id}"
