"""Takes a live piece down in one step, and puts the same approved words back; both are audited."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import Revision

from cms.gate import approval_of, needs_approval
from cms.models import PiecePage
from cms.reviewers import writes
from cms.words import content_hash
from outbox.services.audit import record_audit
from people.models import User

REVISIONS_LOOKED_AT = 10


def may_take_down(*, user: User, piece: PiecePage) -> bool:
    """Whether a login may take the piece down and put it back: its author, and who may publish."""
    return user.is_active and (
        writes(user=user, page=piece) or piece.permissions_for_user(user).can_publish()
    )


@transaction.atomic
def take_down(*, piece: PiecePage, user: User) -> bool:
    """Take a live piece from its readers; its words stay. False where it was not live.

    `piece` is the row. Raises PermissionDenied.
    """
    if not may_take_down(user=user, piece=piece):
        raise PermissionDenied
    if not piece.live:
        return False
    UnpublishPageAction(piece, user=user).execute(skip_permission_checks=True)
    _audit("piece.taken_down", piece, user)
    return True


def words_to_put_back(piece: PiecePage) -> Revision | None:
    """The revision that holds the words the row last showed, if they may still be shown."""
    if piece.live or piece.first_published_at is None:
        return None
    if needs_approval(piece) and approval_of(piece) is None:
        return None
    shown = content_hash(piece)
    for revision in piece.revisions.order_by("-created_at", "-pk")[:REVISIONS_LOOKED_AT]:
        if content_hash(revision.as_object()) == shown:
            return revision
    return None


@transaction.atomic
def put_back(*, piece: PiecePage, user: User) -> bool:
    """Publish the words that were taken down, unchanged; False where they may not be shown any more.

    Later drafts stay drafts. Raises PermissionDenied.
    """
    if not may_take_down(user=user, piece=piece):
        raise PermissionDenied
    revision = words_to_put_back(piece)
    if revision is None and not piece.live and not piece.latest_revision_id:
        revision = piece.save_revision(user=user, clean=False)
    if revision is None:
        return False
    revision.publish(user=user, skip_permission_checks=True)
    _audit("piece.put_back", piece, user)
    return True


def _audit(action: str, piece: PiecePage, user: User) -> None:
    record_audit(actor=f"user:{user.pk}", action=action, subject=f"page:{piece.pk}")
