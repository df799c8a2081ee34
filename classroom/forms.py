"""What people fill in around a class."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from classroom.models.places import QUESTION_LENGTH
from classroom.services.registration import Child


class PlaceForm(forms.Form):
    """How one wants to be called, a question beforehand, a child who comes along; all may be empty."""

    name = forms.CharField(max_length=120, required=False)
    question = forms.CharField(max_length=QUESTION_LENGTH, required=False)
    nickname = forms.CharField(max_length=40, required=False)
    birth_year = forms.IntegerField(required=False, min_value=1900)

    def clean_birth_year(self) -> int | None:
        """A year to come is a slip of the finger."""
        year = self.cleaned_data["birth_year"]
        if year is not None and year > timezone.now().year:
            raise ValidationError(_("That year is still to come."))
        return year

    def clean(self) -> dict:
        """A child has both a name and a year, or is not named at all."""
        cleaned = super().clean() or {}
        if bool(cleaned.get("nickname")) != bool(cleaned.get("birth_year")):
            raise ValidationError(_("A child needs both what it is called and its year of birth."))
        return cleaned

    @property
    def children(self) -> list[Child]:
        """The child of a valid form, if it named one."""
        cleaned = self.cleaned_data
        if not cleaned.get("nickname"):
            return []
        return [Child(nickname=cleaned["nickname"], birth_year=cleaned["birth_year"])]
