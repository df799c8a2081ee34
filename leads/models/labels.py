"""Labels that staff or a device give to people; the words are governed, nobody types their own."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cms.models import Topic
from people.models import Person


class LabelSetKind(models.TextChoices):
    AGE_GROUP = "age_group", _("age group")
    CHARACTERISTIC = "characteristic", _("characteristic")
    OTHER = "other", _("something else")


class LabelSet(models.Model):
    """Labels that belong together, such as "Skin type"; where `one_only`, a person has one of them.

    An age group and characteristics together say who somebody is: 25 to 34, oily, sensitive.
    """

    slug = models.SlugField(_("slug"), unique=True, max_length=60)
    name = models.CharField(_("name"), max_length=80)
    name_zh = models.CharField(_("Chinese name"), max_length=80, blank=True)
    kind = models.CharField(
        _("kind"),
        max_length=14,
        choices=LabelSetKind.choices,
        default=LabelSetKind.CHARACTERISTIC,
    )
    one_only = models.BooleanField(_("one of them at a time"), default=True)

    class Meta:
        verbose_name = _("label set")
        verbose_name_plural = _("label sets")
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return _in_language(self.name, self.name_zh)


class Label(models.Model):
    """One governed label. With a topic it says what somebody is interested in: a profile row."""

    label_set = models.ForeignKey(
        LabelSet, verbose_name=_("set"), on_delete=models.PROTECT, related_name="labels"
    )
    slug = models.SlugField(_("slug"), unique=True, max_length=60)
    name = models.CharField(_("name"), max_length=80)
    name_zh = models.CharField(_("Chinese name"), max_length=80, blank=True)
    topic = models.ForeignKey(
        Topic,
        verbose_name=_("topic"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_(
            "Only where the label means an interest: then it needs the person's agreement, and "
            "goes when that does."
        ),
    )
    retired_at = models.DateTimeField(_("no longer given since"), null=True, blank=True)

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["label_set__kind", "label_set__name", "name"]

    def __str__(self) -> str:
        return _in_language(self.name, self.name_zh)

    def clean(self) -> None:
        """A label that people carry keeps its topic: it decides what their rows are."""
        before = Label.objects.filter(pk=self.pk).first() if self.pk else None
        if before and before.topic_id != self.topic_id and before.given.exists():
            raise ValidationError(
                {"topic": _("People carry this label. Make a new one with the other topic.")}
            )


class LabelSource(models.TextChoices):
    STAFF = "staff", _("staff")
    DEVICE = "device", _("a device")


class PersonLabel(models.Model):
    """Append-only: a person got a label, and where `removed_at` stands lost it again.

    `value` is what a device measured, as it wrote it; `device` names it.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="labels")
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="given")
    value = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=6, choices=LabelSource.choices, default=LabelSource.STAFF)
    device = models.CharField(max_length=80, blank=True)
    by = models.CharField(max_length=120)
    at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("label of a person")
        verbose_name_plural = _("labels of people")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "label"],
                condition=models.Q(removed_at__isnull=True),
                name="label_once_a_person",
            )
        ]

    def __str__(self) -> str:
        return f"label {self.label_id} of person {self.person_id}"


def _in_language(name: str, name_zh: str) -> str:
    return name_zh if name_zh and (get_language() or "").startswith("zh") else name
