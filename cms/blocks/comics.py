"""The panels of a comic, with all their words as text."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from cms.blocks.topics import TopicChooserBlock


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
    topics = blocks.ListBlock(TopicChooserBlock(), label=_("Topics of the panel"), default=[])

    class Meta:
        icon = "image"
        label = _("Panel")
        template = "cms/blocks/panel.html"


class PanelsBlock(blocks.StreamBlock):
    """The panels in reading order; in the admin they stand above their forms as a strip."""

    panel = PanelBlock()
