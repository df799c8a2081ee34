"""Saves what the columns of a table mean, and finds it again by the table's heading."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from django.utils import timezone

from classroom.models import ColumnMapping
from classroom.reports.headings import signature_of, signatures_of
from classroom.reports.reading import is_json
from outbox.records import BadFile
from outbox.services import record_audit
from people.models import User


def save_mapping(
    *, name: str, headings: Sequence[str], columns: Mapping[str, str], author: User
) -> ColumnMapping:
    """Remember the meaning of these headings; another mapping of the same headings is replaced."""
    mapping, _created = ColumnMapping.objects.update_or_create(
        signature=signature_of(headings),
        defaults={
            "name": name.strip()[:80],
            "columns": dict(columns),
            "saved_at": timezone.now(),
        },
    )
    record_audit(
        actor=f"user:{author.pk}",
        action="attendance.mapping",
        subject=f"column_mapping:{mapping.pk}",
        detail={"columns": mapping.columns},
    )
    return mapping


def mapping_for(path: Path) -> ColumnMapping | None:
    """The mapping somebody saved for a heading that this file has, None where there is none."""
    if not ColumnMapping.objects.exists() or is_json(path):
        return None
    try:
        signatures = signatures_of(path)
    except BadFile:
        return None  # the reader will say so, better
    return ColumnMapping.objects.filter(signature__in=signatures).order_by("-saved_at").first()


def remembered_columns(path: Path) -> dict[str, str] | None:
    """The columns of a file whose heading was mapped before."""
    mapping = mapping_for(path)
    return dict(mapping.columns) if mapping is not None else None
