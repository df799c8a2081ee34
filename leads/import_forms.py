"""The forms in which a table of people is uploaded, and in which its columns are named."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.importing.columns import LABELS, Field, identifies
from leads.models import ImportGoal, Label, SuppressedContact
from people.contact_kinds import kind_typed, region_of
from people.contacts import BadContact, normalise_contact
from people.selectors import current_clinic


class TableForm(forms.Form):
    """A table, what is in it, and on what basis these people may be known here."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, with a heading. Nothing counts before you have looked at it."),
    )
    goal = forms.ChoiceField(
        label=_("What is in it"),
        choices=ImportGoal.choices,
        initial=ImportGoal.PEOPLE,
        widget=forms.RadioSelect,
    )
    basis = forms.CharField(
        label=_("On what basis"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Such as: agreed on the registration form of 2025. It is kept as the proof that their "
            "interests may be kept; messages they must agree to themselves. For addresses nobody "
            "may write to: why."
        ),
    )
    label = forms.ModelChoiceField(
        label=_("Give them a label"),
        queryset=Label.objects.filter(retired_at=None, topic=None).select_related("label_set"),
        required=False,
        help_text=_("A list that asks for this label then holds the people of this table."),
    )


class ColumnsForm(forms.Form):
    """For each thing that may be known about somebody, the column that says it."""

    def __init__(self, *args, headings: Sequence[str], **kwargs):
        super().__init__(*args, **kwargs)
        choices = [("", _("not in the table"))]
        choices += [(str(place), cell) for place, cell in enumerate(headings) if cell]
        for field in Field:
            self.fields[field.value] = forms.ChoiceField(
                label=LABELS[field], choices=choices, required=False
            )

    @property
    def columns(self) -> dict[str, int]:
        """Field to the place of its column; only of a valid form."""
        return {name: int(place) for name, place in self.cleaned_data.items() if place}

    def clean(self) -> dict:
        """Something must say who they are, and one column says one thing."""
        given = super().clean() or self.cleaned_data
        places = [place for place in given.values() if place]
        if len(set(places)) < len(places):
            raise forms.ValidationError(_("One column is named twice. Choose one meaning for it."))
        if not identifies(self.columns):
            raise forms.ValidationError(
                _("Say which column holds the phone, the e-mail address or a key.")
            )
        return given


class SuppressForm(forms.ModelForm):
    """An address or number as somebody types it, and why."""

    contact = forms.CharField(label=_("Address or number"), max_length=254)

    class Meta:
        model = SuppressedContact
        fields = ("contact", "reason")

    def clean(self) -> dict:
        """Bring the contact into its comparable form; one that is suppressed already is said."""
        given = super().clean() or self.cleaned_data
        text = given.get("contact", "")
        kind = kind_typed(text, asked="email")
        try:
            value = normalise_contact(kind=kind, value=text, region=region_of(current_clinic()))
        except BadContact:
            self.add_error("contact", _("That is neither an e-mail address nor a phone number."))
            return given
        if SuppressedContact.objects.filter(kind=kind, value=value).exists():
            self.add_error("contact", _("Nobody may write there already."))
        given["kind"], given["value"] = kind, value
        return given
