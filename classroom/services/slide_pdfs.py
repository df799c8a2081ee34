"""Makes slides of a PDF's pages in the background, a few pages at a time; a page comes in once.

Drawing happens outside of transactions. Each page's slide and the count of pages are one transaction,
so a run that was killed is finished by the next one.
"""

import secrets
import shutil
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from classroom.models import Room, SlidePdf
from classroom.pdf_pages import Page, PdfProblem, count_pages, draw_page
from classroom.services.room_slides import (
    FITS_INTO,
    TooManySlides,
    free_places,
    put_page,
)
from cms.uploads.refusal import Refused
from cms.uploads.strays import delete_strays
from outbox.services import enqueue_effect, record_audit
from people.models import User

TAKE = "classroom.take_slide_pdf"
LARGEST_BYTES = 50 * 1024 * 1024
BEGINS = b"%PDF-"
PLAIN_NAME = "slides.pdf"
#: One effect looks at so many pages, and must end within its lease, however slow each is.
PAGES_AT_ONCE = 4
LEASE_S = 240
#: A file of which more pages than this give no picture is left.
LEFT_OUT_AT_MOST = 5
State = SlidePdf.State


def is_pdf(file: File) -> bool:
    """Whether the file begins as a PDF does; a PDF behind something else is none here."""
    file.seek(0)
    begins = file.read(len(BEGINS)) == BEGINS
    file.seek(0)
    return begins


def receive_pdf(*, room: Room, file: File, by: User) -> SlidePdf:
    """Keep a PDF, and ask for its pages as slides; raises Refused. Audited."""
    if not is_pdf(file):
        raise Refused(_("This is no PDF. Save it once more as PDF and try again."))
    if file.size > LARGEST_BYTES:
        raise Refused(_("This PDF is too large. The limit is 50 MB."))
    pdf = SlidePdf(room=room, file_name=Path(file.name or "").name[:200], uploaded_by=by)
    pdf.stored_as = _store(file)
    with transaction.atomic():
        pdf.save()
        record_audit(
            actor=f"user:{by.pk}",
            action="room.pdf_added",
            subject=f"class:{room.pk}",
            detail={"pdf": pdf.pk, "bytes": file.size},
        )
        _ask_for_more(pdf)
    return pdf


def take_pdf(*, pdf_id: int) -> None:
    """Make slides of the next pages, and ask for those after them; done already, it changes nothing."""
    pdf = SlidePdf.objects.filter(pk=pdf_id, state=State.TAKING).first()
    if pdf is None:
        return
    path = folder() / pdf.stored_as / PLAIN_NAME
    if not pdf.stored_as or not path.exists():
        _end(pdf, State.FAILED, problem="gone")
        return
    try:
        if not pdf.pages and not _count(pdf, path):
            return
        for number in range(pdf.pages_done + 1, min(pdf.pages_done + PAGES_AT_ONCE, pdf.pages) + 1):
            if not _take_page(pdf, path, number):
                return
    except PdfProblem as problem:
        _end(pdf, State.FAILED, problem=problem.code)
    except TooManySlides:
        _end(pdf, State.FAILED, problem="full")
    else:
        _go_on(pdf)


def stop_pdf(*, pdf: SlidePdf, by: User) -> None:
    """Take no more pages of it; what became a slide stays. Audited."""
    if _end(pdf, State.STOPPED):
        record_audit(
            actor=f"user:{by.pk}",
            action="room.pdf_stopped",
            subject=f"class:{pdf.room_id}",
            detail={"pdf": pdf.pk, "pages": pdf.pages_done},
        )


def put_away_pdf(*, pdf: SlidePdf) -> None:
    """Say no more about a PDF that is done; its slides stay."""
    SlidePdf.objects.filter(pk=pdf.pk).exclude(state=State.TAKING).delete()


def folder() -> Path:
    """Where PDFs wait; nothing serves it."""
    return Path(settings.DATA_DIR) / "slide-pdfs"


def forget_file(stored_as: str) -> None:
    """Delete the file, there or not, once the transaction stands."""
    if stored_as:
        gone = partial(shutil.rmtree, folder() / stored_as, ignore_errors=True)
        transaction.on_commit(gone)


def clear_pdf_files() -> int:
    """Delete files that no PDF on its way has, as after a process was killed; returns how many."""
    rows = SlidePdf.objects.exclude(stored_as="")
    return delete_strays(folder(), known=lambda: rows.values_list("stored_as", flat=True))


def _store(file: File) -> str:
    name = secrets.token_hex(16)
    place = folder() / name
    place.mkdir(parents=True, mode=0o700)
    with (place / PLAIN_NAME).open("wb") as out:
        for chunk in file.chunks():
            out.write(chunk)
    return name


def _count(pdf: SlidePdf, path: Path) -> bool:
    """Write down how many pages there are; a file that does not fit as a whole is not begun."""
    pages = count_pages(path)
    SlidePdf.objects.filter(pk=pdf.pk).update(pages=pages)
    pdf.pages = pages
    if not pages or pages > free_places(pdf.room):
        _end(pdf, State.FAILED, problem="too_many" if pages else "empty")
        return False
    return True


def _take_page(pdf: SlidePdf, path: Path, number: int) -> bool:
    """Make a slide of one page; False where somebody stopped it or another run was faster."""
    page: Page | None = None
    try:
        page = draw_page(path, number=number, fits_into=FITS_INTO)
    except PdfProblem:
        pdf.left_out = [*pdf.left_out, number]
        if len(pdf.left_out) > LEFT_OUT_AT_MOST:
            raise
    with transaction.atomic():
        Room.objects.select_for_update(no_key=True).get(pk=pdf.room_id)
        now = SlidePdf.objects.filter(pk=pdf.pk, state=State.TAKING, pages_done=number - 1).first()
        if now is None:
            return False
        if page is not None:
            now.last_slide = put_page(room=pdf.room, page=page, behind=now.last_slide)
        now.pages_done, now.left_out = number, pdf.left_out
        now.save(update_fields=["pages_done", "left_out", "last_slide"])
    pdf.pages_done = number
    return True


def _go_on(pdf: SlidePdf) -> None:
    if pdf.pages_done >= pdf.pages:
        _end(pdf, State.TAKEN)
        return
    with transaction.atomic():
        _ask_for_more(pdf)


def _ask_for_more(pdf: SlidePdf) -> None:
    enqueue_effect(kind=TAKE, payload={"pdf": pdf.pk}, key=f"{TAKE}:{pdf.pk}:{pdf.pages_done}")


def _end(pdf: SlidePdf, state: str, *, problem: str = "") -> bool:
    """Note the end, and delete the file; False where another run did so."""
    with transaction.atomic():
        mine = SlidePdf.objects.filter(pk=pdf.pk, state=State.TAKING)
        ended = mine.update(state=state, problem=problem, finished_at=timezone.now(), stored_as="")
        forget_file(pdf.stored_as)
    return bool(ended)
