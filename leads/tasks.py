"""Celery tasks of leads: each calls one service and may be run twice, and twice at once."""

from celery import shared_task

from leads.services import exports, membership


@shared_task(name="leads.refresh", ignore_result=True)
def refresh() -> None:
    """Bring every list up to date."""
    membership.refresh_lists()


@shared_task(name="leads.expire_exports", ignore_result=True)
def expire_exports() -> None:
    """Delete the files of exports whose time is up."""
    exports.expire_exports()
