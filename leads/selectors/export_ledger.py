"""Which files hold a person, which left the clinic with them, and who has those."""

from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from leads.models import Export, ExportPerson, ExportRecall, ExportState
from outbox.models import AuditEntry
from people.models import User

ORPHANS = "people.change_person"  # who looks after files that the command line made


@dataclass(frozen=True)
class HeldIn:
    """One export that holds a person now, or left the clinic with them; `recalls` newest first."""

    export: Export
    is_held: bool
    has_left: bool
    recalls: list[ExportRecall]


def _left_with() -> Q:
    """Ledger rows whose person was in a file that was downloaded."""
    known = Q(export__downloaded_generation__isnull=False)
    return Q(export__downloaded_at__isnull=False) & (
        ~known | Q(first_generation__lte=F("export__downloaded_generation"))
    )


def exports_that_left_with(external_id: str) -> QuerySet[Export]:
    """The exports whose downloaded files held the person."""
    rows = ExportPerson.objects.filter(_left_with(), person_external_id=external_id)
    return Export.objects.filter(pk__in=rows.values("export_id")).order_by("pk")


def files_holding(external_ids: list[str]) -> list[HeldIn]:
    """Every export that holds one of the ids or left with it, newest first: 3 queries."""
    rows = ExportPerson.objects.filter(person_external_id__in=external_ids)
    left = set(rows.filter(_left_with()).values_list("export_id", flat=True))
    recalls: dict[int, list[ExportRecall]] = {}
    found = ExportRecall.objects.filter(person_external_id__in=external_ids)
    for recall in found.select_related("acknowledged_by"):
        recalls.setdefault(recall.export_id, []).append(recall)
    related = rows.select_related("export__lead_list", "export__requested_by")
    lines = {}
    for row in related.order_by("-export__requested_at", "-export__pk"):
        export = row.export
        is_held = export.state == ExportState.READY and row.generation == export.generation
        lines[export.pk] = HeldIn(export, is_held, export.pk in left, recalls.get(export.pk, []))
    return [one for one in lines.values() if one.is_held or one.has_left]


def holders_of(export: Export) -> set[int]:
    """The logins that may have the file: who asked for it, and everybody who downloaded it."""
    entries = AuditEntry.objects.filter(
        action="export.downloaded", subject=f"export:{export.public_id}", actor__startswith="user:"
    )
    keys = {actor.removeprefix("user:") for actor in entries.values_list("actor", flat=True)}
    ids = {int(key) for key in keys if key.isdecimal()} | {export.requested_by_id or 0}
    return set(User.objects.filter(pk__in=ids).values_list("pk", flat=True))


def open_recalls(export: Export) -> list[ExportRecall]:
    """Whose rows are still to be deleted from the file, newest first."""
    return list(ExportRecall.objects.filter(export=export, acknowledged_at=None))


def exports_to_clear(user: User) -> QuerySet[Export]:
    """Exports with rows that this login is to delete, each with `to_delete`; newest first."""
    mine = Q(requested_by=user)
    if user.has_perm(ORPHANS):
        mine |= Q(requested_by=None)
    waiting = Count("recalls", filter=Q(recalls__acknowledged_at=None))
    found = Export.objects.filter(mine).annotate(to_delete=waiting).filter(to_delete__gt=0)
    return found.select_related("lead_list").order_by("-requested_at")
