"""Asks a colleague outside the clinic for a review by a personal link, and takes the one decision."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from cms.models import OutsideInvitation, PiecePage, Review, ReviewKind, Verdict
from cms.reviewers import may_send_back, writes
from cms.services.reviewing import default_next_review, record_review
from cms.services.workflow import follow_verdict, latest_words
from cms.submission import blocking_problems_of
from cms.words import content_hash
from outbox.services import enqueue_mail
from outbox.services.audit import record_audit
from people.models import User

DAYS_OPEN = 14


class InvitationOver(Exception):
    """No decision comes through the link any more; the message tells the colleague why."""


def may_invite(*, user: User, piece: PiecePage) -> bool:
    """Whether a login may ask outside for a review: its own pieces, and all for who looks after all."""
    return writes(user=user, page=piece) or may_send_back(user=user, page=piece)


@transaction.atomic
def invite_outside_reviewer(
    *, piece: PiecePage, user: User, colleague_name: str, email: str = ""
) -> OutsideInvitation:
    """Make a link for the latest words of a piece, mail it where there is an address, submit the piece.

    `piece` is the row. Raises PermissionDenied, ValidationError while checks find something. Each call
    makes a link of its own; `link_of` gives its address.
    """
    if not may_invite(user=user, piece=piece):
        raise PermissionDenied
    words = latest_words(piece)
    if problems := blocking_problems_of(words):
        raise ValidationError([problem.message for problem in problems])
    revision = piece.latest_revision or piece.save_revision(user=user, clean=False)
    now = timezone.now()
    invitation = OutsideInvitation(
        page_id=piece.pk,
        revision=revision,
        content_hash=content_hash(words),
        colleague_name=colleague_name,
        email=email,
        language=piece.locale.language_code,
        invited_by=user,
        created_at=now,
        expires_at=now + timedelta(days=DAYS_OPEN),
    )
    invitation.save()
    invitation.token_hash = hash_of(token_of(invitation))
    invitation.save(update_fields=["token_hash"])
    if email:
        enqueue_mail(
            template="outside_review",
            ids={"invitation": invitation.pk},
            key=f"outside_review:{invitation.pk}",
        )
    _submit(piece, user)
    record_audit(
        actor=f"user:{user.pk}",
        action="piece.outside_review_asked",
        subject=f"page:{piece.pk}",
        detail={"invitation": invitation.pk},
    )
    return invitation


def token_of(invitation: OutsideInvitation) -> str:
    """The token of a link: derived from the secret key, so that no row and no mail queue holds it."""
    value = f"{invitation.pk}:{invitation.created_at.timestamp()}:{invitation.content_hash}"
    digest = salted_hmac("cms.outside_review", value, algorithm="sha256").digest()
    return urlsafe_base64_encode(digest)


def hash_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_of(invitation: OutsideInvitation) -> str:
    """The whole address of a link, in the language of the piece."""
    with translation.override(invitation.language):
        return settings.BASE_URL.rstrip("/") + reverse(
            "outside_review", args=[token_of(invitation)]
        )


def open_invitation(*, token: str) -> OutsideInvitation:
    """The invitation of a token, for reading and deciding. Raises DoesNotExist, or InvitationOver."""
    invitation = OutsideInvitation.objects.select_related("revision", "page").get(
        token_hash=hash_of(token)
    )
    if invitation.decided_at:
        raise InvitationOver(_("Your decision is recorded. Thank you; the link is used up."))
    if invitation.revoked_at:
        raise InvitationOver(_("The clinic took this request back. Nothing is left to do."))
    if not invitation.is_open:
        raise InvitationOver(_("This link is over. Ask the clinic for a new one."))
    if content_hash(latest_words(invitation.page)) != invitation.content_hash:
        raise InvitationOver(
            _("The words have changed since you were asked. Ask the clinic for a new link.")
        )
    return invitation


@transaction.atomic
def decide_outside(
    *, token: str, verdict: str, name: str, licence: str, authority: str, note: str = ""
) -> Review:
    """Record the colleague's one decision and let the workflow follow it; an approval publishes.

    Raises as `open_invitation` does: a second decision finds the link used up.
    """
    OutsideInvitation.objects.select_for_update().filter(token_hash=hash_of(token)).first()
    invitation = open_invitation(token=token)
    words = invitation.revision.as_object()
    review = record_review(
        piece=words,
        verdict=verdict,
        kind=ReviewKind.OUTSIDE,
        revision=invitation.revision,
        reviewer_name=name,
        licence=f"{authority} {licence}".strip(),
        note=note,
        next_review_at=default_next_review() if verdict == Verdict.APPROVED else None,
    )
    invitation.review, invitation.decided_at, invitation.email = review, timezone.now(), ""
    invitation.save(update_fields=["review", "decided_at", "email"])
    follow_verdict(page=invitation.page.specific, review=review)
    return review


def revoke_invitation(*, invitation: OutsideInvitation, user: User) -> None:
    """Close a link that nobody used; a second call changes nothing."""
    piece = invitation.page.specific
    if not may_invite(user=user, piece=piece):
        raise PermissionDenied
    OutsideInvitation.objects.filter(pk=invitation.pk, revoked_at=None, decided_at=None).update(
        revoked_at=timezone.now(), email=""
    )


def forget_addresses() -> int:
    """Clear the addresses of links that are over; returns how many, a second call none."""
    over = OutsideInvitation.objects.filter(Q(expires_at__lt=timezone.now())).exclude(email="")
    return over.update(email="")


def _submit(piece: PiecePage, user: User) -> None:
    state = piece.current_workflow_state
    if state is None:
        workflow = piece.get_workflow()
        if workflow is not None:
            workflow.start(piece, user)
    elif state.status == state.STATUS_NEEDS_CHANGES:
        state.resume(user)
