"""Has people's rows deleted from files that left the clinic: notes it, tells who has them, and
records who said that it is done. Mails and log name people by nothing, or by opaque id.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from leads.models import Export, ExportRecall, RecallCause
from leads.selectors.export_ledger import exports_that_left_with, holders_of
from leads.services.actors import actor_of
from outbox.services import enqueue_mail, record_audit
from people.models import User


def note_recalls(*, external_id: str, cause: RecallCause) -> int:
    """Note a recall for each downloaded file that held the person, in the caller's transaction.

    Whoever has such a file gets one mail an hour at most; a recall that is open stays as it is.
    Returns how many there are new.
    """
    noted = 0
    for export in exports_that_left_with(external_id):
        _recall, created = ExportRecall.objects.get_or_create(
            export=export,
            person_external_id=external_id,
            acknowledged_at=None,
            defaults={"cause": cause},
        )
        if created:
            noted += 1
            _tell_holders(export)
    return noted


def _tell_holders(export: Export) -> None:
    """Ask for a mail at the next full hour to each who has the file."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    for user_id in sorted(holders_of(export)):
        enqueue_mail(
            template="export_recalled",
            ids={"export": export.public_id, "user": user_id},
            key=f"export_recalled:{export.public_id}:{user_id}:{hour:%Y-%m-%dT%H}",
            due_at=hour,
        )


def acknowledge_recalls(*, export: Export, user: User, external_ids: list[str]) -> int:
    """Record that these people's rows were deleted from the file; returns how many were open.

    Only those the user was shown: whoever withdrew a moment later stays open.
    """
    with transaction.atomic():
        count = ExportRecall.objects.filter(
            export=export, acknowledged_at=None, person_external_id__in=external_ids
        ).update(acknowledged_at=timezone.now(), acknowledged_by=user)
        if count:
            record_audit(
                actor=actor_of(user),
                action="export.rows_deleted",
                subject=f"export:{export.public_id}",
                detail={"people": sorted(external_ids)},
            )
    return count
