"""Saved rules over people, the people they match, and the log of entering and leaving."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.models import ClusterableModel

from people.models import Person


class Match(models.TextChoices):
    ALL = "all", _("all groups")
    ANY = "any", _("any group")


class LeadList(ClusterableModel):
    """A saved rule over people; being on it always needs profiling consent as well.

    `match` joins its groups of conditions.
    """

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("slug"), unique=True, max_length=120)
    description = models.TextField(_("description"), blank=True)
    match = models.CharField(_("match"), max_length=3, choices=Match.choices, default=Match.ALL)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    evaluated_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When something last changed that asks for building the list anew; null once that is done.
    changed_at = models.DateTimeField(null=True, blank=True, default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("lead list")
        verbose_name_plural = _("lead lists")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person on a list now, why, and when time alone could end it (`due_at`)."""

    lead_list = models.ForeignKey(LeadList, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    entered_at = models.DateTimeField()
    reason = models.JSONField(default=list)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["lead_list", "person"], name="membership_once_a_list")
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} on list {self.lead_list_id}"


class DueLook(models.Model):
    """A person who is not on a list and could enter it by time alone: when to look again."""

    lead_list = models.ForeignKey(LeadList, on_delete=models.CASCADE, related_name="looks")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead_list", "person"], name="look_once_a_list")
        ]

    def __str__(self) -> str:
        return f"look at person {self.person_id} for list {self.lead_list_id}"


class MembershipLog(models.Model):
    """Append-only: a person entered or left a list, when and why."""

    lead_list = models.ForeignKey(LeadList, on_delete=models.CASCADE, related_name="log")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="membership_log")
    entered = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)
    reason = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"person {self.person_id} {'entered' if self.entered else 'left'}"


class TouchedPerson(models.Model):
    """Spool of people whose facts changed and who wait to be re-evaluated."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"person {self.person_id}"


class ListVersion(models.Model):
    """Append-only: the rules of a list as data, from when, and by whom (None: the system)."""

    lead_list = models.ForeignKey(LeadList, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    rules = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    put_back = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead_list", "number"], name="list_version_once")
        ]

    def __str__(self) -> str:
        return f"version {self.number} of list {self.lead_list_id}"
