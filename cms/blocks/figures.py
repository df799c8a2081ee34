"""Pictures in a text: one alone, or two that show a before and an after."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images.blocks import ImageChooserBlock


class FigureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Image"))
    alt = blocks.CharBlock(
        label=_("Text alternative"),
        required=False,
        help_text=_(
            "What the picture tells, for who cannot see it. Only a picture that is marked as "
            "decorative may go without."
        ),
    )
    caption = blocks.CharBlock(label=_("Caption"), required=False)
    credit = blocks.CharBlock(label=_("Credit"), required=False)

    class Meta:
        icon = "image"
        label = _("Figure")
        template = "cms/blocks/figure.html"

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        """Ask for the words once the text is submitted; a draft may go without."""
        cleaned = super().clean(value)
        image = cleaned.get("image")
        if self.is_deferred_validation or cleaned.get("alt") or (image and image.is_decorative):
            return cleaned
        missing = ValidationError(
            _now("Say what the picture tells, for who cannot see it, or mark it as decorative.")
        )
        raise StructBlockValidationError(block_errors={"alt": missing})


class ComparedPictureBlock(blocks.StructBlock):
    """One side of a comparison."""

    image = ImageChooserBlock(
        label=_("Image"), help_text=_("Marked as showing a patient, with a consent in force.")
    )
    label = blocks.CharBlock(label=_("Label"), help_text=_("Such as: before the treatment"))
    alt = blocks.CharBlock(
        label=_("Text alternative"), help_text=_("What the picture tells, for who cannot see it.")
    )


class ComparisonBlock(blocks.StructBlock):
    """A before and an after, each a patient's picture with consent."""

    before = ComparedPictureBlock(label=_("Before"))
    after = ComparedPictureBlock(label=_("After"))
    interval = blocks.CharBlock(
        label=_("Time between them"), required=False, help_text=_("Such as: six months later")
    )
    caption = blocks.TextBlock(
        label=_("Caption"),
        required=False,
        help_text=_("What was done, and that results differ from one person to the next."),
    )

    class Meta:
        icon = "copy"
        label = _("Comparison")
        template = "cms/blocks/comparison.html"
