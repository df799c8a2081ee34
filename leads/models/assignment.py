"""Who gets whom: rules in their order, people who arrived on a list, and changes of many at once."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.models import ClinicianPage, Topic
from leads.models.lists import LeadList
from people.models import Branch, Person


class AssignmentRule(models.Model):
    """Gives whoever arrives on a list and has no owner to the least loaded of some colleagues.

    The first rule whose every named condition holds decides; an empty condition holds for all.
    """

    name = models.CharField(_("name"), max_length=120)
    sort_order = models.PositiveSmallIntegerField(
        _("place"), default=10, help_text=_("The lowest comes first; the first that fits decides.")
    )
    enabled = models.BooleanField(_("in force"), default=True)
    lead_list = models.ForeignKey(
        LeadList,
        verbose_name=_("on the list"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="assignment_rules",
    )
    topic = models.ForeignKey(
        Topic,
        verbose_name=_("has the interest tag"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    language = models.CharField(
        _("language"), max_length=10, blank=True, help_text=_("Such as zh-hans or en.")
    )
    branch = models.ForeignKey(
        Branch,
        verbose_name=_("branch"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    clinician = models.ForeignKey(
        ClinicianPage,
        verbose_name=_("follows the clinician"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    owners = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("gives to"),
        related_name="+",
        help_text=_("Of several, to the one with the fewest people at the time."),
    )

    class Meta:
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return self.name


class Arrival(models.Model):
    """Spool of people who came on a list and wait for the rules to be asked."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"person {self.person_id}"


class BulkState(models.TextChoices):
    WAITING = "waiting", _("waits for a yes")
    DONE = "done", _("done")
    UNDONE = "undone", _("taken back")
    CANCELLED = "cancelled", _("cancelled")


class BulkChange(models.Model):
    """Many people given to others at once: it may wait for a yes, and can be taken back."""

    state = models.CharField(max_length=9, choices=BulkState.choices, default=BulkState.WAITING)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"bulk change {self.pk}"


class BulkRow(models.Model):
    """One person of a bulk change: whose they were, whose they become, and the rule where one says so."""

    change = models.ForeignKey(BulkChange, on_delete=models.CASCADE, related_name="rows")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    before = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    after = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    rule = models.ForeignKey(AssignmentRule, null=True, on_delete=models.SET_NULL, related_name="+")
    # Whether this change is what gave them away, so that taking back leaves others' work alone.
    applied = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["change", "person"], name="bulk_row_once_a_person")
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} in bulk change {self.change_id}"
