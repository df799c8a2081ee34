"""Evaluates a list's conditions over sets of persons; it reads only, membership is kept elsewhere."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.conditions import RULES, Moment, Scope
from leads.models import Condition, LeadList, Match
from leads.selectors.consent import may_be_listed
from people.models import Person
from tracking.selectors.rules import current_rule_version, rule_of, topic_tree


class Outcome(NamedTuple):
    """What evaluating one person gave: the facts of each condition met, and when to look again."""

    reason: list[dict[str, Any]]
    due_at: datetime | None


class Evaluation(NamedTuple):
    """`members` by person id, and for everyone else looked at the kinds of condition not met."""

    members: dict[int, Outcome]
    unmet: dict[int, list[dict[str, Any]]]


def moment_now(at: datetime | None = None) -> Moment:
    """The present (or the given time) with the rule in force and the topics' merges: 2 queries."""
    return Moment(
        at=at or timezone.now(),
        rule=rule_of(current_rule_version()),
        merged=topic_tree().merged,
    )


def conditions_of(lead_list: LeadList) -> list[Condition]:
    """The list's conditions in their order, with what their problems are read from."""
    return list(
        Condition.objects.filter(lead_list=lead_list)
        .select_related("topic__merged_into", "live_class")
        .order_by("sort_order", "pk")
    )


def conditions_by_list() -> dict[int, list[Condition]]:
    """The conditions of every list by its id, like conditions_of: 1 query for all."""
    found: dict[int, list[Condition]] = {}
    rows = Condition.objects.select_related("topic__merged_into", "live_class")
    for condition in rows.order_by("sort_order", "pk"):
        found.setdefault(condition.lead_list_id, []).append(condition)
    return found


def problems_of(conditions: Iterable[Condition]) -> list[str | Promise]:
    """Why a list with these conditions cannot be kept up, in words; empty where it can."""
    conditions = list(conditions)
    if not conditions:
        return [_("This list has no condition yet. Add one to say who belongs on it.")]
    problems: list[str | Promise] = []
    for condition in conditions:
        rule = RULES.get(condition.kind)
        if rule is None:
            problems.append(_("This kind of condition is not known here."))
        elif problem := rule.problem(condition):
            problems.append(problem.message)
    return problems


def candidates(
    lead_list: LeadList, conditions: Iterable[Condition], moment: Moment
) -> QuerySet[Person]:
    """Everyone the rules match at the moment and who consents to profiling: one statement."""
    matched = Q()
    for condition in conditions:
        one = Q(pk__in=RULES[condition.kind].matching(condition, moment))
        matched = matched & one if lead_list.match == Match.ALL else matched | one
    return may_be_listed().filter(matched)


def evaluated(
    lead_list: LeadList, conditions: list[Condition], moment: Moment, scope: Scope
) -> Evaluation:
    """Who of the scope belongs on the list, why and until when: a query a condition and one more."""
    allowed = set(may_be_listed().filter(**scope.on("pk")).values_list("pk", flat=True))
    facts: dict[int, list[dict[str, Any]]] = {}
    due: dict[int, datetime] = {}
    unmet: dict[int, list[dict[str, Any]]] = {}
    for condition in conditions:
        rule = RULES[condition.kind]
        met = set()
        for person_id, fact, due_at in rule.evidence(condition, moment, scope):
            if person_id not in allowed:
                continue
            met.add(person_id)
            facts.setdefault(person_id, []).append(fact)
            if due_at is not None:
                # The earliest end: under "any" too, for then the reason changes.
                due[person_id] = min(due.get(person_id, due_at), due_at)
        missing = {"kind": condition.kind, "topic": condition.topic_id}
        for person_id in allowed - met:
            unmet.setdefault(person_id, []).append(missing)
    enough = len(conditions) if lead_list.match == Match.ALL else 1
    members = {
        person_id: Outcome(reason, due.get(person_id))
        for person_id, reason in facts.items()
        if len(reason) >= enough
    }
    return Evaluation(members=members, unmet=unmet)
