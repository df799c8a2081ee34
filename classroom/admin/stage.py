"""The form by which a host chooses what stands on a room's stage; the service judges it."""

from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classroom.models import Room, RoomStage
from classroom.models.room import NAME_LENGTH
from classroom.room_access import Seat
from classroom.room_stage import offered_stages, stage_of
from classroom.services.room_stage import choose_stage
from classroom.stages import StageRefused, stage_named
from outbox.safe_addresses import LONGEST


class StageChoice(forms.RadioSelect):
    """Each kind with what it needs, so that the rest of the form is folded away (in the style sheet)."""

    def create_option(self, name, value, *args, **kwargs) -> dict:
        """The option, marked by what it asks for."""
        option = super().create_option(name, value, *args, **kwargs)
        stage = stage_named(value)
        option["attrs"] |= {"data-address": stage.needs_address, "data-sound": stage.has_sound}
        return option


class StageForm(forms.Form):
    """What stands beside the slides, and how its sound can be read."""

    kind = forms.ChoiceField(label=gettext_lazy("On the stage"), widget=StageChoice, choices=[])
    address = forms.CharField(
        label=gettext_lazy("Address of the stream or the other room"),
        required=False,
        max_length=LONGEST,
        help_text=gettext_lazy(
            "A stream ends with .m3u8, and all of it comes from the host named here. Another room: "
            "the address at which its guests come in."
        ),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )
    captions = forms.ChoiceField(
        label=gettext_lazy("How what is heard can be read"),
        required=False,
        widget=forms.RadioSelect,
        choices=RoomStage.Captions.choices,
        help_text=gettext_lazy("Whatever has sound needs captions, also while it is live."),
    )
    captioner = forms.CharField(
        label=gettext_lazy("Who types the captions"), required=False, max_length=NAME_LENGTH
    )

    def __init__(self, *args, room: Room, **kwargs) -> None:
        chosen = stage_of(room).chosen
        names = ("kind", "address", "captions", "captioner")
        super().__init__(*args, initial={name: getattr(chosen, name) for name in names}, **kwargs)
        self.fields["kind"].choices = [(one.kind, one.name) for one in offered_stages()]


def put_on_stage(request: HttpRequest, room: Room, form: StageForm) -> bool:
    """Put what was chosen on the stage; False with the reason in the form where it cannot be."""
    if not form.is_valid():
        return False
    seat = Seat(room=room, user=request.user, is_host=True)
    try:
        choose_stage(seat=seat, client_id=uuid4(), **form.cleaned_data)
    except StageRefused as refused:
        form.add_error(refused.field, str(refused.words))
        return False
    messages.success(request, _("This stands on the stage now. Whoever is in the room is told."))
    return True
