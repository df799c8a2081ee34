"""Exports: who asked, for what, how many, until when, and whom each file holds."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.models.lists import LeadList
from people.models import opaque_id


class ExportState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")
    STOPPED = "stopped", _("stopped")
    EXPIRED = "expired", _("expired")


class ExportFormat(models.TextChoices):
    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"


class Export(models.Model):
    """One file of a list's contactable members; belongs to its requester and expires."""

    public_id = models.CharField(max_length=20, unique=True, default=opaque_id, editable=False)
    lead_list = models.ForeignKey(
        LeadList, null=True, on_delete=models.SET_NULL, related_name="exports"
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="exports"
    )
    purpose = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=4, choices=ExportFormat.choices)
    state = models.CharField(max_length=8, choices=ExportState.choices, default=ExportState.WAITING)
    rows = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    requested_at = models.DateTimeField(default=timezone.now)
    built_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    # The newest effect that builds the file; a recall asks for a new one.
    generation = models.PositiveIntegerField(default=0)
    downloaded_at = models.DateTimeField(null=True)
    # That of the newest file that was downloaded.
    downloaded_generation = models.PositiveIntegerField(null=True)
    # In the order of the file; an export from before columns could be chosen names none.
    columns = models.JSONField(default=list, db_default=[])
    # The language of headings and reasons: that of who asked.
    language = models.CharField(max_length=10, blank=True, db_default="")
    # How many members the file leaves out, by reason; counted in the snapshot of the rows.
    left_out = models.JSONField(default=dict, db_default={})

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-requested_at", "-pk"]

    def __str__(self) -> str:
        return self.public_id


class ExportTemplate(models.Model):
    """A choice of columns and format under a name, shared by everybody who may export."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    columns = models.JSONField(default=list)
    format = models.CharField(max_length=4, choices=ExportFormat.choices)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("export template")
        verbose_name_plural = _("export templates")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ExportPerson(models.Model):
    """Whom an export's file holds, by external id, so that a recall finds every file.

    Rows of a file that was never downloaded go with it; what left the clinic stays on record.
    """

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="people")
    person_external_id = models.CharField(max_length=20, db_index=True)
    # That of the newest file that holds the person; an older one than the export's is history.
    generation = models.PositiveIntegerField(default=0)
    # That of the first one: what was downloaded in between held the person.
    first_generation = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name_plural = "export people"
        constraints = [
            models.UniqueConstraint(
                fields=["export", "person_external_id"], name="export_person_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_external_id} in {self.export_id}"


class RecallCause(models.TextChoices):
    WITHDRAWN = "withdrawn", _("withdrew their consent")
    PAUSED = "paused", _("paused their interests")
    ERASED = "erased", _("was erased")


class ExportRecall(models.Model):
    """Somebody in a file that left the clinic may not be in it any more: the row is to be deleted.

    Open until somebody who has the file says that it is done; kept as proof by opaque id.
    """

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="recalls")
    person_external_id = models.CharField(max_length=20, db_index=True)
    cause = models.CharField(max_length=9, choices=RecallCause.choices)
    at = models.DateTimeField(default=timezone.now)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("recall")
        verbose_name_plural = _("recalls")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["export", "person_external_id"],
                condition=models.Q(acknowledged_at__isnull=True),
                name="recall_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_external_id} out of {self.export_id}"
