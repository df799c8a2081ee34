"""Saved rules over people, the people they match, and the log of entering and leaving."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable

from classroom.models import LiveClass
from cms.models import Topic
from people.models import Person


class Match(models.TextChoices):
    ALL = "all", _("all conditions")
    ANY = "any", _("any condition")


class LeadList(ClusterableModel):
    """A saved rule over people; being on it always needs profiling consent as well."""

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


class ConditionKind(models.TextChoices):
    HEAT = "heat", _("heat for a topic is at least")
    TAG = "tag", _("has the interest tag")
    RECENCY = "recency", _("was active in the last days")
    CONSENT = "consent", _("agreed to messages")
    ATTENDED = "attended", _("attended a class in the last days")
    ABSENT = "absent", _("registered for a class and did not come")
    SOURCE = "source", _("came from")


class Condition(Orderable):
    """One condition of a list. Which of the other fields count depends on `kind`.

    heat: topic, value · tag: topic · recency: days, topic optional · consent: nothing ·
    attended: topic or live_class optional, value as share (0 to 1), days ·
    absent: topic or live_class optional, days · source: text.
    """

    lead_list = ParentalKey(LeadList, on_delete=models.CASCADE, related_name="conditions")
    kind = models.CharField(_("condition"), max_length=10, choices=ConditionKind.choices)
    topic = models.ForeignKey(
        Topic,
        verbose_name=_("topic"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    live_class = models.ForeignKey(
        LiveClass,
        verbose_name=_("class"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    value = models.FloatField(_("value"), null=True, blank=True)
    days = models.PositiveIntegerField(_("days"), null=True, blank=True)
    text = models.CharField(_("text"), max_length=80, blank=True)

    class Meta(Orderable.Meta):
        verbose_name = _("condition")

    def __str__(self) -> str:
        return self.get_kind_display()

    def clean(self) -> None:
        """Refuse a condition that its kind cannot be evaluated with; drop what it does not read."""
        from leads.conditions import RULES  # which reads this module

        rule = RULES.get(self.kind)
        if rule is None:
            return
        for name, empty in (("topic", None), ("live_class", None), ("value", None), ("days", None)):
            if name not in rule.takes:
                setattr(self, name, empty)
        if "text" not in rule.takes:
            self.text = ""
        if problem := rule.problem(self):
            raise ValidationError({problem.field: problem.message})


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
