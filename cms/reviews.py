"""Reads about reviews: what waits, what came back, what is due; it writes nothing."""

from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from wagtail.models import Page, TaskState, WorkflowState

from cms.models import MedicalReviewTask, PiecePage, PublishingPolicy, Review
from cms.reviewers import is_editor, is_reviewer
from people.models import User


def piece_models() -> list[type[PiecePage]]:
    """Every type of piece there is, those of packages above too."""
    from django.apps import apps

    return [model for model in apps.get_models() if issubclass(model, PiecePage)]


def task_states_for(user: User) -> QuerySet[TaskState]:
    """The medical reviews under way that wait for somebody like this login."""
    if not (is_reviewer(user) or is_editor(user)):
        return TaskState.objects.none()
    return TaskState.objects.filter(
        status=TaskState.STATUS_IN_PROGRESS, task__in=MedicalReviewTask.objects.values("pk")
    )


def own_pieces(user: User) -> Q:
    """The condition on pages that are the login's: it made them, or is their author."""
    own = Q(owner=user)
    for model in piece_models():
        own |= Q(pk__in=model.objects.filter(author__user=user).order_by().values("pk"))
    return own


def sent_back_to(user: User) -> QuerySet[WorkflowState]:
    """Workflows of the login's pieces in which a reviewer asked for changes, the latest first."""
    pages = Page.objects.filter(own_pieces(user)).order_by()
    keys = [str(pk) for pk in pages.values_list("pk", flat=True)]
    return (
        WorkflowState.objects.filter(status=WorkflowState.STATUS_NEEDS_CHANGES, object_id__in=keys)
        .select_related("current_task_state__finished_by")
        .prefetch_related("content_object")
        .order_by("-current_task_state__finished_at")
    )


def due_pieces(model: type[PiecePage], *, by: date | None = None) -> QuerySet:
    """Live pieces of a type whose next review is due by a day, today where none is named."""
    day = by or timezone.localdate()
    return model.objects.live().filter(about_health=True, next_review_at__lte=day)


def due_page_ids(*, by: date | None = None) -> Q:
    """The condition on pages of any type that are due for a new review."""
    due = Q(pk=None)
    for model in piece_models():
        due |= Q(pk__in=due_pieces(model, by=by).order_by().values("pk"))
    return due


def overdue_since(piece: PiecePage) -> date | None:
    """The day from which readers are told that a live piece is due for a new review, once it is.

    That is the day of its next review, told when the days of grace are over. One query, and only for
    a piece that is due.
    """
    due = piece.next_review_at
    if due is None or not piece.about_health or due > timezone.localdate():
        return None
    grace = timedelta(days=PublishingPolicy.load().grace_days)
    return due if due + grace < timezone.localdate() else None


def review_shown(piece: PiecePage) -> Review | None:
    """The review whose facts a live piece shows, for what the piece itself does not hold."""
    if piece.reviewed_at is None:
        return None
    return (
        Review.objects.filter(page_id=piece.pk, verdict="approved").order_by("-at", "-pk").first()
    )
