"""The clinic's rules of publishing, which an administrator sets."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

#: Where the law on medical advertising forbids pictures of before and after.
NO_COMPARISONS_IN = frozenset({"CN"})


@register_setting(icon="clipboard-list", order=100)
class PublishingPolicy(BaseGenericSetting):
    """One row; `PublishingPolicy.load()` gives it, with the defaults where nobody set anything."""

    self_review_allowed = models.BooleanField(
        _("authors may review their own pieces"),
        default=False,
        help_text=_(
            "For a clinic with one licensed clinician. Readers are told, and the piece waits first."
        ),
    )
    self_review_wait_hours = models.PositiveSmallIntegerField(
        _("hours a self-reviewed piece waits"),
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(720)],
    )
    review_valid_months = models.PositiveSmallIntegerField(
        _("months until the next review"),
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )
    grace_days = models.PositiveSmallIntegerField(
        _("days of grace"),
        default=30,
        help_text=_("So long after the date of the next review readers are told that it is due."),
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Two capital letters, such as CN or DE."))],
        help_text=_("Two letters, such as CN or DE. Some rules of advertising hang on it."),
    )
    comparisons_in_promotion = models.BooleanField(
        _("promotion may show before and after"),
        null=True,
        blank=True,
        help_text=_("Unknown: as the law of the country has it."),
    )

    panels = [
        MultiFieldPanel(
            [
                FieldPanel("review_valid_months"),
                FieldPanel("grace_days"),
                FieldPanel("self_review_allowed"),
                FieldPanel("self_review_wait_hours"),
            ],
            heading=_("Medical review"),
        ),
        MultiFieldPanel(
            [FieldPanel("country"), FieldPanel("comparisons_in_promotion")],
            heading=_("Promotion"),
        ),
    ]

    class Meta:
        verbose_name = _("publishing rules")

    @property
    def shows_comparisons_in_promotion(self) -> bool:
        """Whether promotion may show before and after: as set, else as the country has it."""
        if self.comparisons_in_promotion is not None:
            return self.comparisons_in_promotion
        return self.country not in NO_COMPARISONS_IN
