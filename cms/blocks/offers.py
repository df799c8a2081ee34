"""What a text offers its reader to do: take a paper along, come to a class, ask us."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock


class ChosenDocumentBlock(DocumentChooserBlock):
    """A document; the read API shows its title, kind, size and address."""

    def get_api_representation(self, value: Any, context: dict | None = None) -> dict | None:
        if value is None:
            return None
        return {
            "id": value.pk,
            "title": value.title,
            "kind": value.file_extension.lower(),
            "bytes": value.file_size,
            "url": f"{settings.BASE_URL}{value.url}",
        }


class DownloadBlock(blocks.StructBlock):
    document = ChosenDocumentBlock(label=_("Document"))
    title = blocks.CharBlock(
        label=_("Title"), required=False, help_text=_("Empty for the document's own.")
    )
    note = blocks.CharBlock(label=_("What it is for"), required=False)

    class Meta:
        icon = "download"
        label = _("Download")
        template = "cms/blocks/download.html"


class ChosenClassBlock(blocks.PageChooserBlock):
    """A class; the read API shows where the classroom tells more."""

    def get_api_representation(self, value: Any, context: dict | None = None) -> dict | None:
        if value is None or getattr(value, "access", "") == "staff":
            return None
        return {"id": value.pk, "title": value.title, "url": value.full_url}


class ClassCallBlock(blocks.StructBlock):
    """An invitation to a class. Once it is over, the reader is led to the next one."""

    live_class = ChosenClassBlock(label=_("Class"), page_type="classroom.LiveClass")
    why = blocks.CharBlock(
        label=_("Why come"), required=False, help_text=_("One sentence for this reader.")
    )

    class Meta:
        icon = "date"
        label = _("Call to a class")
        template = "cms/blocks/class_call.html"


class AskCallBlock(blocks.StructBlock):
    """An invitation to ask: the telephones of the author's branches."""

    heading = blocks.CharBlock(label=_("Heading"), help_text=_("Such as: Is it your own case?"))
    text = blocks.TextBlock(label=_("Text"), required=False)

    class Meta:
        icon = "comment"
        label = _("Call to ask")
        template = "cms/blocks/ask_call.html"
