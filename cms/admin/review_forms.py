"""The small forms that the workflow shows when a reviewer decides."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from cms.services.reviewing import default_next_review


class NextReviewField(forms.DateField):
    """When the words are due again: a day to come, by default as the clinic's rules have it."""

    widget = AdminDateInput

    def __init__(self, **kwargs) -> None:
        kwargs.setdefault("label", _("Next review"))
        kwargs.setdefault("initial", default_next_review)
        super().__init__(**kwargs)

    def validate(self, value) -> None:
        """Refuse a day that is past already."""
        super().validate(value)
        if value and value <= timezone.localdate():
            raise forms.ValidationError(_("Choose a day to come."))


class ApproveForm(forms.Form):
    """Approves the words that were read, until a day."""

    next_review_at = NextReviewField()
    comment = forms.CharField(
        label=_("Note for the author"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class SendBackForm(forms.Form):
    """Says what has to change; without that it is no help."""

    comment = forms.CharField(
        label=_("What should change?"), widget=forms.Textarea(attrs={"rows": 4})
    )


class SelfReviewForm(forms.Form):
    """Says aloud what readers will be told."""

    checked = forms.BooleanField(
        label=_("I have checked every statement against its source"),
        help_text=_(
            "Nobody else checks it. The piece waits before it goes live, and readers are told that "
            "you reviewed your own piece."
        ),
    )

    def clean(self) -> dict:
        """Give the workflow what it records: the tick itself is a condition, not a fact."""
        super().clean()
        return {}


def form_of_action(action: str) -> type[forms.Form]:
    """The form of an action of the medical review."""
    return {"reject": SendBackForm, "self_review": SelfReviewForm}.get(action, ApproveForm)
