"""The blocks that articles and lessons are made of; how they look is in templates/cms/blocks/."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.images.blocks import ImageChooserBlock

INLINE = ["bold", "italic", "link", "superscript"]


class FigureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Image"))
    alt = blocks.CharBlock(
        label=_("Text alternative"), help_text=_("What the picture tells, for who cannot see it.")
    )
    caption = blocks.CharBlock(label=_("Caption"), required=False)
    credit = blocks.CharBlock(label=_("Credit"), required=False)

    class Meta:
        icon = "image"
        label = _("Figure")
        template = "cms/blocks/figure.html"


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


class ReferenceBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=_("Institution and page"))
    url = blocks.URLBlock(label=_("Address"))

    class Meta:
        icon = "link"
        label = _("Reference")


class CheckQuestionBlock(blocks.StructBlock):
    """A question at the end of a module; each answer is explained."""

    question = blocks.CharBlock(label=_("Question"))
    answers = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("text", blocks.CharBlock(label=_("Answer"))),
                ("correct", blocks.BooleanBlock(label=_("Correct"), required=False)),
                ("explanation", blocks.CharBlock(label=_("Why"), required=False)),
            ]
        ),
        label=_("Answers"),
    )

    class Meta:
        icon = "tick"
        label = _("Check question")
        template = "cms/blocks/check_question.html"


class BodyBlock(blocks.StreamBlock):
    """The body of an article or lesson."""

    heading = blocks.CharBlock(label=_("Heading"), icon="title", template="cms/blocks/heading.html")
    paragraph = blocks.RichTextBlock(
        label=_("Paragraph"), features=[*INLINE, "ul", "ol"], template="cms/blocks/paragraph.html"
    )
    key_fact = blocks.TextBlock(
        label=_("Key fact"), icon="pick", template="cms/blocks/key_fact.html"
    )
    warning = blocks.TextBlock(
        label=_("Warning"), icon="warning", template="cms/blocks/warning.html"
    )
    figure = FigureBlock()
    steps = StepsBlock()
    table = TypedTableBlock(
        [("text", blocks.CharBlock(required=False))],
        label=_("Table"),
        template="cms/blocks/table.html",
    )
    faq = FaqBlock()
    quotation = QuotationBlock()


class BubbleBlock(blocks.StructBlock):
    """One speech bubble; its place is in percent of the drawing, from the top left."""

    speaker = blocks.CharBlock(label=_("Speaker"))
    text = blocks.TextBlock(label=_("Text"))
    x = blocks.IntegerBlock(label=_("Left, %"), min_value=0, max_value=95, default=5)
    y = blocks.IntegerBlock(label=_("Top, %"), min_value=0, max_value=95, default=5)
    width = blocks.IntegerBlock(
        label=_("Greatest width, %"), min_value=15, max_value=95, default=40
    )
    side = blocks.ChoiceBlock(
        label=_("Tail"), choices=[("left", _("left")), ("right", _("right"))], default="left"
    )


class PanelBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Drawing"))
    alt = blocks.TextBlock(label=_("Text alternative"))
    narration = blocks.TextBlock(label=_("Narration"), required=False)
    bubbles = blocks.ListBlock(BubbleBlock(), label=_("Speech bubbles"), default=[])

    class Meta:
        icon = "image"
        label = _("Panel")
        template = "cms/blocks/panel.html"
