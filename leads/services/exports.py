"""Asks for, builds, hands out, recalls and expires exports; nobody without consent is ever in one.

A file is built from one statement that joins both consents, and looked at again when it is sent.
"""

import os
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.models import Export, ExportFormat, ExportPerson, ExportState, LeadList
from leads.selectors.evaluation import conditions_of, problems_of
from leads.selectors.export_rows import (
    COLUMNS,
    LABELS,
    export_rows,
    filter_in_data,
    people_no_longer_allowed,
)
from leads.services.export_files import write_file
from leads.services.membership import refresh_lists
from outbox.services import enqueue_effect, record_audit
from people.models import User

KEPT_DAYS = 7
LEDGER_BATCH = 1000


class ExportRefused(ValueError):
    """The export cannot be asked for, built or sent; the text says why, in words."""


def folder() -> Path:
    """Where export files lie; nothing serves it."""
    return Path(settings.DATA_DIR) / "exports"


def path_of(export: Export) -> Path:
    """The export's file, there or not."""
    return folder() / f"{export.public_id}.{export.format}"


def request_export(
    *, user: User | None, lead_list: LeadList, format: str, purpose: str, actor: str = ""
) -> Export:
    """Ask for a file of the list's contactable members; the outbox builds it.

    Raises ExportRefused for a list with a problem, an unknown format, or no purpose given.
    """
    if format not in ExportFormat.values:
        raise ExportRefused(_("An export is csv or xlsx."))
    if not purpose.strip():
        raise ExportRefused(_("Say what the export is for."))
    if problems := problems_of(conditions_of(lead_list)):
        raise ExportRefused(str(problems[0]))
    with transaction.atomic():
        export = Export.objects.create(
            lead_list=lead_list,
            requested_by=user,
            format=format,
            purpose=purpose.strip()[:200],
        )
        record_audit(
            actor=actor or f"user:{user.pk if user else 0}",
            action="export.requested",
            subject=f"export:{export.public_id}",
            detail={"filter": filter_in_data(lead_list), "format": format},
        )
        _ask_for_build(export)
    return export


def _ask_for_build(export: Export) -> None:
    """Ask the outbox for the file once a generation, in the caller's transaction."""
    enqueue_effect(
        kind="export.build",
        payload={"export": export.public_id, "generation": export.generation},
        key=f"export.build:{export.public_id}:{export.generation}",
    )


def build_export(*, public_id: str, generation: int | None = None) -> Export | None:
    """Build the file; a second call for the same generation finds it done and changes nothing.

    The order is: ledger, file, then the state that lets it be downloaded. A worker that dies
    between them leaves a waiting export, and the next attempt begins anew.
    """
    export = Export.objects.select_related("lead_list").filter(public_id=public_id).first()
    if export is None or export.state != ExportState.WAITING:
        return export
    if generation is not None and export.generation != generation:
        return export
    lead_list = export.lead_list
    if lead_list is None:
        return _fail(export, _("The list was deleted."))
    refresh_lists()
    if problems := problems_of(conditions_of(lead_list)):
        return _fail(export, str(problems[0]))
    ledger: list[str] = []

    def rows() -> Iterator[list]:
        for row in export_rows(lead_list):
            ledger.append(row[0])
            yield row

    written, count, digest = write_file(
        folder(),
        format=export.format,
        header=[str(LABELS[column]) for column in COLUMNS],
        rows=rows(),
    )
    try:
        _write_ledger(export, ledger)
        _finish(export, lead_list, written, count=count, digest=digest)
    finally:
        written.unlink(missing_ok=True)
    export.refresh_from_db()
    return export


def _write_ledger(export: Export, external_ids: list[str]) -> None:
    """Note whom the file holds; what an earlier, downloaded file held stays on record."""
    for start in range(0, len(external_ids), LEDGER_BATCH):
        ExportPerson.objects.bulk_create(
            [
                ExportPerson(
                    export=export, person_external_id=external_id, generation=export.generation
                )
                for external_id in external_ids[start : start + LEDGER_BATCH]
            ],
            update_conflicts=True,
            update_fields=["generation"],
            unique_fields=["export", "person_external_id"],
        )
    if export.downloaded_at is None:
        export.people.filter(generation__lt=export.generation).delete()


def _finish(export: Export, lead_list: LeadList, written: Path, *, count: int, digest: str) -> None:
    """Put the file in its place and let it be downloaded, unless it is not wanted any more.

    The row is locked: of two workers that built the same file, the second finds it ready; and a
    file from before a recall is thrown away.
    """
    now = timezone.now()
    with transaction.atomic():
        current = Export.objects.select_for_update().get(pk=export.pk)
        if (current.state, current.generation) != (ExportState.WAITING, export.generation):
            return
        os.replace(written, path_of(export))
        Export.objects.filter(pk=export.pk).update(
            state=ExportState.READY,
            rows=count,
            sha256=digest,
            problem="",
            built_at=now,
            expires_at=now + timedelta(days=KEPT_DAYS),
        )
        record_audit(
            actor="system",
            action="export.built",
            subject=f"export:{export.public_id}",
            detail={
                "filter": filter_in_data(lead_list),
                "columns": list(COLUMNS),
                "count": count,
                "sha256": digest,
            },
        )


def _fail(export: Export, problem: str) -> Export:
    Export.objects.filter(pk=export.pk).update(state=ExportState.FAILED, problem=problem[:300])
    export.refresh_from_db()
    return export


def file_to_send(*, export: Export, actor: str) -> Path:
    """Return the file, checked once more: whoever withdrew meanwhile is not in it.

    A withdrawal since it was built means it is built anew first. Raises ExportRefused when there
    is nothing to send. Each call is audited.
    """
    export.refresh_from_db()
    for _attempt in range(3):
        if export.state == ExportState.WAITING:
            build_export(public_id=export.public_id)
            export.refresh_from_db()
        if export.state != ExportState.READY or _is_over(export):
            raise ExportRefused(export.problem or _("This export has expired. Ask for a new one."))
        if path_of(export).exists() and not people_no_longer_allowed(export):
            break
        _recall(export)
        export.refresh_from_db()
    else:
        raise ExportRefused(_("Consents are changing right now. Try again in a moment."))
    with transaction.atomic():
        Export.objects.filter(pk=export.pk).update(downloaded_at=timezone.now())
        record_audit(
            actor=actor,
            action="export.downloaded",
            subject=f"export:{export.public_id}",
            detail={"count": export.rows, "sha256": export.sha256},
        )
    return path_of(export)


def _is_over(export: Export) -> bool:
    return export.expires_at is not None and export.expires_at <= timezone.now()


def _recall(export: Export) -> None:
    """Take the file back and ask for a new one."""
    with transaction.atomic():
        Export.objects.filter(pk=export.pk, state=ExportState.READY).update(
            state=ExportState.WAITING, generation=F("generation") + 1
        )
        export.refresh_from_db()
        _ask_for_build(export)
    _delete_file(export)


def recall_person(*, external_id: str, forget: bool = False) -> int:
    """Take back every file that holds a person, in the caller's transaction; returns how many.

    The files are deleted on commit, and the outbox builds each anew without them. `forget`
    also drops the person from the ledger of files that nobody downloaded.
    """
    exports = list(
        Export.objects.filter(
            people__person_external_id=external_id,
            state__in=[ExportState.READY, ExportState.WAITING],
        ).distinct()
    )
    for export in exports:
        Export.objects.filter(pk=export.pk).update(
            state=ExportState.WAITING, generation=F("generation") + 1
        )
        export.refresh_from_db()
        _ask_for_build(export)
        transaction.on_commit(partial(_delete_file, export), robust=True)
    if forget:
        ExportPerson.objects.filter(
            person_external_id=external_id, export__downloaded_at__isnull=True
        ).delete()
    return len(exports)


def expire_exports() -> int:
    """Delete the files whose time is up, and files no export knows; returns how many expired."""
    expired = 0
    now = timezone.now()
    for export in Export.objects.filter(state=ExportState.READY, expires_at__lte=now):
        _delete_file(export)
        with transaction.atomic():
            Export.objects.filter(pk=export.pk).update(state=ExportState.EXPIRED)
            if export.downloaded_at is None:
                ExportPerson.objects.filter(export=export).delete()
        expired += 1
    _delete_strays()
    return expired


def _delete_strays() -> None:
    """Delete what a worker that died left behind: old files without a living export."""
    if not folder().is_dir():
        return
    living = {
        path_of(export).name
        for export in Export.objects.filter(state__in=[ExportState.READY, ExportState.WAITING])
    }
    long_ago = timezone.now().timestamp() - 24 * 3600
    for path in folder().iterdir():
        if path.name not in living and path.is_file() and path.stat().st_mtime < long_ago:
            path.unlink(missing_ok=True)


def _delete_file(export: Export) -> None:
    path_of(export).unlink(missing_ok=True)
