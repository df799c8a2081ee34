"""Effects the classroom handles; each calls one service."""

from classroom.services import notices, presence, report_uploads, slide_pdfs
from outbox.models import Effect
from outbox.registry import handles


@handles(presence.SETTLE, outside=True, lease_s=600)
def settle_attendance(effect: Effect) -> None:
    """Compute a class in slices, each its own transaction; doing it twice changes nothing."""
    presence.settle_class(class_id=effect.payload["class"])


@handles(notices.TELL)
def tell_everybody(effect: Effect) -> None:
    """Ask for the mails of a notice; each has a key of its own."""
    notices.tell_everybody(notice_id=effect.payload["notice"])


@handles(report_uploads.TAKE, outside=True, lease_s=300)
def take_report(effect: Effect) -> None:
    """Take an uploaded report in, chunk by chunk; doing it twice changes nothing."""
    report_uploads.take_upload(upload_id=effect.payload["upload"])


@handles(slide_pdfs.TAKE, outside=True, lease_s=slide_pdfs.LEASE_S)
def take_slide_pdf(effect: Effect) -> None:
    """Make slides of a few pages; doing it twice changes nothing."""
    slide_pdfs.take_pdf(pdf_id=effect.payload["pdf"])
