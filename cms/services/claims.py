"""Lets a phrase stand in one sentence of a piece, for a reason that is kept."""

from django.db import transaction
from django.utils.translation import gettext as _

from cms.claims.checking import claims_in
from cms.models import ClaimOverride, PiecePage
from cms.reviewers import is_own, is_reviewer
from outbox.services import record_audit
from people.models import User

SHORTEST_REASON = 10


class OverrideRefused(Exception):
    """The phrase may not be let stand so; the message says why."""


def may_override(*, user: User, piece: PiecePage) -> bool:
    """Whether the user is a medical reviewer or administrator and had no hand in the piece."""
    return is_reviewer(user) and not is_own(user=user, page=piece)


def override_claim(*, piece: PiecePage, key: str, reason: str, reviewer: User) -> ClaimOverride:
    """Record why the hit named by `key` (`ClaimHit.key`) may stand; returns the record.

    The piece is taken as it is given, so pass its latest draft. Raises OverrideRefused where the
    user may not, the reason says nothing, or the sentence has changed meanwhile. A second call for
    the same hit returns the record there is.
    """
    if not may_override(user=reviewer, piece=piece):
        raise OverrideRefused(_("Only a medical reviewer who did not write the piece may do this."))
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise OverrideRefused(_("Write in a sentence why it may stand."))
    with transaction.atomic():
        hit = next((hit for hit in claims_in(piece) if hit.key == key), None)
        if hit is None:
            raise OverrideRefused(_("The sentence has changed. Read it again, then decide."))
        if hit.override is not None:
            return hit.override
        override = ClaimOverride.objects.create(
            page_id=piece.pk,
            page_title=piece.title,
            phrase=hit.phrase.phrase,
            sentence=hit.found.sentence,
            sentence_hash=hit.found.sentence_hash,
            reason=reason,
            reviewer=reviewer,
            reviewer_name=reviewer.get_full_name() or reviewer.get_username(),
        )
        record_audit(
            actor=f"user:{reviewer.pk}",
            action="claim.override",
            subject=f"page:{piece.pk}",
            detail={"phrase": hit.phrase.phrase, "override": override.pk},
        )
    return override
