"""The form by which films and recordings come in: checked by their bytes, measured where they say."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtailmedia.forms import BaseMediaForm

from cms.uploads.media import checked_captions, checked_media
from cms.uploads.refusal import Refused
from cms.usage import is_on_live_page


class MediaForm(BaseMediaForm):
    """A film or recording. Words may follow later, but not be taken from what is live already."""

    class Meta(BaseMediaForm.Meta):
        widgets = {**BaseMediaForm.Meta.widgets, "captions": forms.FileInput}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        self._check_file(cleaned)
        if "captions" in self.changed_data and cleaned.get("captions"):
            try:
                checked_captions(cleaned["captions"])
            except Refused as refusal:
                self.add_error("captions", ValidationError(str(refusal)))
        if self.instance.pk and is_on_live_page(self.instance):
            for name, problem in missing_words(self.instance.type, cleaned).items():
                if name not in self.errors:
                    self.add_error(name, problem)
        return cleaned

    def _check_file(self, cleaned: dict[str, Any]) -> None:
        if "file" not in self.changed_data or not cleaned.get("file"):
            return
        try:
            seconds = checked_media(cleaned["file"], self.instance.type)
        except Refused as refusal:
            self.add_error("file", ValidationError(str(refusal)))
            return
        if seconds and not cleaned.get("duration"):
            cleaned["duration"] = seconds
        if not cleaned.get("duration"):
            self.add_error("duration", _("Say how many seconds it plays: the file does not."))


def missing_words(kind: str, values: dict[str, Any]) -> dict[str, str]:
    """Name what a film or recording lacks before it may be live: field to what to do."""
    missing = {}
    if not (values.get("transcript") or "").strip():
        missing["transcript"] = _("Add a transcript, for who cannot hear it.")
    if kind == "video" and not values.get("captions"):
        missing["captions"] = _("Add captions, for who cannot hear it.")
    if kind == "video" and not values.get("language"):
        missing["language"] = _("Say in which language the captions are.")
    return missing
