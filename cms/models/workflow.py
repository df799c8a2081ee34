"""The step of Wagtail's workflow in which a reviewer approves a piece or sends it back."""

from typing import Any

from django.forms import Form
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Task, TaskState, WorkflowState

from people.models import User


class MedicalReviewTask(Task):
    """Asks for a medical review; what each action does is in cms/services/workflow.py."""

    class Meta:
        verbose_name = _("medical review")
        verbose_name_plural = _("medical reviews")

    @classmethod
    def get_description(cls) -> str:
        """What the admin says of this kind of step."""
        return _("A reviewer with a recorded licence, other than the author, approves the words.")

    def start(self, workflow_state: WorkflowState, user: User | None = None) -> TaskState:
        """Begin; words that are approved already need nobody's time and pass."""
        from cms.services import workflow  # services know the models, not the other way round

        state = super().start(workflow_state, user=user)
        return workflow.pass_approved_words(task_state=state)

    def user_can_access_editor(self, obj: Page, user: User) -> bool:
        """Let reviewers open what they are asked about."""
        from cms.reviewers import is_reviewer

        return is_reviewer(user)

    def locked_for_user(self, obj: Page, user: User) -> bool:
        """Keep the words still for their author while somebody reads them.

        A reviewer who changes them anyway has written them, and somebody else must approve.
        """
        from cms import reviewers

        free = reviewers.may_send_back(user=user, page=obj)
        return not free and not reviewers.may_review_own(user=user, page=obj.specific)

    def get_actions(self, obj: Page, user: User) -> list[tuple[str, Any, bool]]:
        """The actions this user has: (name, what the button says, whether it asks for more)."""
        from cms import reviewers

        actions: list[tuple[str, Any, bool]] = []
        obj = obj.specific
        refusal = reviewers.why_not_approve(user=user, page=obj)
        if refusal is None:
            actions.append(("approve", _("Approve"), True))
        if reviewers.may_send_back(user=user, page=obj):
            actions.append(("reject", _("Send back"), True))
        if refusal is not None and reviewers.may_review_own(user=user, page=obj):
            actions.append(("self_review", _("Review it myself"), True))
        return actions

    def get_form_for_action(self, action: str) -> type[Form]:
        """The form of an action: a date for an approval, a note for sending back."""
        from cms.admin.review_forms import form_of_action

        return form_of_action(action)

    def on_action(self, task_state: TaskState, user: User, action_name: str, **kwargs: Any) -> None:
        """Record the verdict and move the workflow on."""
        from cms.services import workflow

        workflow.act_on_task(task_state=task_state, user=user, action=action_name, **kwargs)

    def get_task_states_user_can_moderate(self, user: User, **kwargs: Any):
        """The states that wait for this user, for Wagtail's lists; its own rules decide again."""
        from cms.reviews import task_states_for

        return task_states_for(user)
