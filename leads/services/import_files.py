"""Keeps uploaded tables of people in DATA_DIR until they are taken in, deleted or too old; serves none."""

import hashlib
import secrets
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from classroom.reports.tables import table_of
from cms.uploads.strays import delete_strays
from leads.models import PeopleImport
from outbox.records import BadFile
from people.models import ContactPoint, Person

KEPT = timedelta(days=7)
State = PeopleImport.State


def folder() -> Path:
    """Where uploaded tables lie; nothing serves it."""
    return Path(settings.DATA_DIR) / "people-imports"


def path_of(people_import: PeopleImport) -> Path | None:
    """The file, None once it is deleted."""
    path = folder() / people_import.stored_as
    return path if people_import.stored_as and path.exists() else None


def store_file(file: UploadedFile) -> tuple[str, str]:
    """Write the file under a new name that says nothing; return that name and the SHA-256."""
    name = secrets.token_hex(16)
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    path = folder() / name
    with path.open("wb") as out:
        path.chmod(0o600)
        for chunk in file.chunks():
            out.write(chunk)
            digest.update(chunk)
    return name, digest.hexdigest()


def delete_file(people_import: PeopleImport) -> None:
    """Delete the file, there or not; the row stays and says that it is gone."""
    if people_import.stored_as:
        (folder() / people_import.stored_as).unlink(missing_ok=True)
    PeopleImport.objects.filter(pk=people_import.pk).update(stored_as="")
    people_import.stored_as = ""


def discard(people_import: PeopleImport) -> None:
    """Throw away a file that waits; one that is being taken in, or was, stays as it is."""
    mine = PeopleImport.objects.filter(pk=people_import.pk, state__in=(State.WAITING, State.FAILED))
    if mine.update(state=State.DISCARDED, finished_at=timezone.now(), answers={}):
        delete_file(people_import)


def discard_old_files() -> int:
    """Delete files nobody decided about for seven days; returns how many. Idempotent."""
    waiting = PeopleImport.objects.filter(state__in=(State.WAITING, State.FAILED))
    old = list(waiting.exclude(stored_as="").filter(uploaded_at__lt=timezone.now() - KEPT))
    for one in old:
        discard(one)
    _delete_strays()
    return len(old)


def _delete_strays() -> None:
    """Delete what no import knows: an upload that died between its file and its row."""
    rows = PeopleImport.objects.exclude(stored_as="")
    delete_strays(folder(), known=lambda: rows.values_list("stored_as", flat=True), older_than=KEPT)


def discard_files_of(person: Person) -> int:
    """Delete every waiting file in which a person's contact or key stands, or that cannot be read."""
    wanted = set(ContactPoint.objects.filter(person=person).values_list("value", flat=True))
    wanted |= {person.imported_key} if person.imported_key else set()
    wanted = {value.casefold() for value in wanted}  # as cells are compared
    digits = {value.lstrip("+")[-8:] for value in wanted if value.startswith("+")}
    found = 0
    for one in PeopleImport.objects.exclude(stored_as=""):
        path = path_of(one)
        if path is None or _names(path, wanted, digits):
            found += 1
            PeopleImport.objects.filter(pk=one.pk).update(
                state=State.DISCARDED, finished_at=timezone.now(), answers={}
            )
            delete_file(one)
    return found


def _names(path: Path, wanted: set[str], digits: set[str]) -> bool:
    try:
        cells = [cell.casefold() for row in table_of(path).rows for cell in row.cells if cell]
    except BadFile:
        return True
    for cell in cells:
        if cell in wanted:
            return True
        figures = "".join(character for character in cell if character.isdecimal())
        if len(figures) >= 8 and figures[-8:] in digits:
            return True
    return False
