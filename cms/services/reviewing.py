"""Writes reviews, each of exactly the words of one revision; it publishes nothing itself.

What may be live is decided in cms/gate.py; what happens in the workflow is in services/workflow.py.
"""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from wagtail.models import Revision

from cms.gate import PublicationRefused, approval_of, write_trust_facts
from cms.models import ClinicianPage, PiecePage, PublishingPolicy, Review, ReviewKind, Verdict
from cms.reviewers import licence_of, may_review_own, may_send_back, why_not_approve
from cms.submission import blocking_problems_of
from cms.words import content_hash
from people.models import User


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))


def noon_of(day: date) -> datetime:
    """The middle of a day, for a review of which only the day is known; never in the future."""
    return min(timezone.make_aware(datetime.combine(day, time(12))), timezone.now())


def default_next_review() -> date:
    """When words approved today are due again, as the clinic's rules have it."""
    return months_after(timezone.localdate(), PublishingPolicy.load().review_valid_months)


def approve_words(
    *,
    piece: PiecePage,
    user: User,
    revision: Revision | None = None,
    next_review_at: date | None = None,
    note: str = "",
) -> Review:
    """Record that a reviewer approves exactly these words; returns the row.

    `piece` holds the words: a row, or a revision as object. Raises PermissionDenied where the user may
    not approve it, PublicationRefused while checks find something. A second call adds a second row.
    """
    if refusal := why_not_approve(user=user, page=piece):
        raise PermissionDenied(refusal)
    _refuse_problems(piece)
    return record_review(
        piece=piece,
        verdict=Verdict.APPROVED,
        revision=revision,
        note=note,
        next_review_at=next_review_at or default_next_review(),
        **_signature(user, piece),
    )


def review_own_words(
    *, piece: PiecePage, user: User, revision: Revision | None = None, note: str = ""
) -> Review:
    """Record that the author approves these words; it counts after the wait that the rules name.

    Raises as `approve_words` does. Readers will be told that the author reviewed it.
    """
    if not may_review_own(user=user, page=piece):
        raise PermissionDenied
    _refuse_problems(piece)
    wait = timedelta(hours=PublishingPolicy.load().self_review_wait_hours)
    return record_review(
        piece=piece,
        verdict=Verdict.APPROVED,
        kind=ReviewKind.SELF,
        revision=revision,
        note=note,
        effective_at=timezone.now() + wait,
        next_review_at=default_next_review(),
        **_signature(user, piece),
    )


def send_back_words(
    *, piece: PiecePage, user: User, note: str, revision: Revision | None = None
) -> Review:
    """Record that a reviewer or an editor wants changes, and which; returns the row."""
    if not may_send_back(user=user, page=piece):
        raise PermissionDenied
    return record_review(
        piece=piece,
        verdict=Verdict.SENT_BACK,
        revision=revision,
        note=note,
        **_signature(user, piece),
    )


@transaction.atomic
def renew_review(*, piece: PiecePage, user: User, next_review_at: date | None = None) -> Review:
    """Approve the unchanged words of a live piece anew: its dates move, nothing is published again.

    `piece` is the row. Raises as `approve_words` does.
    """
    review = approve_words(
        piece=piece, user=user, revision=piece.live_revision, next_review_at=next_review_at
    )
    show_approval(piece=piece)
    return review


def show_approval(*, piece: PiecePage) -> None:
    """Write the trust facts of a live row from the approval of its words; doing it again is nothing."""
    write_trust_facts(piece, approval_of(piece))
    piece.save(update_fields=["reviewed_here", *piece.trust_fields], clean=False)


def record_review(
    *, piece: PiecePage, verdict: str, at: datetime | None = None, **fields: Any
) -> Review:
    """Append a verdict on the words of `piece`, whoever gave it; the callers checked that they may."""
    at = at or timezone.now()
    return Review.objects.create(
        page_id=piece.pk,
        content_hash=content_hash(piece),
        verdict=verdict,
        at=at,
        **{"effective_at": at, **fields},
    )


def _refuse_problems(piece: PiecePage) -> None:
    if problems := blocking_problems_of(piece):
        words = " ".join(problem.message for problem in problems)
        raise PublicationRefused(words, page=piece)


def _signature(user: User, piece: PiecePage) -> dict[str, Any]:
    """Return who signs: the login, and its name, licence and page as they stand today."""
    licence = licence_of(user)
    pages = ClinicianPage.objects.filter(user=user)
    page = pages.filter(locale_id=piece.locale_id).first() or pages.first()
    return {
        "reviewer": user,
        "reviewer_name": page.title if page else user.get_full_name() or user.get_username(),
        "clinician": page,
        "licence": str(licence) if licence else "",
        "register_url": licence.register_url if licence else "",
    }
