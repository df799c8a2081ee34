"""Hears what Wagtail does to revisions; each receiver asks or calls one function."""

from typing import Any

from django.db.models.signals import pre_save
from django.dispatch import receiver
from wagtail.models import Revision

from cms import gate
from cms.models import PiecePage


@receiver(pre_save, sender=Revision, dispatch_uid="cms.admit_scheduled")
def admit_scheduled_words(
    sender: type[Revision], instance: Revision, raw: bool = False, **kwargs: Any
) -> None:
    """Refuse to schedule words of a piece that may not be live when their moment comes."""
    names = kwargs.get("update_fields")
    if raw or instance.approved_go_live_at is None:
        return
    if names is not None and "approved_go_live_at" not in names:
        return
    if issubclass(instance.content_type.model_class() or object, PiecePage):
        gate.admit_scheduled(instance.as_object(), go_live_at=instance.approved_go_live_at)
