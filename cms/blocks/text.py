"""Blocks of words: steps, questions and answers, quotations."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

INLINE = ["bold", "italic", "link", "superscript"]


class StepsBlock(blocks.StructBlock):
    items = blocks.ListBlock(blocks.CharBlock(label=_("Step")), label=_("Steps"))

    class Meta:
        icon = "list-ol"
        label = _("Steps")
        template = "cms/blocks/steps.html"


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Question"))
    answer = blocks.RichTextBlock(label=_("Answer"), features=INLINE)


class FaqBlock(blocks.StructBlock):
    items = blocks.ListBlock(QuestionBlock(), label=_("Questions"))

    class Meta:
        icon = "help"
        label = _("Questions and answers")
        template = "cms/blocks/faq.html"


class QuotationBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Text"))
    attribution = blocks.CharBlock(label=_("Who said it"), required=False)

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "cms/blocks/quotation.html"
