"""Comic explainers."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField

from cms.blocks import PanelsBlock
from cms.models.pieces import PiecePage
from cms.search_fields import WordsField


class ComicPage(PiecePage):
    """A comic explainer: panels in reading order, with all words as text."""

    panels_in_order = StreamField(PanelsBlock(), verbose_name=_("panels"), blank=True)
    afterword = models.TextField(
        _("afterword"), blank=True, help_text=_("What to do if it is your own case.")
    )

    content_panels = [
        *PiecePage.opening_panels,
        FieldPanel("panels_in_order"),
        FieldPanel("afterword"),
        FieldPanel("references"),
    ]
    search_fields = [
        *PiecePage.search_fields,
        WordsField("panels_in_order"),
        WordsField("afterword"),
    ]
    api_fields = [*PiecePage.api_fields, APIField("panels_in_order"), APIField("afterword")]
    parent_page_types = ["cms.IndexPage", "cms.HomePage"]
    subpage_types: list[str] = []
    template = "cms/comic_page.html"
