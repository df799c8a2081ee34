"""The screen on which many people are given to others at once: what waits, what was done, its undoing."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from leads.at_once import AT_ONCE
from leads.models import AssignmentRule, BulkChange, BulkState, LeadList
from leads.person_forms import OwnerField, possible_owners
from leads.selectors.assignment import newest_changes, rows_shown
from leads.selectors.visibility import visible_to
from leads.services.access import (
    ASSIGN_PEOPLE,
    SEE_LISTS,
    SEE_PEOPLE,
    demand,
    note_bulk_viewed,
)
from leads.services.assignment import cancel_change, confirm_change, hand_over, undo_change
from people.models import Branch, User


class HandOverForm(forms.Form):
    """Whose people, which of them, and who gets them."""

    from_owner = OwnerField(
        label=gettext_lazy("Whose people"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("nobody's, on any list"),
    )
    lead_list = forms.ModelChoiceField(
        label=gettext_lazy("On the list"),
        queryset=LeadList.objects.all(),
        required=False,
        empty_label=gettext_lazy("any"),
    )
    branch = forms.ModelChoiceField(
        label=gettext_lazy("Of the branch"),
        queryset=Branch.objects.all(),
        required=False,
        empty_label=gettext_lazy("any"),
    )
    to_owner = OwnerField(
        label=gettext_lazy("Give them to"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("whom the rules name"),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        owners = self.fields["from_owner"]
        owners.queryset = User.objects.filter(leads__isnull=False).distinct()  # type: ignore[attr-defined]
        self.fields["to_owner"].queryset = possible_owners()  # type: ignore[attr-defined]


def who_gets_whom(request: HttpRequest) -> HttpResponse:
    """The rules, the form, what waits and what was done; a POST proposes, and up to twenty go at once."""
    demand(request.user, SEE_LISTS, SEE_PEOPLE, ASSIGN_PEOPLE)
    form = HandOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        change = hand_over(by=request.user, **form.cleaned_data)
        if change is None:
            messages.warning(request, _("Nobody fits, so nothing was changed."))
        else:
            _say(request, change)
        return redirect("who_gets_whom")
    title = _("Who gets whom")
    home = {"url": reverse("wagtailadmin_home"), "label": _("Home")}
    changes = newest_changes()
    context = {
        "form": form,
        "rules": AssignmentRule.objects.prefetch_related("owners"),
        "waiting": [_with_rows(request, one) for one in changes if one.state == BulkState.WAITING],
        "asks_undo": request.GET.get("undo", ""),
        "decided": [one for one in changes if one.state != BulkState.WAITING],
        "header_title": title,
        "header_icon": "user",
        "breadcrumbs_items": [home, {"url": "", "label": title}],
    }
    return TemplateResponse(request, "leads/who_gets_whom.html", context)


def _with_rows(request: HttpRequest, change: BulkChange) -> dict:
    """A change that waits, with whom it is about as far as they are shown by name."""
    rows = rows_shown(change, seen=visible_to(request.user, path="person__"))
    note_bulk_viewed(user=request.user, change=change, people=[row.person for row in rows])
    return {"change": change, "rows": rows, "more": change.people - len(rows)}


@require_POST
def decide_change(request: HttpRequest, change_id: int) -> HttpResponse:
    """Do, cancel or take back one change, named by `act`; taking back many asks once more."""
    demand(request.user, SEE_LISTS, SEE_PEOPLE, ASSIGN_PEOPLE)
    change = BulkChange.objects.filter(pk=change_id).first()
    act = request.POST.get("act")
    if change is None or act not in ("confirm", "cancel", "undo"):
        raise Http404
    if act == "undo":
        if change.rows.filter(applied=True).count() > AT_ONCE and "sure" not in request.POST:
            return redirect(f"{reverse('who_gets_whom')}?undo={change.pk}#change-{change.pk}")
        count = undo_change(change=change, by=request.user)
        said = ngettext("%(count)d person went back.", "%(count)d people went back.", count)
        messages.success(request, said % {"count": count})
    else:
        decide = confirm_change if act == "confirm" else cancel_change
        _say(request, decide(change=change, by=request.user))
    return redirect("who_gets_whom")


def _say(request: HttpRequest, change: BulkChange) -> None:
    count = change.rows.count()
    if change.state == BulkState.WAITING:
        said = ngettext(
            "This is about %(count)d person. It waits below for your yes.",
            "This is about %(count)d people. It waits below for your yes.",
            count,
        )
        messages.warning(request, said % {"count": count})
    elif change.state == BulkState.CANCELLED:
        messages.success(request, _("Cancelled. Nothing was changed."))
    else:
        given = change.rows.filter(applied=True).count()
        said = ngettext(
            "%(count)d person was given away. It can be taken back below.",
            "%(count)d people were given away. It can be taken back below.",
            given,
        )
        messages.success(request, said % {"count": given})
