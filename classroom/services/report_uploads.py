"""Takes uploaded reports through their stages: stored, looked at, taken in by the outbox, or discarded."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from classroom.models import LiveClass, ReportUpload
from classroom.reports.reading import UnknownHeading
from classroom.reports.stays import ReportFormat
from classroom.services.attendance_imports import ImportReport, import_report
from classroom.services.column_mappings import mapping_for
from classroom.services.report_files import delete_file, path_of, store_file
from outbox.models import Effect
from outbox.records import BadFile
from outbox.services import enqueue_effect, record_audit
from people.models import User

TAKE = "classroom.take_report"
LARGEST_BYTES = 16 * 1024 * 1024
# What a request may wait for; a longer report is taken in by the worker while its page counts.
ROWS_AT_ONCE = 300
State = ReportUpload.State


class UploadRefused(ValueError):
    """A file that is not stored; the message says why."""


@dataclass(frozen=True)
class Preview:
    """What taking an upload in would do; exactly one of `report` and `problem` is there.

    `asks_for_columns` says that a person can help by naming the columns, `mapping` the name of
    the saved mapping that was used.
    """

    report: ImportReport | None = None
    problem: str = ""
    asks_for_columns: bool = False
    mapping: str = ""


def receive_upload(
    *,
    live_class: LiveClass,
    file: UploadedFile,
    author: User,
    format: str = "",
    time_zone: str = "",
) -> ReportUpload:
    """Store a file for a look; raises UploadRefused. Nothing of it counts yet."""
    if not file.size:
        raise UploadRefused(_("The file is empty."))
    if file.size > LARGEST_BYTES:
        raise UploadRefused(_("The file is larger than 16 MB. No attendance report is."))
    stored_as = store_file(file)
    with transaction.atomic():
        upload = ReportUpload.objects.create(
            live_class=live_class,
            file_name=Path(file.name or "").name[:200],
            stored_as=stored_as,
            format=format,
            time_zone=time_zone if time_zone != live_class.time_zone else "",
            uploaded_by=author,
        )
        record_audit(
            actor=f"user:{author.pk}",
            action="attendance.upload",
            subject=f"report_upload:{upload.pk}",
            detail={"class": live_class.pk, "bytes": file.size},
        )
    return upload


def preview_upload(upload: ReportUpload) -> Preview:
    """Read the file as taking it in would, and write nothing."""
    path = path_of(upload)
    if path is None:
        return Preview(problem=_("The file is not here any more. Upload it again."))
    mapping = None if upload.format or upload.columns else mapping_for(path)
    try:
        report = _import(upload, path, dry_run=True)
    except UnknownHeading:
        return Preview(
            problem=_("No line of the file is a heading that is known."), asks_for_columns=True
        )
    except BadFile as error:
        return Preview(problem=problem_in_words(error, path, upload))
    return Preview(report=report, mapping=mapping.name if mapping else "")


def problem_in_words(error: BadFile, path: Path, upload: ReportUpload) -> str:
    """The reason with the file's own name in place of where it lies here."""
    return str(error).replace(str(path), upload.file_name or _("The file"))


def choose_reading(
    *, upload: ReportUpload, format: str = "", time_zone: str = "", columns: Mapping | None = None
) -> None:
    """Write down how a waiting file is to be read, as somebody chose after a look."""
    ReportUpload.objects.filter(pk=upload.pk, state=State.WAITING).update(
        format="" if columns else format, time_zone=time_zone, columns=dict(columns or {})
    )
    upload.refresh_from_db()


def ask_to_take(*, upload: ReportUpload, rows: int) -> Effect | None:
    """Ask the outbox to take a waiting upload in; None where somebody did so before."""
    with transaction.atomic():
        mine = ReportUpload.objects.filter(pk=upload.pk, state=State.WAITING)
        if not mine.update(state=State.TAKING, rows_total=rows, rows_done=0):
            return None
        return enqueue_effect(kind=TAKE, payload={"upload": upload.pk}, key=f"{TAKE}:{upload.pk}")


def take_upload(*, upload_id: int) -> None:
    """Take the file in, note how far it is, and delete the file at the end.

    A run that was killed is finished by the next one; rows it had written are not written again.
    A second call for an upload that is done changes nothing.
    """
    upload = ReportUpload.objects.select_related("live_class").filter(pk=upload_id).first()
    if upload is None or upload.state != State.TAKING:
        return
    path = path_of(upload)
    if path is None:
        _end(upload, State.FAILED, problem=_("The file is not here any more. Upload it again."))
        return

    def note_progress(done: int, total: int, note: str) -> None:
        ReportUpload.objects.filter(pk=upload.pk).update(rows_done=done, rows_total=total)

    try:
        report = _import(upload, path, on_progress=note_progress)
    except BadFile as error:
        _end(upload, State.FAILED, problem=problem_in_words(error, path, upload))
        return
    state = State.TAKEN if report.import_id is not None else State.NOTHING_NEW
    _end(upload, state, batch_id=report.import_id or report.earlier_id)


def _import(upload: ReportUpload, path: Path, **more) -> ImportReport:  # type: ignore[no-untyped-def]
    return import_report(
        live_class=upload.live_class,
        path=path,
        actor=f"user:{upload.uploaded_by_id or 0}",
        format=ReportFormat(upload.format) if upload.format else None,
        columns=upload.columns or None,
        time_zone=upload.time_zone,
        file_name=upload.file_name,
        **more,
    )


def _end(
    upload: ReportUpload, state: str, *, problem: str = "", batch_id: int | None = None
) -> None:
    with transaction.atomic():
        ReportUpload.objects.filter(pk=upload.pk, state=State.TAKING).update(
            state=state, problem=problem[:500], batch_id=batch_id, finished_at=timezone.now()
        )
    delete_file(upload)
