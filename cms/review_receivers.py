"""Hears how a review goes on and asks for its mails, in the place of Wagtail's own notifiers.

Wagtail sends its mails within the request. A signal takes one receiver of a name, the first: these
carry the names of Wagtail's, and `cms` stands before `wagtail.admin` in INSTALLED_APPS.
"""

from typing import Any

from django.dispatch import receiver
from wagtail.models import TaskState, WorkflowState
from wagtail.signals import (
    task_submitted,
    workflow_approved,
    workflow_rejected,
    workflow_submitted,
)

from cms.services.review_news import tell_decided, tell_waiting


@receiver(
    task_submitted,
    sender=TaskState,
    dispatch_uid="group_approval_task_submitted_email_notification",
)
def tell_of_step(instance: TaskState, **kwargs: Any) -> None:
    """A step begins: who may decide is told."""
    tell_waiting(step=instance)


@receiver(
    workflow_submitted,
    sender=WorkflowState,
    dispatch_uid="workflow_state_submitted_email_notification",
)
def leave_to_the_step(**kwargs: Any) -> None:
    """A piece was submitted: its step tells of it, so that nobody gets two mails."""


@receiver(
    workflow_approved,
    sender=WorkflowState,
    dispatch_uid="workflow_state_approved_email_notification",
)
@receiver(
    workflow_rejected,
    sender=WorkflowState,
    dispatch_uid="workflow_state_rejected_email_notification",
)
def tell_of_decision(instance: WorkflowState, user: Any = None, **kwargs: Any) -> None:
    """A piece was approved or sent back: who submitted it is told."""
    tell_decided(workflow_state=instance, by=user)
