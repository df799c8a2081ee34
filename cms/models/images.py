"""The clinic's images: alternative text unless decorative, credit, patient shown or not."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import (
    AbstractImage,
    AbstractRendition,
    Image,
    get_upload_to,
)

from cms.uploads.fields import PictureFileField


class ShowsPatient(models.Model):
    """What may show a patient, and may then be seen only while the patient agrees."""

    patient_shown = models.BooleanField(
        _("shows a patient"),
        default=False,
        help_text=_("Then it is shown only while a consent for the website is in force."),
    )

    class Meta:
        abstract = True

    @property
    def is_withheld(self) -> bool:
        """Whether it may not be shown on the website now; no query where consents were fetched."""
        if not self.patient_shown:
            return False
        return not any(consent.is_in_force() for consent in self.patient_consents.all())


class ClinicImage(ShowsPatient, AbstractImage):
    """An image; `description` is its text alternative.

    Wagtail's own `decorative` is an attribute of the moment, set by its blocks and reset on every
    load, so the stored answer has a name of its own.
    """

    file = PictureFileField(
        verbose_name=_("file"),
        upload_to=get_upload_to,
        width_field="width",
        height_field="height",
    )
    credit = models.CharField(_("credit"), max_length=200, blank=True)
    is_decorative = models.BooleanField(
        _("decorative"),
        default=False,
        help_text=_("It tells nothing; who cannot see it misses nothing."),
    )

    admin_form_fields = (*Image.admin_form_fields, "credit", "is_decorative", "patient_shown")

    def __str__(self) -> str:
        return self.title


class ClinicRendition(AbstractRendition):
    """One size of an image."""

    image = models.ForeignKey(ClinicImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="rendition_once"
            )
        ]
        # A file is asked for by its name, and each time its image's consent is looked up.
        indexes = [models.Index(fields=["file"], name="rendition_by_file")]
