"""The body of an article or lesson: which blocks it may hold."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock

from cms.blocks.figures import ComparisonBlock, FigureBlock
from cms.blocks.media import AudioBlock, VideoBlock
from cms.blocks.offers import AskCallBlock, ClassCallBlock, DownloadBlock
from cms.blocks.questions import CheckQuestionBlock, PollBlock
from cms.blocks.text import INLINE, FaqBlock, QuotationBlock, StepsBlock
from cms.blocks.topics import SectionTopicsBlock


class BodyBlock(blocks.StreamBlock):
    """The body of an article or lesson."""

    heading = blocks.CharBlock(label=_("Heading"), icon="title", template="cms/blocks/heading.html")
    section_topics = SectionTopicsBlock()
    paragraph = blocks.RichTextBlock(
        label=_("Paragraph"),
        features=[*INLINE, "ul", "ol"],
        template="cms/blocks/paragraph.html",
        help_text=_(
            "To cite a source, write its number from the list of references and make it superscript."
        ),
    )
    key_fact = blocks.TextBlock(
        label=_("Key fact"), icon="pick", template="cms/blocks/key_fact.html"
    )
    warning = blocks.TextBlock(
        label=_("Warning"), icon="warning", template="cms/blocks/warning.html"
    )
    figure = FigureBlock()
    comparison = ComparisonBlock()
    steps = StepsBlock()
    table = TypedTableBlock(
        [("text", blocks.CharBlock(required=False))],
        label=_("Table"),
        template="cms/blocks/table.html",
    )
    faq = FaqBlock()
    quotation = QuotationBlock()
    video = VideoBlock()
    audio = AudioBlock()
    download = DownloadBlock()
    poll = PollBlock()
    quiz = CheckQuestionBlock(label=_("Quiz"), icon="help", template="cms/blocks/quiz.html")
    class_call = ClassCallBlock()
    ask_call = AskCallBlock()
