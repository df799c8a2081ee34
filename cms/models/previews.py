"""Drafts as their editors see them just now, kept for a while for a front end of its own."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone


class PagePreview(models.Model):
    """The draft of one page that one editor is looking at; looking again replaces it.

    `subject` says which: the id of the page, or the tree path that a new page is to have.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=255)
    content = models.JSONField()
    kept_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "content_type", "subject"], name="preview_once_an_editor"
            )
        ]

    def __str__(self) -> str:
        return f"preview of {self.subject}"
