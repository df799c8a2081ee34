"""The forms of the leads screens that are not made from a model."""

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.export_columns import COLUMNS, DEFAULT
from leads.models import ExportFormat


class ExportForm(forms.Form):
    """What to export and what for."""

    purpose = forms.CharField(
        label=_("What is it for?"),
        max_length=200,
        help_text=_("One line for the log, such as: invitation to the open day in March."),
    )
    format = forms.ChoiceField(
        label=_("File"),
        choices=[
            (ExportFormat.XLSX, _("XLSX, for Excel")),
            (ExportFormat.CSV, _("CSV, for other programs")),
        ],
        initial=ExportFormat.XLSX,
        widget=forms.RadioSelect,
    )
    columns = forms.MultipleChoiceField(
        label=_("Columns"),
        choices=[(name, column.label) for name, column in COLUMNS.items()],
        initial=DEFAULT,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose one column at least.")},
    )
    save_as = forms.CharField(
        label=_("Keep these columns as a template"),
        max_length=80,
        required=False,
        help_text=_(
            "A name for everybody who exports; left empty, nothing is kept. "
            "A template of that name is replaced."
        ),
    )
    confirmed = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
