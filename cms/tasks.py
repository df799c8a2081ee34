"""Background work of the package."""

from celery import shared_task
from django.core.management import call_command


@shared_task(name="cms.publish_scheduled")
def publish_scheduled() -> None:
    """Publish and expire what is due; a second run finds nothing to do."""
    call_command("publish_scheduled")
