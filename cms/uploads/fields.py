"""The file fields of pictures: what goes through them is checked, cleaned and named anew.

The form's field refuses with words; the model's field guards every other way in (a service, a
command, an import) by the same check.
"""

import secrets
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.translation import gettext as _
from wagtail.images.fields import WagtailImageField as PictureFormFieldOfWagtail
from wagtail.images.models import WagtailImageField, WagtailImageFieldFile

from cms.uploads.pictures import cleaned_picture
from cms.uploads.refusal import Refused


def unguessable_name(name: str) -> str:
    """A file name that keeps the ending alone: a name may tell a patient's."""
    return f"{secrets.token_hex(10)}{PurePath(name).suffix.lower()[:8]}"


class PictureFile(WagtailImageFieldFile):
    """A picture's file; storing one cleans it. Raises Refused for what is no honest picture."""

    def save(self, name: str, content: File, save: bool = True) -> None:
        content.seek(0)
        name = unguessable_name(name)
        # Without a name of its own the content would count as no file, and have no size.
        super().save(name, ContentFile(cleaned_picture(content.read()), name), save)


class PictureFileField(WagtailImageField):
    """The field of a picture's original."""

    attr_class = PictureFile


class PictureFormField(PictureFormFieldOfWagtail):
    """Takes an upload that is a picture by its bytes, and hands on the cleaned one."""

    def to_python(self, data: Any) -> UploadedFile | None:
        if data in self.empty_values:
            return None
        if data.size > self.max_upload_size:  # before it is read
            raise ValidationError(
                _("This file is too large. The limit is %(limit)s.")
                % {"limit": self.max_upload_size_text},
                code="file_too_large",
            )
        data.seek(0)
        try:
            content = cleaned_picture(data.read())
        except Refused as refusal:
            raise ValidationError(str(refusal), code="refused") from refusal
        finally:
            data.seek(0)
        return super().to_python(SimpleUploadedFile(data.name, content, data.content_type))
