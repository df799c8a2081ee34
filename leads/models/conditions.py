"""The conditions of a list and the groups they stand in; which fields count depends on the kind."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.models import Orderable

from classroom.models import LiveClass
from cms.models import Topic
from leads.models.labels import Label
from leads.models.lists import LeadList
from people.models import Branch


class GroupMatch(models.TextChoices):
    ALL = "all", _("all of these")
    ANY = "any", _("any of these")
    NONE = "none", _("none of these")


class ConditionGroup(Orderable):
    """Conditions that are asked together; the list's own `match` joins its groups."""

    lead_list = ParentalKey(LeadList, on_delete=models.CASCADE, related_name="groups")
    match = models.CharField(
        _("match"), max_length=4, choices=GroupMatch.choices, default=GroupMatch.ALL
    )

    class Meta(Orderable.Meta):
        verbose_name = _("group of conditions")

    def __str__(self) -> str:
        return self.get_match_display()


class ConditionKind(models.TextChoices):
    HEAT = "heat", _("heat for a topic is at least")
    TAG = "tag", _("has the interest tag")
    RECENCY = "recency", _("was active in the last days")
    READ = "read", _("has read pieces")
    DECLARED = "declared", _("declared an interest")
    ATTENDED = "attended", _("attended a class in the last days")
    ABSENT = "absent", _("registered for a class and did not come")
    REGISTERED = "registered", _("registered for a class")
    ANSWER = "answer", _("answered a question")
    FORM = "form", _("sent something through a form")
    CHANNEL = "channel", _("first registered by a channel")
    CONSENT = "consent", _("agreed to messages")
    SOURCE = "source", _("came from")
    LANGUAGE = "language", _("reads in a language")
    BRANCH = "branch", _("belongs to a branch")
    AGE = "age", _("is of an age")
    CHILD = "child", _("has a child of an age")
    LIST = "list", _("is on another list")
    PICKED = "picked", _("was put on it by hand")
    EXPORTED = "exported", _("was in an export")
    STAGE = "stage", _("is at a stage")
    OWNER = "owner", _("has an owner")
    UNOWNED = "unowned", _("has no owner")
    LABEL = "label", _("carries a label")
    CONTACTED = "contacted", _("was contacted")


# The fields a condition may read besides its kind, each with what stands for nothing.
NOTHING = {
    "topic": None,
    "below": False,
    "live_class": None,
    "branch": None,
    "other_list": None,
    "label": None,
    "owner": None,
    "value": None,
    "count": None,
    "minutes": None,
    "age_from": None,
    "age_to": None,
    "days": None,
    "since": None,
    "until": None,
    "text": "",
}


class Condition(Orderable):
    """One condition of a list; what it reads besides `kind` its rule names in `takes`.

    `value` is heat, or a share from 0 to 1. A window is `days` back from now, or `since` and
    `until`, days of the clinic's calendar, both included. Without a `group` it stands directly
    under the list, joined by the list's own match.
    """

    lead_list = ParentalKey(LeadList, on_delete=models.CASCADE, related_name="conditions")
    group = models.ForeignKey(
        ConditionGroup, null=True, blank=True, on_delete=models.CASCADE, related_name="conditions"
    )
    kind = models.CharField(_("condition"), max_length=10, choices=ConditionKind.choices)
    topic = models.ForeignKey(
        Topic,
        verbose_name=_("topic"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    below = models.BooleanField(_("or a topic below it"), default=False, db_default=False)
    live_class = models.ForeignKey(
        LiveClass,
        verbose_name=_("class"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    branch = models.ForeignKey(
        Branch,
        verbose_name=_("branch"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    other_list = models.ForeignKey(
        LeadList,
        verbose_name=_("other list"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="asked_by",
    )
    label = models.ForeignKey(
        Label,
        verbose_name=_("label"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    value = models.FloatField(_("value"), null=True, blank=True)
    count = models.PositiveIntegerField(_("how many"), null=True, blank=True)
    minutes = models.PositiveIntegerField(_("minutes"), null=True, blank=True)
    age_from = models.PositiveSmallIntegerField(_("from age"), null=True, blank=True)
    age_to = models.PositiveSmallIntegerField(_("to age"), null=True, blank=True)
    days = models.PositiveIntegerField(_("days"), null=True, blank=True)
    since = models.DateField(_("from day"), null=True, blank=True)
    until = models.DateField(_("to day"), null=True, blank=True)
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
        for name, nothing in NOTHING.items():
            if name not in rule.takes:
                setattr(self, name, nothing)
        if problem := rule.problem(self):
            raise ValidationError({problem.field: problem.message})
