"""The forms of the attendance screens; what they take is checked here, and written by services."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from classroom.models import AttendanceCorrection, LiveClass
from classroom.reports.columns import NAMEABLE, Column, meaning_of
from classroom.reports.stays import ReportFormat

Kind = AttendanceCorrection.Kind
FORMATS = (
    ("", _("recognise it")),
    (ReportFormat.ZOOM.value, "Zoom"),
    (ReportFormat.TEAMS.value, "Teams"),
    (ReportFormat.MEET.value, "Google Meet"),
    (ReportFormat.BIGBLUEBUTTON.value, "BigBlueButton"),
    (ReportFormat.TABLE.value, _("another table")),
)
COLUMN_LABELS = {
    Column.NAME: _("Name"),
    Column.FIRST_NAME: _("First name, where it is apart"),
    Column.LAST_NAME: _("Last name, where it is apart"),
    Column.EMAIL: _("E-mail or other contact"),
    Column.PHONE: _("Phone"),
    Column.JOIN: _("Joined at"),
    Column.LEAVE: _("Left at"),
    Column.DURATION: _("Length, such as minutes"),
}


class MomentInput(forms.DateTimeInput):
    """A day and time to the second, on the clock of the class's zone."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M:%S", attrs={"step": "1"})


class ClassMomentField(forms.Field):
    """A moment as the class's clock shows it, without a zone: the form of a class puts it on."""

    widget = MomentInput

    def to_python(self, value: str | None) -> datetime | None:
        """The naive moment, None for nothing."""
        if not value:
            return None
        try:
            return datetime.fromisoformat(value).replace(tzinfo=None)
        except ValueError:
            raise forms.ValidationError(_("Give a day and a time.")) from None


class CorrectionForm(forms.Form):
    """A correction of one person's attendance; its moments are on the class's own clock."""

    kind = forms.ChoiceField(
        label=_("What is right"),
        choices=[choice for choice in Kind.choices if choice[0] != Kind.TAKE_BACK],
    )
    from_at = ClassMomentField(label=_("From"), required=False)
    to_at = ClassMomentField(label=_("Until"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("One line that others understand, such as: was in the room, sat by the door."),
    )

    def __init__(self, *args, live_class: LiveClass, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.zone = live_class.zone
        if live_class.starts_at and live_class.ends_at:
            for name, at in (("from_at", live_class.starts_at), ("to_at", live_class.ends_at)):
                self.fields[name].initial = at.astimezone(self.zone).replace(tzinfo=None)

    def _aware(self, name: str) -> datetime | None:
        at = self.cleaned_data.get(name)
        return at.replace(tzinfo=self.zone) if at else None

    def clean_from_at(self) -> datetime | None:
        """The moment in the class's zone."""
        return self._aware("from_at")

    def clean_to_at(self) -> datetime | None:
        """The moment in the class's zone."""
        return self._aware("to_at")


def zone_choices() -> list[tuple[str, str]]:
    """Every place's zone, by name."""
    places = sorted(name for name in available_timezones() if "/" in name and name[:4] != "Etc/")
    return [(name, name.replace("_", " ")) for name in ("UTC", *places)]


class ReadingForm(forms.Form):
    """How a report is to be read: nothing has to be chosen."""

    format = forms.ChoiceField(label=_("Room"), choices=FORMATS, required=False)
    time_zone = forms.ChoiceField(
        label=_("Its times are on the clock of"),
        choices=zone_choices,
        help_text=_("Reports that carry their own offset do not need it."),
    )

    def __init__(self, *args, live_class: LiveClass, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].initial = live_class.zone.key


class UploadForm(ReadingForm):
    """A report file, and how to read it."""

    file = forms.FileField(
        label=_("The room's report"),
        help_text=_("CSV, XLSX or JSON, as the room gives it. You see what is in it first."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.json,.gz"}),
    )
    field_order = ("file", "format", "time_zone")


class ColumnsForm(forms.Form):
    """Which heading of a table means what, and the name it is remembered by."""

    def __init__(self, *args, headings: Sequence[str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        filled = [heading for heading in headings if heading]
        guesses = {meaning_of(heading): heading for heading in reversed(filled)}
        for column in NAMEABLE:
            self.fields[column.value] = forms.ChoiceField(
                label=COLUMN_LABELS[column],
                required=False,
                choices=[("", "–"), *((heading, heading) for heading in filled)],
                initial=guesses.get(column, ""),
            )
        self.fields["name_of_mapping"] = forms.CharField(
            label=_("Remember this under the name"),
            max_length=80,
            help_text=_("The next file with the same headings is read like this by itself."),
        )

    def columns(self) -> dict[str, str]:
        """Meaning to heading, for those that were chosen."""
        return {
            column.value: self.cleaned_data[column.value]
            for column in NAMEABLE
            if self.cleaned_data.get(column.value)
        }

    def clean(self) -> dict:
        """Somebody and some time must be told."""
        given = super().clean() or {}
        chosen = {column for column in NAMEABLE if given.get(column.value)}
        if not chosen & {Column.NAME, Column.FIRST_NAME, Column.EMAIL, Column.PHONE}:
            self.add_error(Column.NAME.value, _("Say which column tells who it is."))
        if not chosen & {Column.JOIN, Column.DURATION}:
            self.add_error(Column.JOIN.value, _("Say which column tells when or how long."))
        return given


class TakeBackForm(forms.Form):
    """Taking a correction back needs a reason too."""

    correction = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=500)
