"""Keeps uploaded report files in DATA_DIR until they are taken in, discarded or too old; serves none."""

import json
import secrets
import shutil
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from classroom.models import ReportUpload
from classroom.reports.reading import is_json
from classroom.reports.tables import table_of, text_of
from cms.uploads.strays import delete_strays
from outbox.records import BadFile

KEPT = timedelta(days=7)
PLAIN_NAME = "report"


def folder() -> Path:
    """Where uploaded reports lie; nothing serves it."""
    return Path(settings.DATA_DIR) / "reports"


def path_of(upload: ReportUpload) -> Path | None:
    """The upload's file, None once it is deleted."""
    if not upload.stored_as:
        return None
    path = folder() / upload.stored_as / PLAIN_NAME
    return path if path.exists() else None


def store_file(file: UploadedFile) -> str:
    """Write the file under a new name that says nothing, and return that name."""
    name = secrets.token_hex(16)
    place = folder() / name
    place.mkdir(parents=True, mode=0o700)
    with (place / PLAIN_NAME).open("wb") as out:
        for chunk in file.chunks():
            out.write(chunk)
    return name


def delete_file(upload: ReportUpload) -> None:
    """Delete the file, there or not; the row stays and says that it is gone."""
    if upload.stored_as:
        shutil.rmtree(folder() / upload.stored_as, ignore_errors=True)
    ReportUpload.objects.filter(pk=upload.pk).update(stored_as="")
    upload.stored_as = ""


def discard_old_uploads() -> int:
    """Delete files nobody decided about for seven days; returns how many. Idempotent.

    Files that no upload has, as after a process was killed, go uncounted.
    """
    waiting = ReportUpload.objects.filter(state=ReportUpload.State.WAITING)
    old = list(waiting.filter(uploaded_at__lt=timezone.now() - KEPT))
    for upload in old:
        discard_upload(upload)
    kept = ReportUpload.objects.exclude(stored_as="")
    delete_strays(folder(), known=lambda: kept.values_list("stored_as", flat=True), older_than=KEPT)
    return len(old)


def discard_upload(upload: ReportUpload) -> None:
    """Throw away a file that waits; one that is being taken in, or was, stays as it is."""
    State = ReportUpload.State
    mine = ReportUpload.objects.filter(pk=upload.pk, state__in=(State.WAITING, State.FAILED))
    if mine.update(state=State.DISCARDED, finished_at=timezone.now()):
        delete_file(upload)


def discard_uploads_naming(*, texts: Iterable[str]) -> int:
    """Discard every waiting file in which one of these texts stands, or that cannot be read."""
    wanted = [text.casefold() for text in texts if text.strip()]
    found = 0
    for upload in ReportUpload.objects.exclude(stored_as=""):
        path = path_of(upload)
        if path is None or _names(path, wanted):
            found += 1
            ReportUpload.objects.filter(pk=upload.pk).update(
                state=ReportUpload.State.DISCARDED, finished_at=timezone.now()
            )
            delete_file(upload)
    return found


def _names(path: Path, wanted: list[str]) -> bool:
    try:
        if is_json(path):
            whole = json.dumps(json.loads(text_of(path)), ensure_ascii=False)
        else:
            whole = "\n".join(cell for row in table_of(path).rows for cell in row.cells)
    except (BadFile, ValueError):
        return True
    return any(text in whole.casefold() for text in wanted)
