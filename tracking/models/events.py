"""Raw facts: events from browsers that consented, and rows of imported histories."""

from django.db import models
from django.utils import timezone

from people.models import Person, Visitor


class EventKind(models.TextChoices):
    OPEN = "open"
    READ = "read"
    PANEL = "panel"
    PLAY = "play"
    SHARE = "share"
    DOWNLOAD = "download"


class Event(models.Model):
    """One raw fact from a browser, under the id the browser gave it.

    `at` is the corrected moment, `offset_ms` what was added to the client's clock, `active_ms`
    the active time since the view's previous event, `depth` the furthest so far (0 to 1),
    `counted` how much of it page statistics had counted before there was consent,
    `digest` a hash of the payload that tells a repeat from a conflict, `filtered` why it counts
    for nothing (a bot), empty otherwise. Rows go when their reading is sealed.
    """

    id = models.UUIDField(primary_key=True)
    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="events")
    view = models.UUIDField(db_index=True)
    page_id = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=EventKind.choices)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    offset_ms = models.BigIntegerField(default=0)
    active_ms = models.PositiveIntegerField(default=0)
    depth = models.FloatField(null=True)
    counted = models.FloatField(null=True)
    panel = models.CharField(max_length=64, blank=True)
    played = models.JSONField(null=True)
    filtered = models.CharField(max_length=24, blank=True)
    digest = models.CharField(max_length=16)

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class TouchedView(models.Model):
    """Spool of views that got events and wait to be folded; written with them, deleted with it."""

    view = models.UUIDField()

    def __str__(self) -> str:
        return str(self.view)


class ImportBatch(models.Model):
    """One run of import_events: its basis of consent, its file, its counts, and whether undone."""

    file_name = models.CharField(max_length=200)
    file_hash = models.CharField(max_length=64)
    source = models.CharField(max_length=80, blank=True)
    basis = models.CharField(max_length=500)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "import batches"

    def __str__(self) -> str:
        return f"{self.file_name} {self.started_at:%Y-%m-%d}"


class ImportedEvent(models.Model):
    """One row of an imported history, sealed on arrival; its key is a hash of its identity."""

    id = models.UUIDField(primary_key=True)
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="events")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="imported_events")
    page_id = models.BigIntegerField()
    kind = models.CharField(max_length=10)
    at = models.DateTimeField()
    seconds = models.FloatField(null=True)
    count = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["person", "page_id", "kind", "at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
