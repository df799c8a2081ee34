"""A patient's written consent to be shown: how far it goes, until when, and that it was withdrawn."""

from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from cms.uploads.documents import checked_consent
from cms.uploads.fields import unguessable_name
from cms.uploads.refusal import Refused


class ConsentScope(models.TextChoices):
    """Where a patient agreed to be shown."""

    WEBSITE = "website", _("the website")
    PRINT = "print", _("print")
    SOCIAL = "social", _("social media")


def private_storage() -> Storage:
    """Where no address leads: beside the media folder, readable by the site alone."""
    return FileSystemStorage(
        location=settings.DATA_DIR / "private",
        file_permissions_mode=0o600,
        directory_permissions_mode=0o700,
    )


def consent_file_name(consent: "PatientConsent", name: str) -> str:
    """A name that tells nobody's."""
    return f"patient-consents/{unguessable_name(name)}"


def check_consent_file(file: File) -> None:
    """Take a scan or a PDF, told by its bytes."""
    try:
        checked_consent(file)
    except Refused as refusal:
        raise ValidationError(str(refusal), code="refused") from refusal


class PatientConsentQuerySet(models.QuerySet):
    def in_force(
        self, *, scope: ConsentScope = ConsentScope.WEBSITE, on: date | None = None
    ) -> "PatientConsentQuerySet":
        """Those that cover this use on that day (today)."""
        day = on or timezone.localdate()
        return self.filter(
            models.Q(expires_on=None) | models.Q(expires_on__gte=day),
            signed_on__lte=day,
            withdrawn_at=None,
            **{f"for_{scope.value}": True},
        )


class PatientConsent(ClusterableModel):
    """One signed paper. The patient's name stands on the paper and nowhere else."""

    images = models.ManyToManyField(
        "cms.ClinicImage",
        verbose_name=_("images"),
        through="cms.ConsentedImage",
        blank=True,
        related_name="patient_consents",
    )
    media = models.ManyToManyField(
        "cms.ClinicMedia",
        verbose_name=_("films and recordings"),
        through="cms.ConsentedMedia",
        blank=True,
        related_name="patient_consents",
    )
    document = models.FileField(
        _("signed paper"),
        upload_to=consent_file_name,
        storage=private_storage,
        validators=[check_consent_file],
        help_text=_("PDF, JPEG or PNG. It is kept apart from the website; no address leads to it."),
    )
    for_website = models.BooleanField(_("for the website"), default=True)
    for_print = models.BooleanField(_("for print"), default=False)
    for_social = models.BooleanField(_("for social media"), default=False)
    signed_on = models.DateField(_("signed on"))
    expires_on = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("Empty where the paper names no end.")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    # When its end was noticed; what was made from the pictures before is then thrown away.
    lapse_noted_at = models.DateTimeField(null=True, blank=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    objects = PatientConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("patient consent")
        verbose_name_plural = _("patient consents")

    def __str__(self) -> str:
        return f"{_('Consent')} {self.pk}"

    def is_in_force(
        self, *, scope: ConsentScope = ConsentScope.WEBSITE, on: date | None = None
    ) -> bool:
        """Whether it covers this use on that day (today)."""
        day = on or timezone.localdate()
        return (
            self.withdrawn_at is None
            and getattr(self, f"for_{scope.value}")
            and self.signed_on <= day
            and (self.expires_on is None or self.expires_on >= day)
        )

    def clean(self) -> None:
        """Refuse an end before the beginning, and a consent to nothing."""
        super().clean()
        if self.signed_on and self.expires_on and self.expires_on < self.signed_on:
            raise ValidationError({"expires_on": _("The last day comes after the signature.")})
        if not (self.for_website or self.for_print or self.for_social):
            raise ValidationError(_("Say where the patient agreed to be shown."))


class ConsentedImage(models.Model):
    """One image that a consent covers; the pictures before and after are often on one paper."""

    consent = ParentalKey(PatientConsent, on_delete=models.CASCADE, related_name="consented_images")
    image = models.ForeignKey(
        "cms.ClinicImage", verbose_name=_("image"), on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consent", "image"], name="image_once_a_consent")
        ]

    def __str__(self) -> str:
        return f"{self.consent}: {self.image_id}"


class ConsentedMedia(models.Model):
    """One film or recording that a consent covers."""

    consent = ParentalKey(PatientConsent, on_delete=models.CASCADE, related_name="consented_media")
    media = models.ForeignKey(
        "cms.ClinicMedia",
        verbose_name=_("film or recording"),
        on_delete=models.CASCADE,
        related_name="+",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consent", "media"], name="media_once_a_consent")
        ]

    def __str__(self) -> str:
        return f"{self.consent}: {self.media_id}"
