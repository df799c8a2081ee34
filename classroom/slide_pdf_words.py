"""What is said about PDFs on their way into a room's slides: how far they are, and what went wrong."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classroom.models import Room, SlidePdf
from classroom.services.room_slides import SLIDES_AT_MOST

State = SlidePdf.State


@dataclass(frozen=True)
class PdfLine:
    """One PDF and the sentences about it: what happened to it, and what that means for the slides."""

    pdf: SlidePdf
    is_taking: bool
    sentences: tuple[str, ...]


def pdfs_of(room: Room) -> list[PdfLine]:
    """The PDFs of a room that nobody has put away, oldest first; one query."""
    rows = SlidePdf.objects.filter(room=room).order_by("pk")
    return [
        PdfLine(pdf=pdf, is_taking=pdf.state == State.TAKING, sentences=tuple(sentences_on(pdf)))
        for pdf in rows
    ]


def sentences_on(pdf: SlidePdf) -> list[str]:
    """What happened to a PDF, in the words of the reader's language."""
    told = []
    if pdf.state == State.TAKING:
        told.append(_how_far(pdf))
    if pdf.state == State.FAILED:
        told.append(_problem(pdf))
    if pdf.state == State.STOPPED:
        told.append(_("You stopped it."))
    made = pdf.pages_done - len(pdf.left_out)
    if pdf.state != State.TAKING and pdf.pages_done:
        words = ngettext("%(number)d page is a slide.", "%(number)d pages are slides.", made)
        told.append(words % {"number": made})
    if pdf.left_out:
        told.append(
            _("Left out, as they cannot be drawn: page %(pages)s.")
            % {"pages": ", ".join(str(number) for number in pdf.left_out)}
        )
    return told


def _how_far(pdf: SlidePdf) -> str:
    if not pdf.pages:
        return _("Its pages are being counted.")
    words = _(
        "Page %(done)d of %(pages)d is done. You can leave this page; it goes on without you."
    )
    return words % {"done": pdf.pages_done, "pages": pdf.pages}


def _problem(pdf: SlidePdf) -> str:
    sentences = {
        "locked": _("This PDF is locked with a password. Save it without one and try again."),
        "damaged": _("This PDF is damaged. Save it once more as PDF and try again."),
        "heavy": _("This PDF is too heavy to draw. Save its pages as pictures and add those."),
        "empty": _("This PDF has no pages."),
        "gone": _("The file is not here any more. Upload it again."),
        "full": _("The room was full before the last page."),
    }
    if pdf.problem == "too_many":
        words = _(
            "This PDF has %(pages)d pages, and there is no place for them: a room holds %(most)d "
            "slides. Nothing was taken in. Split the file, or take slides out first."
        )
        return words % {"pages": pdf.pages, "most": SLIDES_AT_MOST}
    return sentences.get(pdf.problem, sentences["damaged"])
