"""What staff bring and decide around reports: uploaded files, saved column mappings, decisions on names."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classroom.models.classes import LiveClass
from classroom.models.raw import AttendanceImport, ReportAttendee
from people.models import Person


class ReportUpload(models.Model):
    """A report that staff uploaded: looked at first, then taken in; the file goes afterwards.

    `stored_as` names the folder in DATA_DIR that holds the file, empty once it is deleted.
    `format`, `time_zone` and `columns` are what staff chose, empty for what is recognised.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for your decision")
        TAKING = "taking", _("is being taken in")
        TAKEN = "taken", _("taken in")
        NOTHING_NEW = "nothing_new", _("nothing new in it")
        FAILED = "failed", _("could not be taken in")
        DISCARDED = "discarded", _("discarded")

    live_class = models.ForeignKey(
        LiveClass, on_delete=models.CASCADE, related_name="report_uploads"
    )
    state = models.CharField(max_length=11, choices=State.choices, default=State.WAITING)
    file_name = models.CharField(max_length=200)
    stored_as = models.CharField(max_length=40, blank=True)
    format = models.CharField(max_length=14, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    columns = models.JSONField(default=dict)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=500, blank=True)
    batch = models.ForeignKey(
        AttendanceImport, null=True, blank=True, on_delete=models.SET_NULL, related_name="uploads"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    uploaded_at = models.DateTimeField(default=timezone.now, db_index=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"upload {self.pk} for class {self.live_class_id}"


class ColumnMapping(models.Model):
    """What the columns of a table mean, saved by name; a file with the same heading maps itself.

    `signature` stands for the headings in their order, `columns` is meaning to heading.
    """

    name = models.CharField(_("name"), max_length=80)
    signature = models.CharField(max_length=32, unique=True)
    columns = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class AttendeeDecision(models.Model):
    """Who staff say a name in a report is, one row a name; an undone one stays with its moment.

    Rows of one `act` were decided together. `before_person` and `before_matched_by` are what
    undoing brings back.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("is this person")
        NEW = "new", _("is somebody new")
        DEVICE = "device", _("is not a person")
        LATER = "later", _("is decided later")

    live_class = models.ForeignKey(
        LiveClass, on_delete=models.CASCADE, related_name="attendee_decisions"
    )
    act = models.UUIDField(default=uuid.uuid4, db_index=True)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    attendee = models.ForeignKey(
        ReportAttendee, null=True, on_delete=models.SET_NULL, related_name="decisions"
    )
    name = models.CharField(max_length=200, blank=True)
    name_key = models.CharField(max_length=400, blank=True, db_index=True)
    contact = models.CharField(max_length=254, blank=True)
    person = models.ForeignKey(
        Person, null=True, on_delete=models.CASCADE, related_name="attendee_decisions"
    )
    before_person = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    before_matched_by = models.CharField(max_length=7, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} for attendee {self.attendee_id}"
