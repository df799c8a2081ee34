"""Science-education articles."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField

from cms.blocks import BodyBlock
from cms.models.pieces import PiecePage
from cms.search_fields import WordsField


class ArticlePage(PiecePage):
    """A science-education article."""

    key_facts = StreamField(
        [("fact", blocks.CharBlock(label=_("Key fact")))], verbose_name=_("key facts"), blank=True
    )
    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True)

    content_panels = [
        *PiecePage.opening_panels,
        FieldPanel("key_facts"),
        FieldPanel("body"),
        FieldPanel("references"),
    ]
    search_fields = [*PiecePage.search_fields, WordsField("key_facts"), WordsField("body")]
    api_fields = [*PiecePage.api_fields, APIField("key_facts"), APIField("body")]
    parent_page_types = ["cms.IndexPage", "cms.HomePage"]
    subpage_types: list[str] = []
    template = "cms/article_page.html"
