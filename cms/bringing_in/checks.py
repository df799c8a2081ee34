"""Stops a piece that still holds a note about a missing picture from going live."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from cms.bringing_in.drafts import NOTE_OPENS
from cms.models import PiecePage
from cms.submission import Problem, submission_checks


def notes_left_in_text(piece: PiecePage) -> Iterable[Problem]:
    """Each paragraph that still says where a picture stood."""
    for block in getattr(piece, "body", None) or []:
        if block.block_type == "paragraph" and NOTE_OPENS in str(block.value.source):
            yield Problem(
                field="body",
                code="picture_missing",
                place=str(block.id or ""),
                message=_("A picture is still missing here. Upload it, or delete the note."),
            )


submission_checks.append(notes_left_in_text)
