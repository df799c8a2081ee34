"""Which imported key became which page."""

from django.db import models
from django.utils import timezone
from wagtail.models import Page


class ImportedItem(models.Model):
    """One key of an import file and its page; importing the key again updates that page."""

    key = models.CharField(max_length=200, unique=True)
    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="imported_item")
    content_hash = models.CharField(max_length=64)
    imported_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.key
