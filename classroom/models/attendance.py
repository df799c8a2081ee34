"""What each person attended, and the terms on which it counts; computed from the raw rows."""

from django.db import models
from django.utils import timezone

from classroom.models.classes import AttendanceCounts, AttendanceMeasure, LiveClass
from people.models import Person


class AttendancePolicy(models.Model):
    """Append-only: what "attended" meant for a class, from when; the newest version holds."""

    live_class = models.ForeignKey(LiveClass, on_delete=models.CASCADE, related_name="policies")
    version = models.PositiveSmallIntegerField()
    measure = models.CharField(max_length=8, choices=AttendanceMeasure.choices)
    at_least = models.FloatField()
    counts = models.CharField(max_length=14, choices=AttendanceCounts.choices)
    from_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["live_class", "version"], name="attendance_policy_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"version {self.version}: {self.measure} from {self.at_least:g}, {self.counts}"


class Attendance(models.Model):
    """One person's union of intervals in one class, live and replay apart, in seconds.

    `share` is the live part of the class's length (0 to 1). `first_join` and `last_leave` are the
    ends of that union, so they lie inside the class (or its replay). `policy_version` is the
    version of the terms that `attended` was decided by.
    """

    live_class = models.ForeignKey(LiveClass, on_delete=models.CASCADE, related_name="attendances")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="attendances")
    first_join = models.DateTimeField()
    last_leave = models.DateTimeField()
    live_seconds = models.FloatField(default=0.0)
    replay_seconds = models.FloatField(default=0.0)
    share = models.FloatField(default=0.0)
    attended = models.BooleanField(default=False)
    policy_version = models.PositiveSmallIntegerField(default=1)
    sources = models.JSONField(default=list)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["live_class", "person"], name="attendance_once_a_class")
        ]

    def __str__(self) -> str:
        return f"attendance of person {self.person_id} in class {self.live_class_id}"
