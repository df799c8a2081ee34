"""Decides whether the words of a piece may be before readers; the one place where that is decided.

`PiecePage.save` asks it for every live row, and a receiver for every revision that is scheduled. It
reads reviews and sets trust facts on the piece at hand; it saves nothing.
"""

from datetime import datetime

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from cms.models import PiecePage, Review
from cms.submission import blocking_problems_of
from cms.words import content_hash


class PublicationRefused(ValidationError):
    """A piece may not go live as it is; the message says why and what to do. `page` is the piece."""

    def __init__(self, message: str, *, page: Page) -> None:
        # Under a key, because Wagtail's API answers with the messages by field.
        refusal = ValidationError(message, code="publication_refused")
        super().__init__({NON_FIELD_ERRORS: refusal})
        self.page = page


def needs_approval(piece: PiecePage) -> bool:
    """Whether the piece may be live only when a reviewer approved its words."""
    return piece.about_health and piece.reviewed_here


def approval_of(piece: PiecePage, *, at: datetime | None = None) -> Review | None:
    """Return the approval of exactly these words that counts at a moment (now), if there is one.

    An alias shows its original's words, so the original's approval is its own. The latest verdict on
    the words holds: sent back after an approval is not approved.
    """
    page_ids = [pk for pk in (piece.pk, piece.alias_of_id) if pk]
    if not page_ids:
        return None
    found = Review.objects.of_words(page_ids=page_ids, content_hash=content_hash(piece))
    latest = found.select_related("clinician").first()
    return latest if latest and latest.is_effective(at) else None


def why_not_live(piece: PiecePage, *, at: datetime | None = None) -> str | None:
    """Return what to tell somebody who wants these words live at a moment, None where they may be."""
    at = at or max(timezone.now(), piece.go_live_at or timezone.now())
    if needs_approval(piece) and approval_of(piece, at=at) is None:
        return _(
            "“%(title)s” is about health, and nobody has approved these words yet. "
            "Submit it for review; your draft is kept."
        ) % {"title": piece.title}
    if problems := blocking_problems_of(piece):
        return " ".join([f"“{piece.title}”:", *(problem.message for problem in problems)])
    return None


def admit(piece: PiecePage) -> None:
    """Let a live row pass with the trust facts of its approval, or raise PublicationRefused.

    A row that takes on another revision is being published, so it is asked everything. One that code
    saves as it stands is asked for its approval.
    """
    approval = approval_of(piece)
    if approval is None and needs_approval(piece):
        raise PublicationRefused(why_not_live(piece, at=timezone.now()) or "", page=piece)
    if _takes_on_a_revision(piece) and (reason := why_not_live(piece, at=timezone.now())):
        raise PublicationRefused(reason, page=piece)
    write_trust_facts(piece, approval)


def admit_scheduled(piece: PiecePage, *, go_live_at: datetime) -> None:
    """Let words be scheduled for a moment, or raise PublicationRefused; asked again at that moment."""
    if reason := why_not_live(piece, at=go_live_at):
        raise PublicationRefused(reason, page=piece)


def write_trust_facts(piece: PiecePage, approval: Review | None) -> None:
    """Set on the piece who answers for its words; without an approval nobody does."""
    if approval is None:
        for name in piece.trust_fields:
            blank = None if piece._meta.get_field(name).null else ""
            setattr(piece, name, blank)
        return
    piece.reviewed_here = True
    piece.reviewer = approval.clinician
    piece.reviewer_name = approval.reviewer_name
    piece.reviewer_licence = approval.licence
    piece.review_kind = approval.kind
    piece.reviewed_at = timezone.localdate(approval.at)
    piece.next_review_at = approval.next_review_at


def _takes_on_a_revision(piece: PiecePage) -> bool:
    if piece.live_revision_id is None or piece.pk is None or piece.alias_of_id:
        return False
    stands = Page.objects.filter(pk=piece.pk).values_list("live_revision_id", flat=True).first()
    return stands != piece.live_revision_id
