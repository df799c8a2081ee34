"""The screens of the rules of interest, for marketing and administrators."""

from itertools import pairwise

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.rule_forms import RuleForm
from leads.rule_words import changes_in_words, groups_in_words
from leads.selectors.rule_effects import rows_of
from leads.selectors.rule_quality import rank_quality
from leads.selectors.visibility import visible_to
from leads.services.access import (
    CHANGE_RULES,
    SEE_LISTS,
    SEE_PEOPLE,
    SEE_RULES,
    demand,
    note_rules_compared,
)
from tracking.models import RuleVersion
from tracking.rule_figures import fields_of, figures_of
from tracking.selectors.co_interest import learned_on, related_topics, topics_with_company
from tracking.selectors.rule_changes import compared_with
from tracking.selectors.rules import (
    current_rule_version,
    progress_of,
    rule_of,
    rule_versions,
)
from tracking.services.rules import RuleMoved, RuleRefused, change_rules

TOPICS_A_PAGE = 25
RELATED_AT_MOST = 10


def show_rules(request: HttpRequest) -> HttpResponse:
    """The rule in force in plain words, how far people are recomputed, and the versions before."""
    demand(request.user, SEE_RULES)
    versions = rule_versions()
    context = {
        "version": versions[0],
        "groups": groups_in_words(figures_of(versions[0])),
        "versions": _with_changes(versions),
        "progress": progress_of(versions[0]),
        "may_change": request.user.has_perm(CHANGE_RULES),
        **_frame(_("Rules of interest")),
    }
    return TemplateResponse(request, "leads/rules.html", context)


def show_related(request: HttpRequest) -> HttpResponse:
    """For each topic those that go with it, as learned from everybody's heat."""
    demand(request.user, SEE_RULES)
    page = Paginator(topics_with_company(), TOPICS_A_PAGE).get_page(request.GET.get("p"))
    related = related_topics(topic.pk for topic in page.object_list)
    context = {
        "page": page,
        "rows": [
            {
                "topic": topic,
                "related": related[topic.pk][:RELATED_AT_MOST],
                "more": max(0, len(related[topic.pk]) - RELATED_AT_MOST),
            }
            for topic in page.object_list
        ],
        "day": learned_on(),
        **_frame(_("What goes together"), _crumb()),
    }
    return TemplateResponse(request, "leads/rule_related.html", context)


def change_rule(request: HttpRequest) -> HttpResponse:
    """The form; a first POST compares and writes nothing, a second one with `confirm` changes.

    With `?like=N` the figures of an earlier version are compared at once.
    """
    demand(request.user, SEE_RULES, CHANGE_RULES)
    held = current_rule_version()
    form = _form(request, held)
    if request.method == "POST" and form.is_valid():
        if "confirm" in request.POST and _change(request, form):
            return redirect("interest_rules")
        # Whoever was told of a newer version goes on from it.
        held = current_rule_version()
        if "confirm" not in request.POST and form.cleaned_data["base"] != held.number:
            moved = _("Meanwhile version %(number)d was made. Nothing was changed.")
            messages.warning(request, f"{moved % {'number': held.number}} {_kept()}")
        form.data = {**form.data.dict(), "base": held.number}
    context = {"form": form, "version": held, **_frame(_("Change the rules"), _crumb())}
    if form.is_bound and form.is_valid():
        context |= _comparison(request, form, held)
    status = 422 if request.method == "POST" and not form.is_valid() else 200
    return TemplateResponse(request, "leads/rule_change.html", context, status=status)


def _form(request: HttpRequest, held: RuleVersion) -> RuleForm:
    if request.method == "POST":
        return RuleForm(request.POST.copy())
    like = request.GET.get("like")
    if like is None:
        return RuleForm(initial={**_as_typed(held), "base": held.number})
    version = RuleVersion.objects.filter(number=like).first() if like.isdecimal() else None
    if version is None:
        raise Http404
    reason = _("Back to version %(number)d") % {"number": version.number}
    return RuleForm({**_as_typed(version), "base": held.number, "reason": reason})


def _as_typed(version: RuleVersion) -> dict[str, float | int]:
    """The figures as one would type them: 30, not 30.0."""
    return {
        name: int(value) if value.is_integer() else value
        for name, value in figures_of(version).items()
    }


def _change(request: HttpRequest, form: RuleForm) -> bool:
    """Whether the version was made; else the user is told why not."""
    try:
        version = change_rules(
            base=form.cleaned_data["base"],
            figures=form.figures,
            reason=form.cleaned_data["reason"],
            by=request.user,
        )
    except RuleMoved as refusal:
        messages.error(request, f"{refusal} {_kept()}")
        return False
    except RuleRefused as refusal:
        messages.error(request, str(refusal))
        return False
    said = _("Version %(number)d is in force. People are being recomputed now.")
    messages.success(request, said % {"number": version.number})
    return True


def _kept() -> str:
    return _("Your figures are kept below, compared with that version.")


def _comparison(request: HttpRequest, form: RuleForm, held: RuleVersion) -> dict:
    before, after = figures_of(held), form.figures
    changes = changes_in_words(before, after)
    if not changes:
        return {"nothing": True}
    now = timezone.now()
    rule = rule_of(RuleVersion(number=held.number + 1, epoch=held.epoch, **fields_of(after)))
    comparison = compared_with(rule=rule, at=now)
    user = request.user
    may_see = user.has_perms((SEE_LISTS, SEE_PEOPLE))
    topics = rows_of(comparison, seen=visible_to(user, path="person__") if may_see else None)
    note_rules_compared(user=user, people=topics.named)
    return {
        "changes": changes,
        "comparison": comparison,
        "topics": topics,
        "quality": rank_quality(figures=(before, after), rule=rule, at=now),
    }


def _with_changes(versions: list[RuleVersion]) -> list[dict]:
    """Every version, newest first, with what it changed in the one before."""
    figures = [figures_of(version) for version in versions]
    changes = [changes_in_words(before, after) for after, before in pairwise(figures)]
    return [
        {"version": version, "changes": changed, "by": _name_of(version)}
        for version, changed in zip(versions, [*changes, []], strict=True)
    ]


def _name_of(version: RuleVersion) -> str:
    if version.made_by is None:
        return "" if version.number == 1 else _("somebody who is no longer here")
    return version.made_by.get_full_name() or version.made_by.get_username()


def _crumb() -> dict:
    return {"url": reverse("interest_rules"), "label": _("Rules of interest")}


def _frame(title: str, *above: dict) -> dict:
    home = {"url": reverse("wagtailadmin_home"), "label": _("Home")}
    return {
        "header_title": title,
        "header_icon": "sliders",
        "breadcrumbs_items": [home, *above, {"url": "", "label": title}],
    }
