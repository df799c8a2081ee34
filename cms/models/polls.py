"""How often each answer of a poll was chosen: numbers alone, nobody's."""

from django.db import models


class PollCount(models.Model):
    """The votes for one answer of one poll on one page; it holds no address, visitor or moment."""

    page = models.ForeignKey("wagtailcore.Page", on_delete=models.CASCADE, related_name="+")
    block_id = models.CharField(max_length=36)
    option_id = models.CharField(max_length=36)
    votes = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["page", "block_id", "option_id"], name="poll_count_once_an_answer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.votes} on page {self.page_id}"
