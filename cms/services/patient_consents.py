"""Withdraws a patient's consent to be shown and takes that back; notices consents that ran out."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from cms.models import PatientConsent
from cms.services.content_version import bump_content_version
from outbox.services.audit import record_audit


def withdraw_patient_consent(*, consent: PatientConsent, actor: str) -> bool:
    """End the consent now; its pictures stop being shown with the commit.

    Returns whether anything changed: a withdrawn one stays as it is.
    """
    return _set_withdrawn(consent, at=timezone.now(), actor=actor, action="withdrawn")


def reinstate_patient_consent(*, consent: PatientConsent, actor: str) -> bool:
    """Take a withdrawal back, where it was recorded by mistake; returns whether anything changed."""
    return _set_withdrawn(consent, at=None, actor=actor, action="reinstated")


def _set_withdrawn(
    consent: PatientConsent, *, at: datetime | None, actor: str, action: str
) -> bool:
    with transaction.atomic():
        changed = PatientConsent.objects.filter(
            pk=consent.pk, withdrawn_at__isnull=at is not None
        ).update(withdrawn_at=at)
        if not changed:
            return False
        consent.withdrawn_at = at
        record_audit(
            actor=actor,
            action=f"patient_consent.{action}",
            subject=f"patient_consent:{consent.pk}",
        )
        bump_content_version()
    return True


def note_lapsed_consents() -> int:
    """Give the content a new version once for each consent whose last day is past.

    Returns how many were new. The pictures are withheld from that day on anyway: this is for what
    was made from them before, such as kept answers of the read API.
    """
    with transaction.atomic():
        lapsed = PatientConsent.objects.filter(
            expires_on__lt=timezone.localdate(), lapse_noted_at=None
        ).update(lapse_noted_at=timezone.now())
        if lapsed:
            bump_content_version()
    return lapsed
