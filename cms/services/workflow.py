"""Moves the workflow of a piece by the verdicts of reviewers, and makes the workflow itself."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from wagtail.models import (
    Page,
    Task,
    TaskState,
    Workflow,
    WorkflowPage,
    WorkflowState,
    WorkflowTask,
)

from cms.gate import PublicationRefused, approval_of, needs_approval
from cms.models import MedicalReviewTask, PiecePage, Review, ReviewKind, Verdict
from cms.reviewers import may_send_back, why_not_approve
from cms.services.reviewing import approve_words, review_own_words, send_back_words
from people.models import User

NAME = "Medical review"
WAGTAILS_OWN = "Moderators approval"


def latest_words(page: Page) -> Page:
    """The page with the words of its latest revision, as a workflow is about them."""
    specific = page.specific
    return specific.get_latest_revision_as_object()


@transaction.atomic
def act_on_task(
    *,
    task_state: TaskState,
    user: User,
    action: str,
    comment: str = "",
    next_review_at: date | str | None = None,
) -> None:
    """Record what a user decided and move the workflow on; publishes what is approved.

    `action` is approve, reject or self_review; a date may come as ISO text. Raises PermissionDenied,
    ValidationError while checks find something, `PublicationRefused` where the gate still says no.
    """
    words = latest_words(task_state.workflow_state.content_object)
    gated = isinstance(words, PiecePage) and needs_approval(words)
    due = date.fromisoformat(next_review_at) if isinstance(next_review_at, str) else next_review_at
    if action == "approve":
        if gated:
            approve_words(
                piece=words,
                user=user,
                revision=words.latest_revision,
                next_review_at=due,
                note=comment,
            )
        elif refusal := why_not_approve(user=user, page=words):
            raise PermissionDenied(refusal)
        task_state.approve(user=user, comment=comment)
    elif action == "reject":
        if gated:
            send_back_words(piece=words, user=user, note=comment, revision=words.latest_revision)
        elif not may_send_back(user=user, page=words):
            raise PermissionDenied
        task_state.reject(user=user, comment=comment)
    elif action == "self_review" and gated:
        review_own_words(piece=words, user=user, revision=words.latest_revision, note=comment)
    else:
        raise PermissionDenied


def pass_approved_words(*, task_state: TaskState) -> TaskState:
    """Close a step at once where its words are approved already; the workflow then moves on."""
    words = latest_words(task_state.workflow_state.content_object)
    if isinstance(words, PiecePage) and needs_approval(words) and approval_of(words):
        task_state.status = TaskState.STATUS_APPROVED
        task_state.finished_at = timezone.now()
        task_state.save()
    return task_state


def publish_latest(*, workflow_state: WorkflowState, user: User | None) -> None:
    """Publish the latest revision of a workflow's page without asking what the user may publish."""
    revision = workflow_state.content_object.get_latest_revision()
    revision.publish(user=user, skip_permission_checks=True)


def step_of(page: Page) -> TaskState | None:
    """The medical review that a page is in at the moment."""
    state = page.current_workflow_task_state
    return state if state and isinstance(state.task.specific, MedicalReviewTask) else None


@transaction.atomic
def follow_verdict(*, page: Page, review: Review) -> bool:
    """Move a page's workflow by a verdict that came from outside it; False where none is under way."""
    state = step_of(page)
    if state is None:
        return False
    if review.verdict == Verdict.APPROVED:
        state.approve(user=review.reviewer, comment=review.note)
    else:
        state.reject(user=review.reviewer, comment=review.note)
    return True


def end_waits() -> list[int]:
    """Publish pieces whose self-review has waited long enough; returns page ids, a second call none."""
    published = []
    steps = TaskState.objects.filter(
        status=TaskState.STATUS_IN_PROGRESS,
        task__in=MedicalReviewTask.objects.values("pk"),
    ).select_related("workflow_state")
    waited = set(
        Review.objects.filter(
            kind=ReviewKind.SELF, verdict=Verdict.APPROVED, effective_at__lte=timezone.now()
        ).values_list("page_id", flat=True)
    )
    for step in steps:
        if int(step.workflow_state.object_id) not in waited:
            continue
        words = latest_words(step.workflow_state.content_object)
        approval = approval_of(words) if isinstance(words, PiecePage) else None
        if approval is not None and _moved_on(step, approval):
            published.append(words.pk)
    return published


def _moved_on(step: TaskState, approval: Review) -> bool:
    try:
        with transaction.atomic():
            step.approve(user=approval.reviewer, comment=approval.note)
    except PublicationRefused:
        return False  # a check found something since; it stays in the list of what waits
    return True


def ensure_workflow() -> None:
    """Make the medical review and put the whole tree under it; a second call changes nothing.

    Wagtail's own workflow gives way only while it is as Wagtail made it. What an administrator
    arranged stays.
    """
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    if not tables >= {MedicalReviewTask._meta.db_table, "wagtailcore_workflowpage"}:
        return
    root = Page.objects.filter(depth=1).first()
    if root is None or MedicalReviewTask.objects.exists():
        return
    task = MedicalReviewTask.objects.create(name=NAME)
    workflow = Workflow.objects.create(name=NAME)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    placed = WorkflowPage.objects.filter(page=root).select_related("workflow").first()
    if placed is None:
        WorkflowPage.objects.create(workflow=workflow, page=root)
    elif placed.workflow.name == WAGTAILS_OWN:
        WorkflowPage.objects.filter(page=root).update(workflow=workflow)
        Workflow.objects.filter(pk=placed.workflow_id).update(active=False)
        Task.objects.filter(workflow_tasks__workflow=placed.workflow_id).update(active=False)
