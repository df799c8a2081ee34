"""Celery tasks of leads: each calls one service and may be run twice, and twice at once."""

from celery import shared_task

from leads.services import exports, import_files, membership, webhook_news


@shared_task(name="leads.refresh", ignore_result=True)
def refresh() -> None:
    """Bring every list up to date."""
    membership.refresh_lists()


@shared_task(name="leads.expire_exports", ignore_result=True)
def expire_exports() -> None:
    """Delete the files of exports whose time is up."""
    exports.expire_exports()


@shared_task(name="leads.clear_tables", ignore_result=True)
def clear_tables() -> None:
    """Delete tables of people nobody decided about."""
    import_files.discard_old_files()


@shared_task(name="leads.clear_webhook_log", ignore_result=True)
def clear_webhook_log() -> None:
    """Delete what webhooks were told long ago."""
    webhook_news.clear_log()
