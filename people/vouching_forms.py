"""The form in which staff say who somebody is: found, or new, with a contact or where they are known."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.contact_kinds import kind_typed, region_of
from people.contacts import BadContact, normalise_contact
from people.models import ContactKind, Person
from people.selectors import current_clinic, people_named


def comparable(text: str) -> tuple[str, str]:
    """Return kind and comparable form of what was typed; raises BadContact."""
    kind = kind_typed(text, asked=ContactKind.PHONE)
    return kind.value, normalise_contact(kind=kind, value=text, region=region_of(current_clinic()))


def found_people(text: str) -> list[Person]:
    """People by name, whole contact or id, as staff type them."""
    try:
        _kind, contact = comparable(text)
    except BadContact:
        contact = ""
    return people_named(text, contact=contact)


class WhoForm(forms.Form):
    """Whom one vouches for: `person` by id, or a new one's `name`."""

    person = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label=gettext_lazy("What they are called"), max_length=120, required=False
    )
    contact = forms.CharField(
        label=gettext_lazy("Phone or e-mail"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("It counts as confirmed once they are in. Read it back to them."),
    )
    known_as = forms.CharField(
        label=gettext_lazy("Known in the chat as"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Their name there, and which chat it is."),
    )

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.named: Person | None = None

    def clean_person(self) -> str:
        """Find the person that was chosen."""
        external_id = self.cleaned_data["person"]
        if external_id:
            people = Person.objects.filter(external_id=external_id, merged_into=None)
            self.named = people.first()
            if self.named is None:
                raise forms.ValidationError(_("This person is not here any more. Search again."))
        return external_id

    def clean_contact(self) -> tuple[str, str]:
        """Return kind and comparable form, two empty words for none."""
        text = self.cleaned_data["contact"]
        if not text:
            return "", ""
        try:
            return comparable(text)
        except BadContact:
            raise forms.ValidationError(
                _("Write an e-mail address, or a phone number with its country's code.")
            ) from None

    def clean(self) -> dict:
        """Somebody new needs a name."""
        cleaned = super().clean() or {}
        if not cleaned.get("person") and not cleaned.get("name") and not self.errors:
            self.add_error("name", _("Write what they are called."))
        return cleaned

    @property
    def who(self) -> dict:
        """What the services take."""
        kind, value = self.cleaned_data["contact"]
        return {
            "person": self.named,
            "name": "" if self.named else self.cleaned_data["name"],
            "kind": kind,
            "value": value,
            "known_as": self.cleaned_data["known_as"],
        }


class LinkForm(WhoForm):
    """A link to one person: where they are known, and the language they read."""

    language = forms.ChoiceField(label=gettext_lazy("Language of the page"), choices=[])

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.fields["language"].choices = settings.LANGUAGES

    def clean(self) -> dict:
        """A link needs a reason to believe who presses it: a contact, or a chat."""
        cleaned = super().clean()
        if not self.errors and not cleaned.get("known_as") and not any(cleaned.get("contact", ())):
            self.add_error("known_as", _("Write where you know them from: the chat, or a contact."))
        return cleaned
