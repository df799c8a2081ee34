"""Background work of the package."""

from celery import shared_task

from classroom.services.questionnaires import invite_missed
from classroom.services.report_files import discard_old_uploads
from classroom.services.room_files import clear_room_files
from classroom.services.slide_pdfs import clear_pdf_files
from classroom.services.tellings import clear_old_tellings


@shared_task(name="classroom.clear_uploads")
def clear_uploads() -> None:
    """Delete reports nobody decided about, and files of nobody's; a second run finds nothing to do."""
    discard_old_uploads()
    clear_pdf_files()
    clear_room_files()


@shared_task(name="classroom.clear_tellings")
def clear_tellings() -> None:
    """Delete what was told by hand a month ago; a second run finds nothing to do."""
    clear_old_tellings()


@shared_task(name="classroom.invite_missed")
def invite_missed_guests() -> None:
    """Ask guests whom no mail was planned for; a second run finds nobody."""
    invite_missed()
