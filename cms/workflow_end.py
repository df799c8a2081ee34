"""What Wagtail calls when a workflow was passed; named by a setting and read before the models are."""

from typing import Any


def publish_reviewed(workflow_state: Any, user: Any = None) -> None:
    """Publish the latest words: having passed the review is the permission, whoever gave the last nod.

    Raises `cms.gate.PublicationRefused` where they are not approved after all.
    """
    from cms.services.workflow import publish_latest

    publish_latest(workflow_state=workflow_state, user=user)
