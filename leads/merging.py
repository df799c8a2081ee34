"""The screens on which administrators compare two records of people, merge them, and take it back."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leads.importing.adding import FACTS
from leads.selectors.records import compared, person_named
from leads.selectors.visibility import may_see, visible_to
from leads.services.access import note_records_compared
from people.models import Person, Purpose, User
from people.selectors import resolve_merge
from people.services.merging import (
    MAY_MERGE,
    MergeRefused,
    consequences_of,
    merge_people,
    undo_merge,
)

SHOWN = 50
NAMED_BY = gettext_lazy("Its id, its imported key, or a confirmed e-mail address or phone number.")


class TwoRecordsForm(forms.Form):
    """The two records, by id, imported key or a verified contact; whom one may not see is nobody."""

    person = forms.CharField(label=gettext_lazy("One record"), help_text=NAMED_BY, max_length=254)
    into = forms.CharField(
        label=gettext_lazy("The record that stands for both"), help_text=NAMED_BY, max_length=254
    )

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def _found(self, name: str) -> Person:
        found = person_named(self.cleaned_data[name])
        if found is None or not may_see(user=self.user, person=found):
            raise forms.ValidationError(_("Nobody has this id, key or verified contact."))
        return found

    def clean_person(self) -> Person:
        """The record that will lead to the other."""
        return self._found("person")

    def clean_into(self) -> Person:
        """The record that stays."""
        return self._found("into")


def compare_people(request: HttpRequest) -> HttpResponse:
    """Ask for two records, show them side by side and what would happen; a POST merges them."""
    _demand(request)
    data = request.POST if request.method == "POST" else request.GET
    both = data if data.get("person") and data.get("into") else None
    form = TwoRecordsForm(both, initial={"person": data.get("person", "")}, user=request.user)
    context: dict = {"form": form, "merged": _merged(request.user), **_frame()}
    if form.is_bound and form.is_valid():
        person, into = form.cleaned_data["person"], form.cleaned_data["into"]
        if request.method == "POST" and _merge(request, person, into):
            return redirect("compare_people")
        note_records_compared(user=request.user, people=[person, into])
        found = consequences_of(person=person, into=into)
        context |= {
            "person": person,
            "into": into,
            "lines": compared([person, into]),
            "consequences": found,
            "lends": [str(FACTS[name]) for name in found.lends],
            "consents": [
                (Purpose(purpose).label, given) for purpose, given in found.consents.items()
            ],
        }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "leads/merging.html", context, status=status)


@require_POST
def part_people(request: HttpRequest, external_id: str) -> HttpResponse:
    """Take one merge back."""
    _demand(request)
    person = Person.objects.filter(external_id=external_id).first()
    if person is None or not may_see(user=request.user, person=resolve_merge(person)):
        raise Http404
    undo_merge(person=person, by=request.user)
    messages.success(request, _("The merge is taken back: both stand for themselves again."))
    return redirect("compare_people")


def _merge(request: HttpRequest, person: Person, into: Person) -> bool:
    try:
        merged = merge_people(person=person, into=into, by=request.user)
    except MergeRefused as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(
        request, _("%(into)s stands for both from now on.") % {"into": merged.merged_into}
    )
    return True


def _demand(request: HttpRequest) -> None:
    if not request.user.has_perm(MAY_MERGE):
        raise PermissionDenied


def _merged(user: User) -> list[Person]:
    seen = visible_to(user, path="merged_into__")
    rows = Person.objects.filter(seen, merged_into__isnull=False).select_related("merged_into")
    return list(rows.order_by("-merged_at", "-pk")[:SHOWN])


def _frame() -> dict:
    title = _("Merge people")
    home = {"url": reverse("wagtailadmin_home"), "label": _("Home")}
    return {
        "header_title": title,
        "header_icon": "user",
        "breadcrumbs_items": [home, {"url": "", "label": title}],
    }
