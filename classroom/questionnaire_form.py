"""The form of a questionnaire: nothing is required, and unknown answers are refused."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classroom.blocks import SCALE
from classroom.services.questionnaires import TEXT_LENGTH


class ReplyForm(forms.Form):
    """One field a question, named by its key; `reply` names the form, `with_name` is the consent."""

    reply = forms.UUIDField(widget=forms.HiddenInput)
    with_name = forms.BooleanField(required=False)

    def __init__(self, *args: Any, questions: list[dict], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[question["key"]] = _field_of(question)

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The questions with what stands in the form: `chosen` is a list of texts, `text` a text."""
        return [
            {
                **question,
                "chosen": [str(one) for one in _as_list(self[question["key"]].value())],
                "text": self[question["key"]].value() or "",
                "errors": self[question["key"]].errors,
                "figures": SCALE,
            }
            for question in self.questions
        ]

    def answers(self) -> dict[str, Any]:
        """Key to answer of a valid form; what was left empty is left out."""
        found = {}
        for question in self.questions:
            value = self.cleaned_data[question["key"]]
            if question["kind"] == "scale" and value:
                value = int(value)
            if value not in ("", [], None):
                found[question["key"]] = value
        return found


def _as_list(value: Any) -> list:
    if value in (None, ""):
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _field_of(question: dict[str, Any]) -> forms.Field:
    options = [(option["key"], option["words"]) for option in question["options"]]
    wrong = {"invalid_choice": _("That answer is none of these. Choose again.")}
    if question["kind"] == "one":
        return forms.ChoiceField(choices=options, required=False, error_messages=wrong)
    if question["kind"] == "many":
        return forms.MultipleChoiceField(choices=options, required=False, error_messages=wrong)
    if question["kind"] == "scale":
        figures = [(str(figure), str(figure)) for figure in SCALE]
        return forms.ChoiceField(choices=figures, required=False, error_messages=wrong)
    return forms.CharField(max_length=TEXT_LENGTH, required=False)


def handle_in(text: str) -> uuid.UUID | None:
    """The number of a reply as an address carries it, None for what is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
