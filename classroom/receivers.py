"""What the classroom does when a page changed; one line each."""

from django.dispatch import receiver
from wagtail.signals import page_published

from classroom.models import LiveClass
from classroom.selectors import class_itself
from classroom.services import attendance, presence
from cms.signals import pages_published


@receiver(page_published, sender=LiveClass)
def follow_class(instance, **kwargs) -> None:
    """A class was published again: it may have moved."""
    presence.follow_changed_class(live_class=class_itself(instance))


@receiver(pages_published)
def follow_classes(page_ids, **kwargs) -> None:
    """Files brought classes: a command returns with attendance done, so it is computed here."""
    for live_class in LiveClass.objects.filter(pk__in=page_ids, imports__undone_at=None).distinct():
        attendance.recompute_attendance(live_class=live_class)
