"""The form in which the figures of the rules of interest are changed."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.rule_words import GROUPS, bounds_in_words
from tracking.rule_figures import BOUNDS, Figures


class RuleForm(forms.Form):
    """Every figure, why it is changed, and the version it was changed from."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy("One line for whoever reads the versions later."),
    )
    base = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for group in GROUPS:
            for name, word in group.figures.items():
                self.fields[name] = _field(name, str(word.label), f"{word.meaning}", str(word.unit))

    @property
    def figures(self) -> Figures:
        """The figures as they were given; only of a valid form."""
        return {name: float(self.cleaned_data[name]) for name in BOUNDS}

    def groups(self) -> list[dict]:
        """The fields under the headings of their groups."""
        return [
            {"label": group.label, "fields": [self[name] for name in group.figures]}
            for group in GROUPS
        ]

    def clean(self) -> dict:
        """Figures that contradict one another are errors at the one that should give way."""
        given = super().clean() or self.cleaned_data
        if _both(given, "enter", "leave") and given["leave"] >= given["enter"]:
            self.add_error(
                "leave",
                _("A tag must stop at less than it begins at, so at less than %(enter)g.")
                % {"enter": given["enter"]},
            )
        for least, full in (
            ("evidence_page_strength", "strength_reading"),
            ("evidence_attendance_strength", "strength_attendance"),
        ):
            if _both(given, least, full) and 0 < given[full] < given[least]:
                self.add_error(
                    least,
                    _("The most one can count is %(full)g, so none would ever be evidence.")
                    % {"full": given[full]},
                )
        return given


def _both(given: Mapping, one: str, other: str) -> bool:
    return given.get(one) is not None and given.get(other) is not None


def _field(name: str, label: str, meaning: str, unit: str) -> forms.Field:
    low, high, whole = BOUNDS[name]
    bounds = bounds_in_words(name)
    kind = forms.IntegerField if whole else forms.FloatField
    field = kind(
        label=label,
        min_value=int(low) if whole else low,
        max_value=int(high) if whole else high,
        help_text=" ".join(part for part in (meaning, bounds, unit) if part),
    )
    if not whole:
        field.widget.attrs["step"] = "any"
    return field
