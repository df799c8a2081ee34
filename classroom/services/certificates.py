"""Issues and revokes certificates of completed courses."""

from django.db import transaction
from django.utils import timezone

from classroom.models import Certificate
from classroom.services.learning import settle_completion
from cms.models import CoursePage
from outbox.services import record_audit
from people.models import Person


class NotCompleted(Exception):
    """The course is not completed yet, or gives no certificate."""


def issue_certificate(*, person: Person, course: CoursePage, holder_name: str) -> Certificate:
    """Issue the certificate in the language of the course; raises NotCompleted.

    Raises ValueError without a name. Where there is one already, it stays as it is.
    """
    holder_name = " ".join(holder_name.split())
    with transaction.atomic():
        progress = settle_completion(person=person, course=course)
        enrolment = progress.enrolment
        if progress.certificate is not None:
            return progress.certificate
        if enrolment is None or enrolment.completed_at is None or not course.gives_certificate:
            raise NotCompleted
        if not holder_name:
            raise ValueError("A certificate needs a name.")
        return Certificate.objects.get_or_create(
            enrolment=enrolment,
            defaults={
                "holder_name": holder_name[:120],
                "course_title": course.title,
                "clinician_name": course.author.title if course.author else "",
                "language": course.locale.language_code,
                "minutes": sum(step.module.minutes or 0 for step in progress.steps),
                "completed_at": enrolment.completed_at,
            },
        )[0]


def revoke_certificate(*, certificate: Certificate, reason: str, actor: str) -> None:
    """Make a certificate invalid, with the reason; a second call changes nothing."""
    with transaction.atomic():
        locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
        if locked.revoked_at is not None:
            return
        locked.revoked_at = timezone.now()
        locked.revoked_reason = reason[:300]
        locked.save(update_fields=["revoked_at", "revoked_reason"])
        record_audit(actor=actor, action="certificate_revoked", detail={"certificate": locked.pk})
