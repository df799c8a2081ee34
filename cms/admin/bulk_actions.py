"""What is done to many pages at once: what may not go live is left out, pieces of others are not named."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.views.pages.bulk_actions.delete import DeleteBulkAction
from wagtail.admin.views.pages.bulk_actions.move import MoveBulkAction
from wagtail.admin.views.pages.bulk_actions.publish import PublishBulkAction
from wagtail.admin.views.pages.bulk_actions.unpublish import UnpublishBulkAction
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy

from cms.gate import PublicationRefused
from cms.page_rows import rows_for


class RowsOfOnesOwn:
    """Leaves out the pages that are in none of the login's lists, instead of naming them."""

    models = [Page]

    def get_actionable_objects(self) -> tuple[list[Page], dict[str, list]]:
        """Wagtail's own, which lists beside what can be done the pages with which it cannot."""
        objects, others = super().get_actionable_objects()  # type: ignore[misc]
        refused = others["items_with_no_access"]
        ids = Page.objects.filter(pk__in=[page.pk for page in refused])
        shown = set(rows_for(self.request.user, ids).values_list("pk", flat=True))  # type: ignore[attr-defined]
        return objects, {
            **others,
            "items_with_no_access": [page for page in refused if page.pk in shown],
        }


class DeleteOwnBulkAction(RowsOfOnesOwn, DeleteBulkAction):
    """Wagtail's bulk deleting."""


class MoveOwnBulkAction(RowsOfOnesOwn, MoveBulkAction):
    """Wagtail's bulk moving."""


class UnpublishOwnBulkAction(RowsOfOnesOwn, UnpublishBulkAction):
    """Wagtail's bulk unpublishing."""


class PublishAllowedBulkAction(RowsOfOnesOwn, PublishBulkAction):
    """Wagtail's bulk publishing, which goes on when the gate refuses one page."""

    def get_execution_context(self) -> dict[str, Any]:
        """Wagtail's own, and where to put what was left out."""
        self.left_out: list[str] = []
        return {**super().get_execution_context(), "left_out": self.left_out}

    @classmethod
    def execute_action(
        cls,
        objects: list[Page],
        include_descendants: bool = False,
        user: Any = None,
        left_out: list[str] | None = None,
        **kwargs: Any,
    ) -> tuple[int, int]:
        """Publish each page, and its drafts below where asked; returns how many of both went live."""
        parents = sum(_published(page, user=user, left_out=left_out) for page in objects)
        children = 0
        if include_descendants:
            for page in objects:
                drafts = page.get_descendants().not_live()
                if user is not None:
                    drafts &= PagePermissionPolicy().instances_user_has_permission_for(
                        user, "publish"
                    )
                children += sum(_published(draft, user=user, left_out=left_out) for draft in drafts)
        return parents, children

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        """Say what went live, and beside it what did not and why."""
        for reason in self.left_out:
            messages.warning(self.request, _("Left out: %(reason)s") % {"reason": reason})
        if not num_parent_objects and not num_child_objects:
            return None
        return super().get_success_message(num_parent_objects, num_child_objects)


def _published(page: Page, *, user: Any, left_out: list[str] | None) -> bool:
    try:
        with transaction.atomic():
            revision = page.get_latest_revision() or page.specific.save_revision(user=user)
            revision.publish(user=user)
    except PublicationRefused as refusal:
        if left_out is not None:
            left_out.extend(refusal.messages)
        return False
    return True


#: What takes the place of Wagtail's own.
BULK_ACTIONS = (
    DeleteOwnBulkAction,
    MoveOwnBulkAction,
    UnpublishOwnBulkAction,
    PublishAllowedBulkAction,
)
