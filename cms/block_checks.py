"""What the pictures, films and panels of a piece need before it goes live: words, and a patient's consent."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from cms.models import ClinicImage, ComicPage, PieceKind, PiecePage, PublishingPolicy
from cms.submission import Problem, submission_checks
from cms.uploads.media_form import missing_words

MEDIA_CODES = {
    "transcript": "missing_transcript",
    "captions": "missing_captions",
    "language": "missing_captions_language",
}


def missing_panel_text(piece: PiecePage) -> Iterable[Problem]:
    """Each panel of a comic has a drawing, and says in words what it shows."""
    if not isinstance(piece, ComicPage):
        return
    for number, block in enumerate(piece.panels_in_order, start=1):
        place = str(block.id or "")
        if not (block.value.get("alt") or "").strip():
            yield Problem(
                field="panels_in_order",
                code="missing_panel_text",
                place=place,
                message=_("Panel %(number)d has no text alternative. Say what its drawing shows.")
                % {"number": number},
            )
        if not block.value.get("image"):
            yield Problem(
                field="panels_in_order",
                code="missing_drawing",
                place=place,
                message=_("Panel %(number)d has no drawing.") % {"number": number},
            )


def missing_alt(piece: PiecePage) -> Iterable[Problem]:
    """Each figure says in words what it shows, unless it is decoration."""
    for block in _body(piece):
        for value, image in _described_pictures(block):
            is_decoration = image is not None and image.is_decorative
            if not is_decoration and not (value.get("alt") or "").strip():
                yield Problem(
                    field="body",
                    code="missing_alt",
                    place=str(block.id or ""),
                    message=_(
                        "A picture has no text alternative. Say what it tells, for who cannot see it."
                    ),
                )


def missing_media_words(piece: PiecePage) -> Iterable[Problem]:
    """Each film has captions and a transcript, each recording a transcript."""
    for block in _body(piece):
        if block.block_type not in ("video", "audio"):
            continue
        media = block.value.get(block.block_type)
        if media is None:
            continue
        values = {
            "transcript": media.transcript,
            "captions": media.captions,
            "language": media.language,
        }
        for name, message in missing_words(media.type, values).items():
            yield Problem(
                field="body",
                code=MEDIA_CODES[name],
                place=str(block.id or ""),
                message=_("“%(title)s” is not ready. %(what)s")
                % {"title": media.title, "what": message},
            )


def missing_patient_consent(piece: PiecePage) -> Iterable[Problem]:
    """Whoever is shown has agreed, and the agreement is in force today."""
    shown = list(_what_is_shown(piece))
    for kind in (ClinicImage, None):
        patients = [
            one
            for _field, _place, one in shown
            if one.patient_shown and isinstance(one, ClinicImage) == (kind is ClinicImage)
        ]
        if patients:
            prefetch_related_objects(patients, "patient_consents")
    for field, place, one in shown:
        if one.is_withheld:
            yield Problem(
                field=field,
                code="missing_patient_consent",
                place=place,
                message=_(
                    "“%(title)s” shows a patient without a consent in force. "
                    "Record the consent, or take it out."
                )
                % {"title": one.title},
            )


def refused_comparison(piece: PiecePage) -> Iterable[Problem]:
    """A comparison shows two patients' pictures, and stands in promotion only where that is allowed."""
    comparisons = [block for block in _body(piece) if block.block_type == "comparison"]
    if not comparisons:
        return
    allowed = (
        piece.kind != PieceKind.PROMOTION or PublishingPolicy.load().shows_comparisons_in_promotion
    )
    for block in comparisons:
        place = str(block.id or "")
        if not allowed:
            yield Problem(
                field="body",
                code="comparison_in_promotion",
                place=place,
                message=_("A promotion may hold no before and after here. Take it out."),
            )
        images = [block.value[side].get("image") for side in ("before", "after")]
        if any(image is not None and not image.patient_shown for image in images):
            yield Problem(
                field="body",
                code="comparison_without_patient",
                place=place,
                message=_(
                    "Mark both pictures of the comparison as showing a patient, and record the consent."
                ),
            )


def _body(piece: PiecePage) -> Iterable[Any]:
    return getattr(piece, "body", None) or []


def _described_pictures(block: Any) -> Iterator[tuple[Any, ClinicImage | None]]:
    """The values of a block that pair a picture with its words."""
    if block.block_type == "figure":
        yield block.value, block.value.get("image")
    elif block.block_type == "comparison":
        for side in ("before", "after"):
            yield block.value[side], block.value[side].get("image")


def _what_is_shown(piece: PiecePage) -> Iterator[tuple[str, str, Any]]:
    """Each picture, film and recording of the piece with its field and the id of its block."""
    if piece.cover:
        yield "cover", "", piece.cover
    for block in _body(piece):
        place = str(block.id or "")
        for _value, image in _described_pictures(block):
            if image is not None:
                yield "body", place, image
        media = (
            block.value.get(block.block_type) if block.block_type in ("video", "audio") else None
        )
        if media is not None:
            yield "body", place, media
            if media.poster:
                yield "body", place, media.poster
    for block in getattr(piece, "panels_in_order", None) or []:
        image = block.value.get("image")
        if image is not None:
            yield "panels_in_order", str(block.id or ""), image


submission_checks += [
    missing_panel_text,
    missing_alt,
    missing_media_words,
    missing_patient_consent,
    refused_comparison,
]
