"""Film and sound in a text; captions and transcript belong to the file, not to the block."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtailmedia.blocks import AudioChooserBlock, VideoChooserBlock

from cms.api_fields import media_facts


class ChosenVideoBlock(VideoChooserBlock):
    """A film; the read API shows its address, captions and transcript."""

    def get_api_representation(self, value: Any, context: dict | None = None) -> dict | None:
        return media_facts(value, (context or {})["batch"])


class ChosenAudioBlock(AudioChooserBlock):
    """A recording; the read API shows its address and transcript."""

    def get_api_representation(self, value: Any, context: dict | None = None) -> dict | None:
        return media_facts(value, (context or {})["batch"])


class VideoBlock(blocks.StructBlock):
    video = ChosenVideoBlock(
        label=_("Video"), help_text=_("It needs captions and a transcript before it goes live.")
    )
    caption = blocks.CharBlock(label=_("Caption"), required=False)

    class Meta:
        icon = "media"
        label = _("Video")
        template = "cms/blocks/video.html"


class AudioBlock(blocks.StructBlock):
    audio = ChosenAudioBlock(
        label=_("Audio"), help_text=_("It needs a transcript before it goes live.")
    )
    caption = blocks.CharBlock(label=_("Caption"), required=False)

    class Meta:
        icon = "media"
        label = _("Audio")
        template = "cms/blocks/audio.html"
