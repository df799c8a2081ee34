"""Keeps choices of columns under a name, shared by everybody who may export."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.export_columns import chosen_columns
from leads.models import ExportFormat, ExportTemplate
from leads.services.access import actor_of
from leads.services.exports import ExportRefused, demand_known_columns
from outbox.services import record_audit
from people.models import User


def save_template(*, user: User, name: str, columns: Sequence[str], format: str) -> ExportTemplate:
    """Keep the choice under the name, in place of what had that name before.

    Raises ExportRefused for an empty name, an unknown column or format.
    """
    if not name.strip():
        raise ExportRefused(_("Give the template a name."))
    if format not in ExportFormat.values:
        raise ExportRefused(_("An export is csv or xlsx."))
    demand_known_columns(columns)
    with transaction.atomic():
        template, _created = ExportTemplate.objects.update_or_create(
            name=name.strip()[:80],
            defaults={
                "columns": [column.name for column in chosen_columns(columns)],
                "format": format,
                "made_by": user,
                "made_at": timezone.now(),
            },
        )
        record_audit(
            actor=actor_of(user),
            action="export_template.saved",
            subject=f"export_template:{template.pk}",
            detail={"columns": template.columns, "format": format},
        )
    return template


def delete_template(*, user: User, template: ExportTemplate) -> None:
    """Forget the choice; exports that were made with it stay as they are."""
    with transaction.atomic():
        record_audit(
            actor=actor_of(user),
            action="export_template.deleted",
            subject=f"export_template:{template.pk}",
        )
        template.delete()
