"""What a piece rests on, and what was put right in it."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class ReferenceBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=_("Institution and page"))
    url = blocks.URLBlock(label=_("Address"))

    class Meta:
        icon = "link"
        label = _("Reference")


class CorrectionBlock(blocks.StructBlock):
    """One dated correction of a live piece, shown to its readers."""

    corrected_on = blocks.DateBlock(label=_("Corrected on"))
    text = blocks.TextBlock(label=_("What was put right"))

    class Meta:
        icon = "edit"
        label = _("Correction")
