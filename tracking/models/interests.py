"""The rules of interest, signals, interests, interest tags, declarations and vetoes."""

from datetime import UTC, datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.models import Topic
from tracking.models.readings import PageYardstick, Profile


class SignalKind(models.TextChoices):
    READING = "reading", _("reading")
    ATTENDANCE = "attendance", _("class")
    LIKE = "like", _("like")
    BOOKMARK = "bookmark", _("bookmark")
    FOLLOW = "follow", _("follow")
    SHARE = "share", _("share")
    DOWNLOAD = "download", _("download")
    COMMENT = "comment", _("comment")
    QUESTION = "question", _("question")
    ANSWER = "answer", _("answer")
    DECLARED = "declared", _("declared")
    LABEL = "label", _("staff label")
    DEVICE = "device", _("device result")


def default_strengths() -> dict[str, float]:
    """Strength of each kind in units of one full reading, as rule version 1 has them."""
    return {
        "reading": 1.0,
        "attendance": 3.0,
        "like": 0.5,
        "bookmark": 0.5,
        "follow": 0.5,
        "share": 0.5,
        "download": 0.5,
        "comment": 1.0,
        "question": 2.0,
        "answer": 2.0,
        "declared": 4.0,
        "label": 4.0,
        "device": 4.0,
    }


def default_evidence() -> dict[str, float]:
    """The minimum evidence of a tag, as rule version 1 has it."""
    return {"pages": 2, "page_strength": 0.5, "attendance_strength": 1.5}


class RuleVersion(models.Model):
    """One version of the rules of interest. The newest one holds; older ones stay for receipts.

    A `day_cap` of 0 is no limit.
    Profiles up to `recomputed_upto` have been recomputed under it; all have at `recomputed_at`.
    Versions of another half-life have another `epoch`, under which masses keep their heat.
    """

    number = models.PositiveIntegerField(unique=True)
    half_life_days = models.FloatField(default=30.0)
    epoch = models.DateTimeField(default=datetime(2020, 1, 1, tzinfo=UTC))
    enter = models.FloatField(default=1.5)
    leave = models.FloatField(default=0.5)
    parent_share = models.FloatField(default=0.0)
    depth_share = models.FloatField(default=0.5, db_default=0.5)
    day_cap = models.FloatField(default=0.0, db_default=0.0)
    strengths = models.JSONField(default=default_strengths)
    evidence = models.JSONField(default=default_evidence)
    created_at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    recomputed_upto = models.BigIntegerField(default=0, db_default=0)
    recomputed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(half_life_days__gte=7, half_life_days__lte=365),
                name="half_life_7_to_365_days",
            ),
            models.CheckConstraint(
                condition=models.Q(enter__gt=models.F("leave"), leave__gt=0),
                name="enter_over_leave",
            ),
        ]

    def __str__(self) -> str:
        return f"rule version {self.number}"


class Signal(models.Model):
    """One piece of evidence: a profile, an item, a kind and a UTC day.

    `strength` is in units of one full reading, `at` the moment of the last event counted.
    `item_key` is `page:<id>`, `class:<id>` or `topic:<id>`. Topics and weights come from the
    yardstick, or from `topic` with weight 1 where the signal is about one.
    """

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="signals")
    kind = models.CharField(max_length=10, choices=SignalKind.choices)
    item_key = models.CharField(max_length=32)
    day = models.DateField()
    at = models.DateTimeField()
    strength = models.FloatField()
    page_id = models.BigIntegerField(null=True)
    topic = models.ForeignKey(Topic, null=True, on_delete=models.CASCADE, related_name="+")
    yardstick = models.ForeignKey(
        PageYardstick, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    detail = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "kind", "item_key", "day"], name="signal_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.item_key}"


class Interest(models.Model):
    """Heat of one profile for one topic, stored forward-decayed: mass = sum s w 2^((t-EPOCH)/h)."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="interests")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    mass = models.FloatField()
    signals = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "topic"], name="interest_once_a_topic")
        ]
        indexes = [models.Index(fields=["topic", "mass"])]

    def __str__(self) -> str:
        return f"interest of profile {self.profile_id}"


class InterestTag(models.Model):
    """One stretch of time, entered_at <= T < lapses_at, in which an interest is a tag."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="interest_tags")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    entered_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    rule = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "topic", "entered_at"], name="interest_tag_once"
            )
        ]
        indexes = [models.Index(fields=["topic", "lapses_at"])]

    def __str__(self) -> str:
        return f"interest tag of profile {self.profile_id}"


class Declaration(models.Model):
    """The person said so: an interest declared at a moment."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="declarations")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"declaration of profile {self.profile_id}"


class StatedInterest(models.Model):
    """Staff noted or a device measured it: one statement about a topic, with its own source.

    `ref` is what the one who stated it calls it, `source` names the device, `value` is what it
    wrote.
    """

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="statements")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=SignalKind.choices)
    source = models.CharField(max_length=80, blank=True)
    value = models.CharField(max_length=40, blank=True)
    ref = models.CharField(max_length=80, db_index=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "ref"], name="statement_once_a_profile")
        ]

    def __str__(self) -> str:
        return f"statement about profile {self.profile_id}"


class VetoReason(models.TextChoices):
    DELETED = "deleted", _("deleted")
    NOT_INTERESTED = "not_interested", _("not interested")


class Veto(models.Model):
    """The person took a tag away: signals up to `at` weigh 0 for the topic.

    "Not interested" also silences later signals, until a declaration.
    """

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="vetoes")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=14, choices=VetoReason.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "vetoes"

    def __str__(self) -> str:
        return f"veto of profile {self.profile_id}"
