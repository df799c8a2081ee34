"""Short addresses of pages, for paper and for messages; where one leads is decided when it is asked for."""

from django.db import models
from django.utils import timezone

CODE_LENGTH = 7
CAMPAIGN_LENGTH = 64


class ShortLink(models.Model):
    """One page and one campaign under one code; it names a page, never an address."""

    code = models.CharField(max_length=12, unique=True)
    page = models.ForeignKey(
        "wagtailcore.Page", on_delete=models.CASCADE, related_name="short_links"
    )
    campaign = models.CharField(max_length=CAMPAIGN_LENGTH, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "campaign"], name="short_link_once_a_campaign")
        ]

    def __str__(self) -> str:
        return self.code
