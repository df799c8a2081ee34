"""Forms of the site's own pages; they check shape alone."""

from django import forms
from django.utils.translation import gettext_lazy as _

from people.contacts import BadContact, normalise_contact
from people.models import ContactKind


class SignInForm(forms.Form):
    """An e-mail address, two boxes that start empty, and the browser's visitor token."""

    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={"required": _("Write your e-mail address, such as name@example.org.")},
    )
    profiling = forms.BooleanField(required=False)
    marketing = forms.BooleanField(required=False)
    notice = forms.CharField(max_length=40, required=False)
    visitor = forms.CharField(max_length=200, required=False)
    next = forms.CharField(max_length=500, required=False)

    def clean_email(self) -> str:
        """Return the comparable form."""
        try:
            return normalise_contact(kind=ContactKind.EMAIL, value=self.cleaned_data["email"])
        except BadContact:
            raise forms.ValidationError(
                _("This is not an e-mail address we can write to. Check it for a slip.")
            ) from None


class CodeForm(forms.Form):
    """The six figures of the mail, pasted with or without spaces."""

    code = forms.CharField(
        label=_("The code from the mail"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
        error_messages={"required": _("Write the six figures from the mail.")},
    )
