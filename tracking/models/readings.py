"""Whom signals add up for, the yardsticks of pages, and readings folded from events."""

from django.db import models
from django.utils import timezone

from people.models import Person, Visitor


class Profile(models.Model):
    """Whom evidence adds up for: a person, or a visitor not yet joined to one.

    It exists only under profiling consent; deleting it deletes every profile row.
    """

    person = models.OneToOneField(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="profile"
    )
    visitor = models.OneToOneField(
        Visitor, null=True, blank=True, on_delete=models.CASCADE, related_name="profile"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=True) ^ models.Q(visitor__isnull=True),
                name="profile_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"profile {self.pk}"


class PageYardstick(models.Model):
    """What a page asked of its reader from a moment on; appended at each publishing.

    `expected_s` is the time a full reading takes, null where it cannot be told; `topics` maps
    topic ids (as text) to weights, parents' spread not included.
    """

    page_id = models.BigIntegerField()
    valid_from = models.DateTimeField(default=timezone.now)
    expected_s = models.FloatField(null=True)
    panels = models.PositiveIntegerField(default=0)
    topics = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["page_id", "valid_from"])]

    def __str__(self) -> str:
        return f"yardstick of page {self.page_id}"


class Reading(models.Model):
    """One view of one page by one visitor, folded from its events.

    `active_s` is min(sum of active, last at - first at + first active, 3 x expected). `part`
    counts the readings of a view that went on after its seal.
    """

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="readings")
    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="readings")
    view = models.UUIDField()
    part = models.PositiveSmallIntegerField(default=0)
    page_id = models.BigIntegerField()
    yardstick = models.ForeignKey(
        PageYardstick, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)
    day = models.DateField()
    active_s = models.FloatField(default=0.0)
    depth = models.FloatField(null=True)
    panels = models.JSONField(default=list)
    played = models.JSONField(default=list)
    shared_at = models.DateTimeField(null=True)
    downloaded_at = models.DateTimeField(null=True)
    events = models.PositiveIntegerField(default=0)
    sealed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["visitor", "view", "page_id", "part"], name="reading_once_a_view"
            )
        ]
        indexes = [models.Index(fields=["profile", "page_id", "day"])]

    def __str__(self) -> str:
        return f"reading of page {self.page_id}"
