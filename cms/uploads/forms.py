"""The forms by which pictures and documents come in, in every upload screen of the admin."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from cms.uploads.documents import checked_document
from cms.uploads.fields import PictureFormField
from cms.uploads.refusal import Refused


class PictureForm(BaseImageForm):
    """A picture: checked and cleaned, and described unless it is decoration."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            wagtails = self.fields["file"]
            self.fields["file"] = PictureFormField(
                label=wagtails.label, required=wagtails.required, widget=wagtails.widget
            )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        asks = {"description", "is_decorative"} <= self.fields.keys()
        if asks and not cleaned.get("is_decorative") and not cleaned.get("description"):
            self.add_error(
                "description",
                _("Say what the picture tells, for who cannot see it, or mark it as decorative."),
            )
        return cleaned


class DocumentForm(BaseDocumentForm):
    """A document: one of the kinds we hand out, by its bytes as well as by its name."""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if "file" in self.changed_data:
            try:
                checked_document(file)
            except Refused as refusal:
                raise ValidationError(str(refusal), code="refused") from refusal
        return file
