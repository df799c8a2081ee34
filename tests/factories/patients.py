"""Makes pictures of patients and the papers under which they may be shown."""

from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from cms.models import ClinicImage, ConsentedImage, PatientConsent
from tests.factories import content


def consent(*images: ClinicImage, days: int | None = None, **fields) -> PatientConsent:
    """A signed paper for these images; its last day is that many days from today."""
    today: date = timezone.localdate()
    paper = PatientConsent.objects.create(
        **{
            "document": ContentFile(b"%PDF-1.7 Zhang San agrees", "Zhang San.pdf"),
            "signed_on": today - timedelta(days=400),
            "expires_on": None if days is None else today + timedelta(days=days),
            **fields,
        }
    )
    for image in images:
        ConsentedImage.objects.create(consent=paper, image=image)
    return paper


def patient_picture(**fields) -> ClinicImage:
    """A picture that shows a patient, without a paper."""
    return content.picture(patient_shown=True, **{"alt": "A mouth with a crown", **fields})


def agreed_picture(**fields) -> ClinicImage:
    """A picture of a patient who agreed to the website."""
    image = patient_picture(**fields)
    consent(image)
    return image
