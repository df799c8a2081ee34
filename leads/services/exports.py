"""Asks for, hands out, stops, recalls and expires exports; nobody without consent is ever in one.

A file is built from one statement that joins both consents (`export_building`), and looked at
again when it is sent.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cms.uploads.strays import delete_strays
from leads.export_columns import COLUMNS, chosen_columns, unknown_columns
from leads.models import (
    Export,
    ExportFormat,
    ExportPerson,
    ExportState,
    LeadList,
    RecallCause,
)
from leads.selectors.evaluation import conditions_of, problems_of
from leads.selectors.export_counts import filter_in_data, people_no_longer_allowed
from leads.services.export_building import ask_for_build, build_export, take_back
from leads.services.export_folder import delete_file, folder, path_of
from leads.services.export_recalls import note_recalls
from leads.services.touching import touch_exported
from outbox.services import record_audit
from people.models import User


class ExportRefused(ValueError):
    """The export cannot be asked for, stopped or sent; the text says why, in words."""


def request_export(
    *,
    user: User | None,
    lead_list: LeadList,
    format: str,
    purpose: str,
    columns: Sequence[str] = (),
    actor: str = "",
) -> Export:
    """Ask for a file of the list's contactable members; the outbox builds it.

    `columns` are names of `export_columns`, in the order of the file; none means the usual ones.
    Headings and reasons will be in the language of the moment. Raises ExportRefused for a list
    with a problem, an unknown format or column, or no purpose given.
    """
    if format not in ExportFormat.values:
        raise ExportRefused(_("An export is csv or xlsx."))
    if not purpose.strip():
        raise ExportRefused(_("Say what the export is for."))
    demand_known_columns(columns)
    if problems := problems_of(conditions_of(lead_list)):
        raise ExportRefused(str(problems[0]))
    with transaction.atomic():
        export = Export.objects.create(
            lead_list=lead_list,
            requested_by=user,
            format=format,
            purpose=purpose.strip()[:200],
            columns=[column.name for column in chosen_columns(columns)],
            language=get_language() or "",
        )
        record_audit(
            actor=actor or f"user:{user.pk if user else 0}",
            action="export.requested",
            subject=f"export:{export.public_id}",
            detail={
                "filter": filter_in_data(lead_list),
                "format": format,
                "columns": export.columns,
            },
        )
        ask_for_build(export)
    return export


def demand_known_columns(columns: Sequence[str]) -> None:
    """Raise ExportRefused where a name is no column."""
    if unknown := unknown_columns(columns):
        raise ExportRefused(
            _("There is no column %(unknown)s. There are: %(known)s.")
            % {"unknown": ", ".join(unknown), "known": ", ".join(COLUMNS)}
        )


def stop_export(*, export: Export, actor: str) -> None:
    """Stop an export whose file is not made yet; raises ExportRefused where it is too late.

    A build that runs notices it within a few hundred rows and leaves nothing behind.
    """
    with transaction.atomic():
        waiting = Export.objects.filter(pk=export.pk, state=ExportState.WAITING)
        if not waiting.update(state=ExportState.STOPPED, generation=F("generation") + 1):
            raise ExportRefused(_("The file is not being made any more, so nothing was stopped."))
        if export.downloaded_at is None:
            ExportPerson.objects.filter(export=export).delete()
        record_audit(actor=actor, action="export.stopped", subject=f"export:{export.public_id}")
    export.refresh_from_db()
    delete_file(export)


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
            raise ExportRefused(_why_not(export))
        if path_of(export).exists() and not people_no_longer_allowed(export):
            break
        take_back(export)
        export.refresh_from_db()
    else:
        raise ExportRefused(_("Consents are changing right now. Try again in a moment."))
    with transaction.atomic():
        Export.objects.filter(pk=export.pk).update(
            downloaded_at=timezone.now(), downloaded_generation=export.generation
        )
        touch_exported(export=export)
        record_audit(
            actor=actor,
            action="export.downloaded",
            subject=f"export:{export.public_id}",
            detail={"count": export.rows, "sha256": export.sha256},
        )
    return path_of(export)


def _why_not(export: Export) -> str:
    if export.state == ExportState.STOPPED:
        return _("This export was stopped. Ask for a new one.")
    return export.problem or _("This export has expired. Ask for a new one.")


def _is_over(export: Export) -> bool:
    return export.expires_at is not None and export.expires_at <= timezone.now()


def recall_person(
    *, external_id: str, cause: RecallCause | None = None, forget: bool = False
) -> int:
    """Take back every file that holds a person, in the caller's transaction; returns how many.

    The files are deleted on commit, and the outbox builds each anew without them. With a `cause`
    whoever has a downloaded file is told to delete the row. `forget` also drops the person from
    the ledger of files that nobody downloaded.
    """
    if cause is not None:
        note_recalls(external_id=external_id, cause=cause)
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
        ask_for_build(export)
        transaction.on_commit(partial(delete_file, export), robust=True)
    if forget:
        ExportPerson.objects.filter(
            person_external_id=external_id, export__downloaded_at__isnull=True
        ).delete()
    return len(exports)


def take_back_files() -> None:
    """Have every file that can be downloaded made anew: what topics may be told of has changed."""
    for export in Export.objects.filter(state=ExportState.READY):
        take_back(export)


def expire_exports() -> int:
    """Delete the files whose time is up, and files no export knows; returns how many expired."""
    expired = 0
    now = timezone.now()
    for export in Export.objects.filter(state=ExportState.READY, expires_at__lte=now):
        delete_file(export)
        with transaction.atomic():
            Export.objects.filter(pk=export.pk).update(state=ExportState.EXPIRED)
            if export.downloaded_at is None:
                ExportPerson.objects.filter(export=export).delete()
        expired += 1
    _delete_strays()
    return expired


def _delete_strays() -> None:
    """Delete what a worker that died left behind: old files without a living export."""
    alive = Export.objects.filter(state__in=[ExportState.READY, ExportState.WAITING])
    delete_strays(folder(), known=lambda: (path_of(export).name for export in alive))
