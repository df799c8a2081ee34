"""Topics of a section or a comic panel, chosen from the vocabulary."""

from typing import Any

from django.db.models import Model
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.coreutils import resolve_model_string


class TopicChooserBlock(blocks.ChooserBlock):
    """One standing topic."""

    class Meta:
        icon = "tag"
        label = _("Topic")

    @cached_property
    def target_model(self) -> type[Model]:
        return resolve_model_string("cms.Topic")

    @cached_property
    def widget(self) -> Any:
        from cms.admin.topic_chooser import topic_chooser

        return topic_chooser.widget_class()

    def bulk_to_python(self, values: list) -> list:
        """One query for all of them, with what stands for each."""
        found = self.target_model.objects.select_related("merged_into").in_bulk(
            [value for value in values if value]
        )
        return [found.get(value) for value in values]

    def get_searchable_content(self, value: Any) -> list[str]:
        return [name for name in (value.name, value.name_zh) if name] if value else []

    def get_api_representation(self, value: Any, context: Any = None) -> dict | None:
        """The topic as pages show theirs, merges resolved."""
        if value is None:
            return None
        topic = value.resolved
        return {"slug": topic.slug, "name": topic.name, "name_zh": topic.name_zh}


class SectionTopicsBlock(blocks.ListBlock):
    """What the text from here to the next heading is about."""

    def __init__(self, child_block: Any = None, **kwargs: Any) -> None:
        super().__init__(child_block or TopicChooserBlock(), **kwargs)

    class Meta:
        icon = "tag"
        label = _("Topics of the section")
        template = "cms/blocks/section_topics.html"
