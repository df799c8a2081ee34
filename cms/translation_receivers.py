"""Hears that Wagtail began a translation; one line each."""

from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import copy_for_translation_done

from cms.services.translating import take_over_author


@receiver(copy_for_translation_done, dispatch_uid="cms.take_over_author")
def take_over(target_obj, **kwargs) -> None:
    """A page was copied into another language."""
    if isinstance(target_obj, Page):
        take_over_author(translation=target_obj)
