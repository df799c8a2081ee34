"""The anonymous plane: counters by page and day, a spool that feeds them, a ledger of used ids."""

from django.db import models


class StatisticSpool(models.Model):
    """Deltas of one event for the page statistics, folded into counters and deleted.

    Rows of both planes are alike: none carries a visitor, a view or an event id.
    """

    page_id = models.BigIntegerField()
    day = models.DateField()
    kind = models.CharField(max_length=8)
    active_ms = models.PositiveIntegerField(default=0)
    depth = models.FloatField(null=True)
    panel = models.CharField(max_length=64, blank=True)
    referrer = models.CharField(max_length=8, blank=True)
    campaign = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=10, blank=True)
    device = models.CharField(max_length=8, blank=True)
    filtered = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"spool row {self.pk}"


class EventLedger(models.Model):
    """Single-use ids of anonymous events of the last 8 days; names no page."""

    id = models.UUIDField(primary_key=True)
    day = models.DateField(db_index=True)

    def __str__(self) -> str:
        return str(self.id)


class PageCounter(models.Model):
    """A one-dimensional count: page, UTC day, dimension, value. `active_ms` counts milliseconds."""

    page_id = models.BigIntegerField()
    day = models.DateField()
    dimension = models.CharField(max_length=12)
    value = models.CharField(max_length=64, blank=True)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["page_id", "day", "dimension", "value"], name="page_counter_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dimension} of page {self.page_id}"


class IngestCounter(models.Model):
    """What ingest did with events, by UTC day and name (`conflict`, `too_old`, `filtered`, ...)."""

    day = models.DateField()
    name = models.CharField(max_length=24)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "name"], name="ingest_counter_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.day}"
