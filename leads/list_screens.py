"""The screens around a list's rules: the count while editing, topics to choose, versions and undo."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from leads.builder_data import Told, told_rules, topics_like
from leads.condition_words import group_in_words
from leads.list_rules import ListRules, rules_from_data, rules_of
from leads.models import LeadList, ListVersion, Match
from leads.selectors.estimate import estimate_of
from leads.selectors.evaluation import moment_now, problems_of
from leads.selectors.past import earlier_of
from leads.selectors.trial import trial_of
from leads.selectors.visibility import visible_to
from leads.services.access import (
    KEEP_LISTS,
    SEE_PEOPLE,
    access_list,
    demand,
    note_rules_tried,
)
from leads.services.list_rules import save_rules


@require_POST
def count_rules(request: HttpRequest) -> HttpResponse:
    """Count whom unsaved rules would match, and name a few; what is wrong with them comes first.

    In a large clinic the first answer is an estimate that `goes_on`; asked again with `exact`, it
    counts.
    """
    demand(request.user, KEEP_LISTS)
    pk = request.POST.get("list", "")
    lead_list = access_list(user=request.user, pk=int(pk)) if pk.isdigit() else None
    told = told_rules(request.POST.get("rules", ""), of=lead_list)
    context: dict[str, Any] = {"problems": told.problems}
    if not told.problems:
        context |= _estimate(request, told.rules) or _trial(request, told.rules, lead_list)
    context["unbegun"] = bool(told.problems) and all(
        not condition.kind for group in told.rules.groups for condition in group.conditions
    )
    html = render_to_string("leads/builder/count.html", context, request=request)
    goes_on = "estimate" in context
    return JsonResponse({"html": html, "notes": _notes(told), "goes_on": goes_on})


def _estimate(request: HttpRequest, rules: ListRules) -> dict[str, Any]:
    """Empty where the count is asked for, or soon there."""
    if "exact" in request.POST:
        return {}
    estimate = estimate_of(rules, moment_now(), seen=visible_to(request.user))
    return {"estimate": estimate} if estimate else {}


def _notes(told: Told) -> list[dict[str, Any]]:
    return [note._asdict() | {"message": str(note.message)} for note in told.notes]


def _trial(request: HttpRequest, rules: ListRules, lead_list: LeadList | None) -> dict[str, Any]:
    now = moment_now()
    seen = visible_to(request.user)
    trial = trial_of(rules, now, seen=seen, against=lead_list)
    note_rules_tried(user=request.user, lead_list=lead_list, people=trial.shown)
    day = _past_day(request.POST.get("on", ""), today=now.at.astimezone(now.zone).date())
    return {
        "trial": trial,
        "parts": [
            {"label": _("For example"), "people": trial.examples},
            {"label": _("Would come, for example"), "people": trial.gaining},
            {"label": _("Would go, for example"), "people": trial.losing},
        ],
        "may_see": request.user.has_perm(SEE_PEOPLE),
        "earlier": earlier_of(rules, day, now, seen=seen) if day else None,
    }


def _past_day(text: str, *, today: date) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(1970, 1, 2) <= day <= today else None


@require_GET
def offer_topics(request: HttpRequest) -> HttpResponse:
    """Topics by a part of their name, for the builder."""
    demand(request.user, KEEP_LISTS)
    found = topics_like(request.GET.get("q", ""))
    return JsonResponse({"topics": [{"id": one.pk, "label": one.label} for one in found]})


def show_versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version of a list's rules, the newest first, with what it asks for and who made it."""
    demand(request.user, KEEP_LISTS)
    lead_list = access_list(user=request.user, pk=pk)
    versions = list(lead_list.versions.select_related("made_by").order_by("-number"))
    rows = [
        {"version": one, "by": _maker(one), "lines": _lines(rules_from_data(one.rules))}
        for one in versions
    ]
    context = {"lead_list": lead_list, "rows": rows, **_frame(lead_list, _("Versions"))}
    return TemplateResponse(request, "leads/list_versions.html", context)


def put_version_back(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Show what putting a version back would do; a POST does it, as a new version."""
    demand(request.user, KEEP_LISTS)
    lead_list = access_list(user=request.user, pk=pk)
    version = ListVersion.objects.filter(lead_list=lead_list, number=number).first()
    if version is None:
        raise Http404
    rules = rules_from_data(version.rules, of=lead_list)
    problems = [str(one) for one in problems_of(rules.conditions)]
    if any(one.is_broken for one in rules.conditions):  # type: ignore[attr-defined]
        problems.append(_("Something these rules name was removed since."))
    if request.method == "POST" and not problems:
        saved = save_rules(lead_list=lead_list, rules=rules, by=request.user, put_back=number)
        said = _("Version %(number)d holds again.") if saved else _("These rules hold already.")
        messages.success(request, said % {"number": number} if saved else said)
        return redirect("lead-lists:versions", pk)
    title = _("Put version %(number)d back") % {"number": number}
    context = {
        "lead_list": lead_list,
        "version": version,
        "problems": problems,
        "now": _lines(rules_of(lead_list)),
        "then": _lines(rules),
        **_frame(lead_list, title),
    }
    if not problems:
        context |= _trial(request, rules, lead_list)
    return TemplateResponse(request, "leads/list_put_back.html", context)


def _lines(rules: ListRules) -> list[str]:
    """The groups in words, each but the first after its "and" or "or"."""
    joined = _("or") if rules.match == Match.ANY else _("and")
    said = [group_in_words(group) for group in rules.groups]
    return [line if place == 0 else f"{joined} {line}" for place, line in enumerate(said)]


def _maker(version: ListVersion) -> str:
    if version.made_by is None:
        return ""
    return version.made_by.get_full_name() or version.made_by.get_username()


def _frame(lead_list: LeadList, title: str) -> dict[str, Any]:
    crumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("lead-lists:index"), "label": _("Lead lists")},
        {"url": reverse("lead-lists:members", args=[lead_list.pk]), "label": lead_list.name},
        {"url": "", "label": title},
    ]
    return {
        "header_title": title,
        "header_icon": "history",
        "breadcrumbs_items": crumbs,
    }
