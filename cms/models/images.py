"""The clinic's images: alternative text required unless decorative, credit, patient shown or not."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition, Image


class ClinicImage(AbstractImage):
    """An image; `description` is its text alternative."""

    credit = models.CharField(_("credit"), max_length=200, blank=True)
    decorative = models.BooleanField(_("decorative"), default=False)
    patient_shown = models.BooleanField(_("shows a patient"), default=False)

    admin_form_fields = (*Image.admin_form_fields, "credit", "decorative", "patient_shown")


class ClinicRendition(AbstractRendition):
    """One size of an image."""

    image = models.ForeignKey(ClinicImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="rendition_once"
            )
        ]
