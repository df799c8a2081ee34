"""What content does when a course was published; one line each."""

from django.dispatch import receiver
from wagtail.search.index import insert_or_update_object
from wagtail.signals import page_published

from cms.models import CoursePage, ModulePage


@receiver(page_published, sender=CoursePage)
def index_lessons_again(instance: CoursePage, **kwargs) -> None:
    """Who may read the lessons may have changed, and so what search may find."""
    for module in ModulePage.objects.child_of(instance):
        insert_or_update_object(module)
