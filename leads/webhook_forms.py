"""The form of an endpoint: where, what, and which fields of a person."""

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.models import WebhookEndpoint, WebhookField, WebhookKind
from outbox.safe_addresses import LONGEST, AddressRefused, addresses_of, parsed

#: What can be chosen: an erasure is always told, and a test has its own button.
CHOSEN = [
    choice
    for choice in WebhookKind.choices
    if choice[0] not in (WebhookKind.PERSON_ERASED, WebhookKind.WEBHOOK_TEST)
]


class EndpointForm(forms.Form):
    """An endpoint; its address is looked at as it will be when something is sent."""

    description = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("What the other system is, as in “Bookings”.")
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
        help_text=_(
            "An https:// address of the public web. It may hold a key: it is never logged."
        ),
    )
    kinds = forms.MultipleChoiceField(
        label=_("What it is told"),
        choices=CHOSEN,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Whoever is told about people is told when they leave, too, and always when one it was "
            "told about is erased."
        ),
    )
    fields_told = forms.MultipleChoiceField(
        label=_("What it is told of a person"),
        choices=WebhookField.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_(
            "Beside an opaque id. Only people who agreed to messages and to interests being kept "
            "are told of, as that stands in the moment of sending."
        ),
    )

    @classmethod
    def of(cls, endpoint: WebhookEndpoint) -> "EndpointForm":
        """The form as the endpoint stands."""
        return cls(
            initial={
                "description": endpoint.description,
                "url": endpoint.url,
                "kinds": endpoint.kinds,
                "fields_told": endpoint.fields,
            }
        )

    def clean_url(self) -> str:
        """An address that may be posted to now."""
        address = self.cleaned_data["url"]
        try:
            addresses_of(parsed(address))
        except AddressRefused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return address

    @property
    def values(self) -> dict:
        """What the services take."""
        cleaned = self.cleaned_data
        return {
            "url": cleaned["url"],
            "description": cleaned["description"],
            "kinds": cleaned["kinds"],
            "fields": cleaned["fields_told"],
        }
