"""Counts votes in polls: a number goes up, and nothing says whose vote it was."""

from django.db import transaction
from django.db.models import F

from cms.models import PollCount


def count_vote(*, page_id: int, block_id: str, option_id: str) -> None:
    """Add one vote. The caller has checked that the page shows this poll with this answer.

    A second call counts again.
    """
    with transaction.atomic():
        count, made = PollCount.objects.get_or_create(
            page_id=page_id, block_id=block_id, option_id=option_id, defaults={"votes": 1}
        )
        if not made:
            PollCount.objects.filter(pk=count.pk).update(votes=F("votes") + 1)
