"""The governed vocabulary and the weight of each topic on a page."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import ItemBase, TagBase
from wagtail.models import Page

from cms.slugs import ascii_slug, numbered_slug


class Topic(TagBase, ClusterableModel):
    """A governed term. A merged topic points to the one that stands for it (`resolved`).

    Free tagging is switched off: terms come from editors and imports, never from a tag field.
    """

    free_tagging = False

    name = models.CharField(_("name"), unique=True, max_length=200)
    slug = models.SlugField(_("slug"), unique=True, max_length=200, blank=True)
    name_zh = models.CharField(_("Chinese name"), max_length=200, blank=True)
    description = models.TextField(blank=True)
    description_zh = models.TextField(_("Chinese description"), blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children"
    )
    sensitive = models.BooleanField(
        default=False,
        help_text=_("Interest in this topic is never shown beside a name in a list of people."),
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged_from"
    )
    waits_for_editor = models.BooleanField(
        default=False, help_text=_("Created by an import; usable, and waiting to be looked at.")
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["name"]

    def slugify(self, tag: str, i: int | None = None) -> str:
        """The address of a name, as `cms.services.topics` gives it too; taggit counts i from 1."""
        return numbered_slug(ascii_slug(tag, fallback="topic"), (i or 0) + 1)

    @property
    def resolved(self) -> "Topic":
        """The topic that stands for this one after merges; ends on a cycle too."""
        seen, topic = {self.pk}, self
        while topic.merged_into_id and topic.merged_into_id not in seen:
            topic = topic.merged_into
            seen.add(topic.pk)
        return topic

    @property
    def label(self) -> str:
        """The name in the language of the moment."""
        chinese = (get_language() or "").startswith("zh")
        return self.name_zh if chinese and self.name_zh else self.name


class TopicAlias(models.Model):
    """Another name of a topic, for search, suggestions and imports."""

    topic = ParentalKey(Topic, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "name"], name="alias_once_a_topic")]
        verbose_name_plural = "topic aliases"

    def __str__(self) -> str:
        return self.name


class PageTopic(ItemBase):
    """A topic on a page with its weight (0 to 1), edited inline and never by a bare tag field."""

    tag = models.ForeignKey(
        Topic, verbose_name=_("topic"), on_delete=models.CASCADE, related_name="page_items"
    )
    content_object = ParentalKey(Page, on_delete=models.CASCADE, related_name="page_topics")
    weight = models.FloatField(
        default=1.0, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["content_object", "tag"], name="topic_once_a_page")
        ]

    def clean(self) -> None:
        """Refuse to give a page a topic that another one stands for; one it has already may stay."""
        super().clean()
        if not self.tag_id or not self.tag.merged_into_id:
            return
        if not self.pk or not PageTopic.objects.filter(pk=self.pk, tag_id=self.tag_id).exists():
            raise ValidationError(
                {
                    "tag": _("%(target)s stands for this topic. Choose that one.")
                    % {"target": self.tag.resolved}
                }
            )
