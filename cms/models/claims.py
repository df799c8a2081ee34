"""Phrases that promise what medicine cannot, and the reasons for which reviewers let some stand."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from cms.claims.matching import PhraseRefused, checked_phrase


class ClaimPhrase(models.Model):
    """A governed phrase: `*` stands for the rest of a word, `#` for a number."""

    class Kind(models.TextChoices):
        SUPERLATIVE = "superlative", _("Superlative")
        GUARANTEE = "guarantee", _("Guarantee")
        CURE_RATE = "cure_rate", _("Cure rate")
        BEFORE_AFTER = "before_after", _("Before and after")
        OTHER = "other", _("Other")

    class Severity(models.TextChoices):
        BLOCKING = "blocking", _("Stops the piece until a reviewer lets it stand")
        ADVISORY = "advisory", _("Is pointed out")

    class AppliesTo(models.TextChoices):
        SCIENCE = "science", _("Science")
        PROMOTION = "promotion", _("Promotion")
        BOTH = "both", _("Both")

    phrase = models.CharField(
        _("phrase"),
        max_length=100,
        unique=True,
        help_text=_("* stands for the rest of a word, # for a number: guarantee*, #% success."),
    )
    exceptions = models.TextField(
        _("where it is meant otherwise"),
        blank=True,
        help_text=_("One a line. Words around the phrase in which nothing is promised: at best."),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    why = models.CharField(
        _("why"), max_length=300, help_text=_("Shown to the author: what is wrong, what to say.")
    )
    why_zh = models.CharField(_("why, in Chinese"), max_length=300, blank=True)
    severity = models.CharField(
        _("weight"), max_length=8, choices=Severity.choices, default=Severity.BLOCKING
    )
    applies_to = models.CharField(
        _("applies to"), max_length=9, choices=AppliesTo.choices, default=AppliesTo.BOTH
    )
    active = models.BooleanField(_("in force"), default=True)

    class Meta:
        verbose_name = _("claim phrase")
        verbose_name_plural = _("claim phrases")
        ordering = ["phrase"]

    def __str__(self) -> str:
        return self.phrase

    def clean(self) -> None:
        """Refuse a phrase or an exception that would match everything or could match too slowly."""
        super().clean()
        for field, texts in (("phrase", [self.phrase]), ("exceptions", self.exception_list)):
            for text in texts:
                try:
                    checked_phrase(text)
                except PhraseRefused as refusal:
                    raise ValidationError({field: f"{text}: {refusal}"}) from refusal

    @property
    def exception_list(self) -> list[str]:
        """The exceptions, one text each."""
        return [line.strip() for line in self.exceptions.splitlines() if line.strip()]

    @property
    def reason(self) -> str:
        """Why, in the language of the moment."""
        chinese = (get_language() or "").startswith("zh")
        return self.why_zh if chinese and self.why_zh else self.why


class ClaimOverride(models.Model):
    """A reviewer's written reason to let a phrase stand in one sentence of a piece; append-only.

    It holds as long as the sentence stands: `sentence_hash` is of its folded words.
    """

    page = models.ForeignKey(
        Page, null=True, on_delete=models.SET_NULL, related_name="claim_overrides"
    )
    page_title = models.CharField(max_length=255)
    phrase = models.CharField(max_length=100)
    sentence = models.TextField()
    sentence_hash = models.CharField(max_length=64)
    reason = models.TextField(_("reason"))
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reviewer_name = models.CharField(max_length=150)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["page", "sentence_hash"], name="override_of_a_sentence")]

    def __str__(self) -> str:
        return f"{self.phrase}: {self.reason}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it once; a second save is a programming error."""
        if not self._state.adding:
            raise TypeError("A claim override is written once and never changed.")
        super().save(*args, **kwargs)
