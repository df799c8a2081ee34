"""Celery's way into tracking: each task calls one service and may run twice."""

from celery import shared_task

from tracking.services import co_interest, retention
from tracking.services.folding import fold_everything


@shared_task(name="tracking.fold")
def fold() -> None:
    """Fold what browsers sent since the last time."""
    fold_everything()


@shared_task(name="tracking.retain")
def retain() -> None:
    """Delete what has been kept as long as promised."""
    retention.retain()


@shared_task(name="tracking.refresh_co_interest")
def refresh_co_interest() -> None:
    """Learn anew which topics go together."""
    co_interest.refresh_co_interest()
