"""Tables of people that staff bring in: the file, what its columns mean, where each row went."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.models.labels import Label, PersonLabel
from people.models import ContactKind, Person, opaque_id


class ImportGoal(models.TextChoices):
    PEOPLE = "people", _("people you may keep interests of")
    SUPPRESSION = "suppression", _("addresses and numbers nobody may write to")


class PeopleImport(models.Model):
    """One table: the file lies in `stored_as` until it is taken in, discarded or too old.

    `columns` maps a field of a person to the place of its column; `answers` maps a line of the file
    to what staff decided about it; `counts` holds how many rows ended how. With a `label` everybody in
    it gets that one, so that a list can ask for them.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        TAKING = "taking", _("being taken in")
        TAKEN = "taken", _("taken in")
        FAILED = "failed", _("failed")
        DISCARDED = "discarded", _("deleted")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    public_id = models.CharField(max_length=20, unique=True, default=opaque_id, editable=False)
    goal = models.CharField(_("What is in it"), max_length=12, choices=ImportGoal.choices)
    file_name = models.CharField(max_length=200)
    stored_as = models.CharField(max_length=32, blank=True)
    file_hash = models.CharField(max_length=64)
    basis = models.CharField(max_length=500, blank=True)
    label = models.ForeignKey(
        Label, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    columns = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    problem = models.CharField(max_length=500, blank=True)
    counts = models.JSONField(default=dict)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    uploaded_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("import of people")
        verbose_name_plural = _("imports of people")
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name


class RowOutcome(models.TextChoices):
    CREATED = "created", _("new")
    KNOWN = "known", _("known already")
    REPEATED = "repeated", _("said twice in the file")
    LEFT_OUT = "left_out", _("left out")
    BAD = "bad", _("cannot be read")
    SUPPRESSED = "suppressed", _("nobody may write there now")


class ImportedRow(models.Model):
    """Where one line of a table went, and by what its person was known."""

    people_import = models.ForeignKey(PeopleImport, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=RowOutcome.choices)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    evidence = models.CharField(max_length=40, blank=True)
    # The label that this line gave, so that taking the table back takes it, too.
    given = models.ForeignKey(
        PersonLabel, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # What it added to somebody known (leads/services/people_filling.py), for the same reason.
    filled = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["people_import", "line"], name="row_of_an_import_once")
        ]

    def __str__(self) -> str:
        return f"line {self.line} of import {self.people_import_id}"


class PeopleColumns(models.Model):
    """What the columns of tables with these headings mean, as somebody said once."""

    signature = models.CharField(max_length=32, unique=True)
    columns = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "people columns"

    def __str__(self) -> str:
        return self.signature


class SuppressedContact(models.Model):
    """An address or number that nobody may write to, whoever it belongs to and whatever they agreed."""

    kind = models.CharField(_("kind"), max_length=5, choices=ContactKind.choices)
    value = models.CharField(_("address or number"), max_length=254)
    reason = models.CharField(_("why"), max_length=200, blank=True)
    people_import = models.ForeignKey(
        PeopleImport, null=True, blank=True, on_delete=models.SET_NULL, related_name="suppressed"
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("suppressed contact")
        verbose_name_plural = _("suppressed contacts")
        ordering = ["-added_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="suppressed_contact_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
