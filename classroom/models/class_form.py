"""The form of a class in the admin: its start is read and shown on the clock of its own time zone."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.models.piece_form import PieceForm
from people.selectors import current_clinic


class ClassClockField(forms.DateTimeField):
    """A day and time as figures on a clock, without a zone; the form puts the class's zone on."""

    def to_python(self, value: Any) -> datetime | None:
        """The naive moment, whatever the zone of who typed it."""
        with timezone.override(UTC):
            moment = super().to_python(value)
        return timezone.make_naive(moment, UTC) if moment and timezone.is_aware(moment) else moment


class ClassForm(PieceForm):
    """A piece's form; a new class begins in the clinic's time zone, with its writer as clinician."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial["time_zone"] = current_clinic().time_zone
            if author := self.initial.get("author"):
                self.initial["clinicians"] = [author]
        if "starts_at" in self.fields:
            wagtails = self.fields["starts_at"]
            self.fields["starts_at"] = ClassClockField(
                label=wagtails.label,
                required=wagtails.required,
                widget=wagtails.widget,
                help_text=_("On the clock of the time zone that is named below."),
            )
            if at := self.instance.starts_at:
                self.initial["starts_at"] = at.astimezone(self.instance.zone).replace(tzinfo=None)

    def clean(self) -> dict[str, Any]:
        """Put the class's zone on the start; a zone nobody knows is refused by the class itself."""
        from classroom.models.classes import zone_of

        cleaned = super().clean()
        if at := cleaned.get("starts_at"):
            cleaned["starts_at"] = at.replace(tzinfo=zone_of(cleaned.get("time_zone", "")) or UTC)
        return cleaned
