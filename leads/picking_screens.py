"""The screen on which people are put on a list by hand and taken off; each look is noted."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import LeadList
from leads.selectors.list_effects import ListEffect
from leads.selectors.picks import picks_of
from leads.selectors.records import person_named
from leads.selectors.visibility import may_see
from leads.services.access import (
    KEEP_LISTS,
    SEE_PEOPLE,
    access_list,
    demand,
    note_members_viewed,
)
from leads.services.list_keeping import MovesMany
from leads.services.picking import PickRefused, asks_for_picks, pick_people
from people.models import Person, User

PAGE = 50
LINES_AT_MOST = 500


class PickForm(forms.Form):
    """People by id, imported key or a confirmed contact, one a line; whom one may not see is nobody."""

    people = forms.CharField(
        label=gettext_lazy("Whom"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "One a line: the person's id, imported key, or a confirmed e-mail address or phone number."
        ),
    )

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.user = user

    def clean_people(self) -> list[Person]:
        """The people; the lines that name nobody are said, and nothing is done."""
        lines = [line.strip() for line in self.cleaned_data["people"].splitlines() if line.strip()]
        if len(lines) > LINES_AT_MOST:
            said = _("At most %(lines)d lines at once.") % {"lines": LINES_AT_MOST}
            raise forms.ValidationError(said)
        found = {line: person_named(line) for line in lines}
        unknown = [
            line
            for line, person in found.items()
            if person is None or not may_see(user=self.user, person=person)
        ]
        if unknown:
            said = _("Nobody is known by: %(lines)s. Nothing was changed.")
            raise forms.ValidationError(said % {"lines": ", ".join(unknown)})
        return [person for person in found.values() if person is not None]


def pick_by_hand(request: HttpRequest, pk: int) -> HttpResponse:
    """Who was put on the list by hand; a POST puts people on it, or takes one off, named by id."""
    demand(request.user, KEEP_LISTS, SEE_PEOPLE)
    user: User = request.user  # type: ignore[assignment]
    lead_list = access_list(user=user, pk=pk)
    asks = request.method == "POST" and "off" not in request.POST
    form = PickForm(request.POST if asks else None, user=user)
    effect: ListEffect | None = None
    if request.method == "POST" and "cancel" not in request.POST:
        try:
            if _picked(request, lead_list, form, user):
                return redirect("lead-lists:by_hand", pk)
        except MovesMany as refusal:
            effect = refusal.effect
        except PickRefused as refusal:
            form.add_error(None, str(refusal))
    page = Paginator(picks_of(lead_list, user=user), PAGE).get_page(request.GET.get("p"))
    note_members_viewed(
        user=user, lead_list=lead_list, shown=len(page.object_list), offset=page.start_index()
    )
    title = _("People by hand")
    context = {
        "lead_list": lead_list,
        "form": form,
        "effect": effect,
        "asks": asks_for_picks(lead_list),
        "page": page,
        "header_title": title,
        "header_icon": "group",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("lead-lists:index"), "label": _("Lead lists")},
            {"url": reverse("lead-lists:members", args=[pk]), "label": lead_list.name},
            {"url": "", "label": title},
        ],
    }
    status = 422 if form.is_bound and form.errors else 200
    return TemplateResponse(request, "leads/list_by_hand.html", context, status=status)


def _picked(request: HttpRequest, lead_list: LeadList, form: PickForm, user: User) -> bool:
    """Do what was asked and say so; False where the form says what is wrong."""
    if "off" in request.POST:
        person = person_named(request.POST["off"])
        if person is None or not may_see(user=user, person=person):
            return True
        pick_people(lead_list=lead_list, take_off=[person], by=user)
        messages.success(request, _("%(person)s is taken off the list.") % {"person": person})
        return True
    if not form.is_valid():
        return False
    figure = request.POST.get("confirm", "")
    people = form.cleaned_data["people"]
    confirm = int(figure) if figure.isdecimal() else None
    effect = pick_people(lead_list=lead_list, put_on=people, by=user, confirm=confirm)
    said = _("%(new)d put on the list. Who agrees that interests are kept is on it in a moment.")
    messages.success(request, said % {"new": effect.enters})
    return True
