"""The editor's panel of topics: those of the piece, and suggestions that its text gives."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, InlinePanel


class TopicsPanel(InlinePanel):
    """The topics with their weights; suggestions stand above them and are asked for after each save."""

    def __init__(self, *args, **kwargs) -> None:
        defaults = {
            "relation_name": "page_topics",
            "heading": _("Topics"),
            "label": _("Topic"),
            "panels": [FieldPanel("tag"), FieldPanel("weight")],
        }
        super().__init__(*args, **{**defaults, **kwargs})

    class BoundPanel(InlinePanel.BoundPanel):
        template_name = "cms/admin/topics_panel.html"

        def get_context_data(self, parent_context=None) -> dict:
            from cms.suggestions import suggested_topics

            context = super().get_context_data(parent_context)
            if self.instance.pk:
                context["suggestions"] = suggested_topics(self.instance)
                context["piece"] = self.instance
            return context
