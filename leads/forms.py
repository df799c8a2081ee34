"""The forms of the leads screens that are not made from a model."""

from django import forms
from django.utils.translation import gettext_lazy as _

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
