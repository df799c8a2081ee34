"""Composes the mails of the package at sending time; it sends nothing."""

from django.conf import settings
from django.urls import reverse
from wagtail.models import Page, TaskState, WorkflowState
from wagtail.users.models import UserProfile

from cms.models import OutsideInvitation
from cms.services.outside_review import DAYS_OPEN, link_of
from cms.services.review_news import may_decide, waiting_step
from outbox.mail import Letter, composes
from people.models import User
from people.selectors import current_clinic


def language_of(user: User) -> str:
    """The language in which a login works in the admin."""
    profile = getattr(user, "wagtail_userprofile", None)
    return (profile.preferred_language if profile else "") or settings.LANGUAGE_CODE


def clinic_name_in(language: str) -> str:
    """What the clinic calls itself in a language."""
    clinic = current_clinic()
    return (clinic.name_zh if language.startswith("zh") else "") or clinic.name


def _wants(user: User | None, notice: str) -> bool:
    """Whether a login can be written to and has not switched this off in its account."""
    if user is None or not user.is_active or not user.email:
        return False
    return bool(getattr(UserProfile.get_for_user(user), f"{notice}_notifications"))


def _piece(page: Page) -> dict:
    return {
        "title": page.draft_title or page.title,
        "piece_url": settings.BASE_URL + reverse("wagtailadmin_pages:edit", args=[page.pk]),
    }


@composes("review_waits")
def compose_review_waits(ids: dict) -> Letter | None:
    """To who may decide about a piece; None when somebody has, or when it is theirs no more."""
    step = waiting_step(ids["step"])
    user = User.objects.filter(pk=ids["user"]).first()
    if step is None or not _wants(user, "submitted") or not may_decide(step=step, user=user):
        return None
    language, sender = language_of(user), step.workflow_state.requested_by
    return Letter(
        to=user.email,
        language=language,
        context={
            **_piece(step.workflow_state.content_object),
            "sender": sender.get_full_name() or sender.get_username() if sender else "",
            "clinic_name": clinic_name_in(language),
        },
    )


@composes("review_decided")
def compose_review_decided(ids: dict) -> Letter | None:
    """To who submitted a piece, with the reviewer's note; None when the piece is gone."""
    state = WorkflowState.objects.filter(pk=ids["state"]).select_related("requested_by").first()
    step = TaskState.objects.filter(pk=ids["step"]).first()
    page = state.content_object if state else None
    if state is None or step is None or page is None:
        return None
    approved = step.status == TaskState.STATUS_APPROVED
    user = state.requested_by
    if not _wants(user, "approved" if approved else "rejected"):
        return None
    language = language_of(user)
    return Letter(
        to=user.email,
        language=language,
        context={
            **_piece(page),
            "approved": approved,
            "live": page.live,
            "note": step.comment,
            "clinic_name": clinic_name_in(language),
        },
    )


@composes("outside_review")
def compose_outside_review(ids: dict) -> Letter | None:
    """Return the letter with the personal link, or None once nobody could use it."""
    invitation = (
        OutsideInvitation.objects.filter(pk=ids["invitation"])
        .select_related("page", "invited_by")
        .first()
    )
    if invitation is None or not invitation.is_open or not invitation.email:
        return None
    sender = invitation.invited_by
    return Letter(
        to=invitation.email,
        language=invitation.language,
        context={
            "colleague": invitation.colleague_name,
            "sender": sender.get_full_name() or sender.get_username() if sender else "",
            "title": invitation.page.draft_title or invitation.page.title,
            "link": link_of(invitation),
            "days": DAYS_OPEN,
            "clinic_name": clinic_name_in(invitation.language),
        },
    )
