"""Asks for the mails of a review: to who may decide about a piece, and to who submitted it.

The request writes one row; whom it concerns is found out when the row's turn comes.
"""

from django.db.models import Q
from wagtail.models import TaskState, WorkflowState

from cms.models import MedicalReviewTask
from cms.reviewers import why_not_approve
from cms.services.workflow import latest_words
from outbox.models import Effect
from outbox.registry import handles
from outbox.services import enqueue_effect, enqueue_mail
from people.models import User

WAITS = "review.waits"


def tell_waiting(*, step: TaskState) -> None:
    """Ask for a mail to everybody who may decide about a step; a second call changes nothing."""
    enqueue_effect(kind=WAITS, payload={"step": step.pk}, key=f"{WAITS}:{step.pk}")


def tell_decided(*, workflow_state: WorkflowState, by: User | None) -> None:
    """Ask for a mail to who submitted, unless it was they who decided; a second call changes nothing."""
    asked = workflow_state.requested_by_id
    step = workflow_state.current_task_state_id
    if asked is None or step is None or (by is not None and by.pk == asked):
        return
    enqueue_mail(
        template="review_decided",
        ids={"state": workflow_state.pk, "step": step},
        key=f"review_decided:{step}",
    )


@handles(WAITS)
def mail_who_may_decide(effect: Effect) -> None:
    """Ask for one mail to each who may decide; nobody, where somebody decided meanwhile."""
    step = waiting_step(effect.payload["step"])
    if step is None:
        return
    for user in _staff_with_address():
        if may_decide(step=step, user=user):
            enqueue_mail(
                template="review_waits",
                ids={"step": step.pk, "user": user.pk},
                key=f"review_waits:{step.pk}:{user.pk}",
            )


def waiting_step(pk: int) -> TaskState | None:
    """A step that still waits for somebody."""
    return TaskState.objects.filter(pk=pk, status=TaskState.STATUS_IN_PROGRESS).first()


def may_decide(*, step: TaskState, user: User) -> bool:
    """Whether the login may approve at this step, having neither written nor submitted the piece."""
    if step.workflow_state.requested_by_id == user.pk:
        return False
    words = latest_words(step.workflow_state.content_object)
    task = step.task.specific
    if isinstance(task, MedicalReviewTask):
        return why_not_approve(user=user, page=words) is None
    return bool(task.get_actions(words, user))


def _staff_with_address() -> list[User]:
    staff = User.objects.filter(Q(is_superuser=True) | Q(groups__isnull=False), is_active=True)
    return list(staff.exclude(email="").distinct().order_by("pk"))
