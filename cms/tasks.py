"""Background work of the package."""

from celery import shared_task
from django.core.management import call_command

from cms.services.patient_consents import note_lapsed_consents


@shared_task(name="cms.publish_scheduled")
def publish_scheduled() -> None:
    """Publish and expire what is due; a second run finds nothing to do."""
    call_command("publish_scheduled")


@shared_task(name="cms.note_lapsed_consents")
def note_lapsed() -> None:
    """Tell of patients' consents that ran out; a second run finds nothing to do."""
    note_lapsed_consents()


@shared_task(name="cms.end_waits")
def end_waits() -> None:
    """Publish what its author reviewed long enough ago, and forget addresses of links that are over."""
    from cms.services.outside_review import forget_addresses
    from cms.services.workflow import end_waits as end

    end()
    forget_addresses()
