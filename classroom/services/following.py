"""Lets people follow clinicians; the packages above hear of it in the same transaction."""

from django.db import transaction
from django.utils import timezone

from classroom.models import ClinicianFollow
from classroom.signals import follow_changed
from cms.models import ClinicianPage
from people.models import Person
from people.selectors import records_of


def follow_clinician(*, person: Person, clinician: ClinicianPage) -> ClinicianFollow:
    """Begin to follow, in every language of the clinician's page. A second call changes nothing."""
    with transaction.atomic():
        row, made = ClinicianFollow.objects.get_or_create(
            person=person,
            clinician_key=clinician.translation_key,
            ended_at=None,
            defaults={"clinician": clinician},
        )
        if made:
            _announce(row)
    return row


def unfollow_clinician(*, person: Person, clinician: ClinicianPage) -> bool:
    """Stop following; returns whether there was something to stop."""
    with transaction.atomic():
        row = (
            ClinicianFollow.objects.select_for_update()
            .filter(
                person__in=records_of(person),
                clinician_key=clinician.translation_key,
                ended_at=None,
            )
            .first()
        )
        if row is None:
            return False
        row.ended_at = timezone.now()
        row.save(update_fields=["ended_at"])
        _announce(row)
    return True


def _announce(row: ClinicianFollow) -> None:
    follow_changed.send(
        sender=ClinicianFollow, clinician_id=row.clinician_id, person_id=row.person_id
    )
