"""Puts up what is due and takes down what is over; what may not go live waits and is named."""

import logging
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from wagtail.models import Page, Revision

from cms.gate import PublicationRefused

logger = logging.getLogger("wellread.cms")


@dataclass
class Round:
    """What one round did: page ids that went up and down, and why each other one had to wait."""

    published: list[int] = field(default_factory=list)
    expired: list[int] = field(default_factory=list)
    held_back: dict[int, str] = field(default_factory=dict)


def publish_due(*, now: datetime) -> Round:
    """Publish what is due at a moment and take down what is over; a second call finds nothing to do.

    What the gate refuses keeps its schedule and is asked again next time. Nothing stops the others.
    """
    done = Round()
    for page in list(Page.objects.filter(live=True, expire_at__lt=now).order_by("expire_at")):
        page.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
        done.expired.append(page.pk)
    due = Revision.page_revisions.filter(approved_go_live_at__lt=now)
    for revision in due.order_by("approved_go_live_at"):
        page_id = int(revision.object_id)
        try:
            with transaction.atomic():
                revision.publish(log_action="wagtail.publish.scheduled")
        except PublicationRefused as refusal:
            done.held_back[page_id] = " ".join(refusal.messages)
            logger.warning("Page %s is due and may not go live.", page_id)
        else:
            done.published.append(page_id)
    return done
