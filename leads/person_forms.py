"""The small forms of a person's page: each is one act, with the service that does it."""

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.models import (
    Channel,
    FollowUp,
    FollowUpKind,
    Label,
    Outcome,
    Stage,
)
from leads.selectors.leads import follow_ups_of
from leads.selectors.timeline import name_of_user
from leads.services.follow_ups import finish_follow_up, plan_follow_up, reopen_follow_up
from leads.services.labels import add_label, remove_label
from leads.services.leads import assign_owner, change_stage
from leads.services.notes import add_note, set_wish
from people.models import Person, User

WORKS_WITH_PEOPLE = "leads.change_lead"


def possible_owners() -> QuerySet[User]:
    """The logins that people can be given to, by name."""
    backend = "django.contrib.auth.backends.ModelBackend"
    found = User.objects.with_perm(WORKS_WITH_PEOPLE, is_active=True, backend=backend)
    return found.order_by("first_name", "username")


class OwnerField(forms.ModelChoiceField):
    """Chooses a colleague by name."""

    def label_from_instance(self, user: User) -> str:
        """Their name."""
        return name_of_user(user)


class Moment(forms.DateTimeInput):
    """The browser's own field for a day and a time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class TimeOfDay(forms.TimeInput):
    """The browser's own field for a time."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class Act(forms.Form):
    """One act on one person, called `name` in addresses: its fields are what its `service` takes.

    `done` is said after it.
    """

    name = ""
    service: ClassVar[Callable[..., object]]
    done = _("Saved.")

    def __init__(self, *args, person: Person, **kwargs) -> None:
        self.person = person
        kwargs.setdefault("label_suffix", "")
        kwargs.setdefault("auto_id", f"{type(self).__name__.lower()}-%s")
        super().__init__(*args, **kwargs)

    def act(self, by: User) -> None:
        """Call the service with what was typed; it may raise LeadRefused."""
        type(self).service(person=self.person, by=by, **self.cleaned_data)


class StageAct(Act):
    """How far the person is."""

    name = "stage"
    service = change_stage
    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices)


class OwnerAct(Act):
    """Whose the person is."""

    name = "owner"
    service = assign_owner
    owner = OwnerField(
        label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("nobody")
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = possible_owners()  # type: ignore[attr-defined]


class NoteAct(Act):
    """Something to remember."""

    name = "note"
    service = add_note
    text = forms.CharField(
        label=_("Write a note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("They may read it in their access report."),
    )


class WishAct(Act):
    """How the person wants to be spoken to."""

    name = "wish"
    service = set_wish
    channel = forms.ChoiceField(
        label=_("How"), choices=[("", _("no wish")), *Channel.choices], required=False
    )
    not_before = forms.TimeField(label=_("Not before"), required=False, widget=TimeOfDay)
    not_after = forms.TimeField(label=_("Not after"), required=False, widget=TimeOfDay)
    words = forms.CharField(label=_("In their words"), max_length=200, required=False)
    do_not_call = forms.BooleanField(label=_("Do not call"), required=False)


class LabelAct(Act):
    """A governed label more."""

    name = "label"
    service = add_label
    label = forms.ModelChoiceField(
        label=_("Label"), queryset=Label.objects.none(), empty_label=_("Choose a label")
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field: forms.ModelChoiceField = self.fields["label"]  # type: ignore[assignment]
        field.queryset = Label.objects.filter(retired_at=None).select_related("label_set")
        field.label_from_instance = lambda one: f"{one.label_set}: {one}"  # type: ignore[method-assign,assignment]


class UnlabelAct(Act):
    """A label less."""

    name = "unlabel"
    service = remove_label
    label = forms.ModelChoiceField(queryset=Label.objects.all())


def tomorrow():
    """The same time tomorrow, to the quarter of an hour."""
    moment = timezone.localtime() + timedelta(days=1)
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)


class PlanAct(Act):
    """A task ahead."""

    name = "plan"
    service = plan_follow_up
    kind = forms.ChoiceField(label=_("What"), choices=FollowUpKind.choices)
    due_at = forms.DateTimeField(label=_("When"), widget=Moment, initial=tomorrow)
    about = forms.CharField(
        label=_("What for"),
        max_length=200,
        required=False,
        help_text=_("What they asked for, not what they read."),
    )
    done = _("Planned.")


class FinishAct(Act):
    """How a task ended, and the next step where there is one."""

    name = "finish"
    follow_up = forms.ModelChoiceField(queryset=FollowUp.objects.none(), widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label=_("How did it go?"), choices=Outcome.choices)
    remark = forms.CharField(label=_("What was said"), max_length=500, required=False)
    next_kind = forms.ChoiceField(
        label=_("Next step"), choices=[("", _("none")), *FollowUpKind.choices], required=False
    )
    next_due_at = forms.DateTimeField(label=_("When"), widget=Moment, required=False)
    next_about = forms.CharField(label=_("What for"), max_length=200, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["follow_up"].queryset = follow_ups_of(self.person)  # type: ignore[attr-defined]

    def clean(self) -> dict:
        """A next step has a moment, and a moment is one of a next step."""
        data = super().clean() or {}
        if data.get("next_kind") and not data.get("next_due_at"):
            self.add_error("next_due_at", _("Say when the next step is due."))
        if not data.get("next_kind"):
            data["next_due_at"] = None
        return data

    def act(self, by: User) -> None:
        """End the follow-up."""
        finish_follow_up(by=by, **self.cleaned_data)


class ReopenAct(Act):
    """A task that was ended by mistake."""

    name = "reopen"
    follow_up = forms.ModelChoiceField(queryset=FollowUp.objects.none(), widget=forms.HiddenInput)
    done = _("Taken back: it is open again.")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["follow_up"].queryset = follow_ups_of(self.person)  # type: ignore[attr-defined]

    def act(self, by: User) -> None:
        """Open it again."""
        reopen_follow_up(by=by, **self.cleaned_data)


ACTS: dict[str, type[Act]] = {
    act.name: act
    for act in (
        StageAct,
        OwnerAct,
        NoteAct,
        WishAct,
        LabelAct,
        UnlabelAct,
        PlanAct,
        FinishAct,
        ReopenAct,
    )
}
