"""Forms of the site's own pages; they check shape alone."""

import re
import unicodedata

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.contact_kinds import NotOffered, Offer, TakesNoText, kind_typed, read_contact
from people.contacts import BadContact, example_of_mobile
from people.models import ContactKind

SIX_FIGURES = re.compile(r"(?<!\d)\d{6}(?!\d)")
LONGEST_TEXT = 500


class ContactForm(forms.Form):
    """One contact, asked for as the kind that is shown; the field is named after that kind.

    `contact` of a valid form is the kind and the comparable form of what was typed.
    """

    def __init__(self, data=None, *, kind: ContactKind, offer: Offer, **options) -> None:
        super().__init__(data, **options)
        self.kind, self.offer = kind, offer
        self.contact: tuple[ContactKind, str] | None = None
        self.fields = {kind.value: self._field(), **self.fields}

    @property
    def contact_field(self) -> forms.BoundField:
        """The field, whichever kind it asks for."""
        return self[self.kind.value]

    def _field(self) -> forms.CharField:
        if self.kind == ContactKind.PHONE:
            example = example_of_mobile(self.offer.region)
            return forms.CharField(
                label=_("Your mobile number"),
                max_length=254,
                widget=forms.TextInput(
                    attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}
                ),
                error_messages={
                    "required": _("Write your mobile number, such as %(example)s.")
                    % {"example": example}
                },
                help_text="" if self.offer.region else _("Begin with + and the country's code."),
            )
        return forms.CharField(
            label=_("Your e-mail address"),
            max_length=254,
            widget=forms.EmailInput(
                attrs={
                    "autocomplete": "email",
                    "inputmode": "email",
                    "autocapitalize": "none",
                    "spellcheck": "false",
                }
            ),
            error_messages={"required": _("Write your e-mail address, such as name@example.org.")},
        )

    def clean(self) -> dict:
        """Read the contact; what is wrong with it is said at its field."""
        cleaned = super().clean() or {}
        text = cleaned.get(self.kind.value)
        if text:
            try:
                self.contact = read_contact(text, asked=self.kind, offer=self.offer)
            except NotOffered as other:
                self.add_error(self.kind.value, self._not_offered(other.kind))
            except TakesNoText:
                self.add_error(
                    self.kind.value,
                    _("No text reaches this number. Write the number of a mobile phone."),
                )
            except BadContact:
                self.add_error(self.kind.value, self._unreadable(text))
        return cleaned

    def _not_offered(self, kind: str) -> str:
        if kind == ContactKind.EMAIL:
            return _("We send codes to mobile phones alone. Write your mobile number.")
        return _("We send codes by e-mail alone. Write your e-mail address.")

    def _unreadable(self, text: str) -> str:
        if kind_typed(text, asked=self.kind) == ContactKind.EMAIL:
            return _("This is not an e-mail address we can write to. Check it for a slip.")
        if self.offer.region:
            return _(
                "This is not a mobile number. Check it for a slip; "
                "one from abroad begins with + and the country's code."
            )
        return _("This is not a mobile number. Begin with + and the country's code.")


class SignInForm(ContactForm):
    """A contact, two boxes that start empty, and the browser's visitor token."""

    profiling = forms.BooleanField(required=False)
    marketing = forms.BooleanField(required=False)
    notice = forms.CharField(max_length=40, required=False)
    visitor = forms.CharField(max_length=200, required=False)
    next = forms.CharField(max_length=500, required=False)


class CodeForm(forms.Form):
    """The six figures, however they come: with spaces, in wide figures, or with the whole text."""

    code = forms.CharField(
        label=gettext_lazy("The code we sent you"),
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
        error_messages={"required": gettext_lazy("Write the six figures we sent you.")},
    )

    def clean_code(self) -> str:
        """Return the figures alone; the code, where a whole text was pasted."""
        text = unicodedata.normalize("NFKC", self.cleaned_data["code"])
        found = SIX_FIGURES.search(text)
        if found:
            return found.group()
        return "".join(character for character in text if character.isdecimal())
