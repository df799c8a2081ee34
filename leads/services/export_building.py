"""Builds the file of an export: ledger, file, then the state that lets it be downloaded.

A worker that dies between them leaves a waiting export, and the next attempt begins anew.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from leads.export_columns import chosen_columns
from leads.models import Export, ExportFormat, ExportState, LeadList
from leads.selectors.evaluation import conditions_of, problems_of
from leads.selectors.export_counts import counts_of, filter_in_data, people_no_longer_allowed
from leads.selectors.export_rows import Lot, can_be_copied, copied_lines, export_rows, one_snapshot
from leads.services.export_files import write_file, write_lines
from leads.services.export_folder import delete_file, folder, path_of, progress_path
from leads.services.export_ledger import write_ledger
from leads.services.export_progress import Progress, Unwanted
from leads.services.membership import refresh_lists
from outbox.services import enqueue_effect, record_audit
from people.models import Person

KEPT_DAYS = 7
IDS_IN_MEMORY = 4 << 20  # bytes, about 200,000 people; more go to a nameless file


class Made(NamedTuple):
    """A file that was written: where, its rows and hash, and how many members it leaves out."""

    path: Path
    rows: int
    sha256: str
    counts: dict[str, int]


class MiscountedExport(Exception):
    """The file does not hold as many people as the list has contactable members."""


def ask_for_build(export: Export) -> None:
    """Ask the outbox for the file once a generation, in the caller's transaction."""
    enqueue_effect(
        kind="export.build",
        payload={"export": export.public_id, "generation": export.generation},
        key=f"export.build:{export.public_id}:{export.generation}",
    )


def take_back(export: Export) -> None:
    """Delete the file and ask for a new one; a stopped or failed export stays as it is."""
    with transaction.atomic():
        Export.objects.filter(
            pk=export.pk, state__in=[ExportState.READY, ExportState.WAITING]
        ).update(state=ExportState.WAITING, generation=F("generation") + 1)
        export.refresh_from_db()
        if export.state == ExportState.WAITING:
            ask_for_build(export)
    delete_file(export)


def build_export(*, public_id: str, generation: int | None = None) -> Export | None:
    """Build the file; a second call for the same generation finds it done and changes nothing.

    Whoever withdrew while it was written is noticed before it can be downloaded: the file is then
    thrown away and asked for anew.
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
    with (
        translation.override(export.language or settings.LANGUAGE_CODE),
        tempfile.SpooledTemporaryFile(max_size=IDS_IN_MEMORY) as ids,
    ):
        try:
            made = _make_file(export, lead_list, ids)
        except Unwanted:
            export.refresh_from_db()
            return export
        except MiscountedExport as refusal:
            return _fail(export, str(refusal))
        try:
            write_ledger(export, ids)
            if people_no_longer_allowed(export):
                take_back(export)
            else:
                _finish(export, lead_list, made)
        finally:
            made.path.unlink(missing_ok=True)
    export.refresh_from_db()
    return export


def _make_file(export: Export, lead_list: LeadList, ids: Any) -> Made:
    """Write the file out of one snapshot, its people's ids beside it, and compare the counts."""
    columns = chosen_columns(export.columns)
    header = [str(column.label) for column in columns]
    now = timezone.now()
    with one_snapshot():
        counts = counts_of(lead_list)
        most = 2 * counts["members"] > Person.objects.count()
        progress = Progress(progress_path(export), of=counts["contactable"])
        try:
            if export.format == ExportFormat.CSV and can_be_copied(columns):
                with closing(copied_lines(lead_list, columns, now=now, most=most)) as lots:
                    lines = _noted_lots(lots, ids, progress)
                    written = write_lines(folder(), header=header, lots=lines)
            else:
                with closing(export_rows(lead_list, columns, now=now, most=most)) as rows:
                    noted = _noted(rows, ids, progress)
                    written = write_file(folder(), format=export.format, header=header, rows=noted)
        finally:
            progress.end()
    path, count, digest = written
    if count != counts["contactable"]:
        path.unlink(missing_ok=True)
        raise MiscountedExport(
            _(
                "The file held %(rows)d people and the list %(members)d, so it was thrown away. "
                "Nothing left the clinic. Ask for it again, and tell whoever looks after Wellread "
                "if it happens twice."
            )
            % {"rows": count, "members": counts["contactable"]}
        )
    return Made(path, count, digest, counts)


def _noted(rows: Iterator[tuple[str, Any]], ids: Any, progress: Progress) -> Iterator[Any]:
    """The rows without their ids, which are noted on the way, as is how many there were."""
    for count, (external_id, row) in enumerate(rows, start=1):
        ids.write(external_id.encode() + b"\n")
        progress.note(count)
        yield row


def _noted_lots(lots: Iterator[Lot], ids: Any, progress: Progress) -> Iterator[list[bytes]]:
    """The lines without their ids, which are noted on the way, as is how many there were."""
    count = 0
    for lot in lots:
        ids.write(b"\n".join([*lot.external_ids, b""]))
        count += len(lot.lines)
        progress.note(count)
        yield lot.lines


def _finish(export: Export, lead_list: LeadList, made: Made) -> None:
    """Put the file in its place and let it be downloaded, unless it is not wanted any more.

    The row is locked: of two workers that built the same file, the second finds it ready; and a
    file from before a recall is thrown away.
    """
    now = timezone.now()
    left_out = {name: made.counts[name] for name in ("not_agreed", "no_contact")}
    with transaction.atomic():
        current = Export.objects.select_for_update().get(pk=export.pk)
        if (current.state, current.generation) != (ExportState.WAITING, export.generation):
            return
        os.replace(made.path, path_of(export))
        Export.objects.filter(pk=export.pk).update(
            state=ExportState.READY,
            rows=made.rows,
            left_out=left_out,
            sha256=made.sha256,
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
                "columns": [column.name for column in chosen_columns(export.columns)],
                "count": made.rows,
                "left_out": left_out,
                "sha256": made.sha256,
            },
        )


def _fail(export: Export, problem: str) -> Export:
    Export.objects.filter(pk=export.pk).update(state=ExportState.FAILED, problem=problem[:300])
    export.refresh_from_db()
    return export
