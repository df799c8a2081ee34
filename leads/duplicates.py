"""The screen that proposes records that may be one human, and its line on the home page."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.admin.home import Line, Section
from leads.selectors.duplicates import SHOWN, count_of_pairs, proposed_pairs, told_apart
from leads.selectors.visibility import visible_to
from leads.services.access import demand, note_duplicates_viewed
from leads.services.duplicates import take_back_telling_apart, tell_apart
from people.models import Person, User
from people.services.merging import MAY_MERGE


def show_duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs with their evidence; a POST remembers that two are not the same, or takes that back."""
    demand(request.user, MAY_MERGE)
    if request.method == "POST":
        return _decide(request)
    user: User = request.user  # type: ignore[assignment]
    found, apart = proposed_pairs(seen_by=user), list(told_apart(seen_by=user)[:SHOWN])
    people = [one for pair in found.pairs for one in (pair.person, pair.into)]
    people += [one for row in apart for one in (row.one, row.other)]
    note_duplicates_viewed(user=request.user, people=people)
    title = _("Records that may be one human")
    steps = [("wagtailadmin_home", _("Home")), ("compare_people", _("Merge people"))]
    context = {
        "found": found,
        "shown": SHOWN,
        "apart": apart,
        "header_title": title,
        "header_icon": "user",
        "breadcrumbs_items": [
            *({"url": reverse(name), "label": label} for name, label in steps),
            {"url": "", "label": title},
        ],
    }
    return TemplateResponse(request, "leads/duplicates.html", context)


def maybe_twice(user: User) -> Section | None:
    """How many pairs wait to be looked at, without a name, for those who may merge."""
    if not user.has_perm(MAY_MERGE):
        return None
    count = count_of_pairs(seen_by=user)
    if not count:
        return None
    label = ngettext(
        "%(count)s pair of records to compare", "%(count)s pairs of records to compare", count
    )
    line = Line(label=label % {"count": count}, url=reverse("duplicate_people"))
    return Section(title=_("Maybe one human"), lines=[line])


def _decide(request: HttpRequest) -> HttpResponse:
    if again := request.POST.get("again"):
        if not again.isdecimal():
            raise Http404
        told = get_object_or_404(told_apart(seen_by=request.user), pk=again)
        take_back_telling_apart(told=told, by=request.user)
        messages.success(request, _("Taken back: the two may be proposed again."))
    else:
        keys = [request.POST.get(name, "") for name in ("one", "other")]
        seen = Person.objects.filter(visible_to(request.user))
        one, other = (get_object_or_404(seen, external_id=key) for key in keys)
        if one == other:
            raise Http404
        tell_apart(one=one, other=other, by=request.user)
        messages.success(
            request, _("Remembered: they are not the same. You can take it back below.")
        )
    return redirect("duplicate_people")
