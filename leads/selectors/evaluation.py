"""Evaluates a list's rules over sets of persons; it reads only, membership is kept elsewhere."""

import copy
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cms.models import Topic
from leads.conditions import RULES, Evidence, Moment, Scope
from leads.list_rules import GroupRules, ListRules, condition_in_data, rules_of
from leads.models import Condition, GroupMatch, LeadList, Match
from leads.selectors.consent import may_be_listed
from people.models import Person
from people.selectors import current_clinic
from tracking.selectors.rules import current_rule_version, rule_of, topic_tree


class Outcome(NamedTuple):
    """What evaluating one person gave: the facts of each condition met, and when to look again."""

    reason: list[dict[str, Any]]
    due_at: datetime | None


@dataclass(frozen=True)
class Evaluation:
    """`members` by person id; `looks` when others could begin to belong, by time alone.

    `allowed` is everybody who was looked at and may be listed.
    """

    members: dict[int, Outcome]
    looks: dict[int, datetime]
    allowed: set[int]
    rules: ListRules
    met: list[dict[int, Evidence]]

    def unmet_of(self, person_id: int) -> list[dict[str, Any]]:
        """The conditions that keep somebody off the list, as data; of who may be listed."""
        found = []
        for group, met in _by_group(self.rules, self.met):
            for condition, people in zip(group.conditions, met, strict=True):
                wanted = group.match != GroupMatch.NONE
                if (person_id in people) != wanted:
                    one = {"kind": condition.kind, "topic": condition.topic_id}
                    found.append(one if wanted else one | {"none": True})
        return found


def moment_now(at: datetime | None = None) -> Moment:
    """The present (or the given time) with the rule in force and the topics: 4 queries."""
    tree = topic_tree()
    sensitive = Topic.objects.filter(sensitive=True).values_list("pk", flat=True)
    return Moment(
        at=at or timezone.now(),
        rule=rule_of(current_rule_version()),
        merged=tree.merged,
        parents=tree.parents,
        sensitive=frozenset(sensitive),
        zone=ZoneInfo(current_clinic().time_zone),
    )


def conditions_of(lead_list: LeadList) -> list[Condition]:
    """The list's conditions in their order, with what their problems are read from."""
    return rules_of(lead_list).conditions


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


def candidates(rules: ListRules, moment: Moment, *, in_time: bool = False) -> QuerySet[Person]:
    """Everyone the rules match at the moment and who consents to profiling: one statement.

    With `in_time` also everyone who could begin to match by time alone: a "none" group counts as
    met, as what stands in its way may end.
    """
    groups = [
        Q() if in_time and group.match == GroupMatch.NONE else _matching(group, moment)
        for group in rules.groups
    ]
    people = may_be_listed()
    if rules.match == Match.ANY:
        if not all(groups):
            return people
        matched = Q()
        for group in groups:
            matched |= group
        return people.filter(matched)
    for group in groups:
        people = people.filter(group)
    return people


def _matching(group: GroupRules, moment: Moment) -> Q:
    found = Q()
    for condition in group.conditions:
        one = Q(pk__in=RULES[condition.kind].matching(condition, moment))
        found = found & one if group.match == GroupMatch.ALL else found | one
    return ~found if group.match == GroupMatch.NONE else found


class Glance:
    """Some people at one moment: what lists ask of them, each thing read once.

    A list that changed meanwhile is read anew.
    """

    def __init__(self, moment: Moment, scope: Scope) -> None:
        self.moment, self.scope = moment, scope
        self._met: dict[str, dict[int, Evidence]] = {}

    @cached_property
    def allowed(self) -> set[int]:
        """Who of them may be listed."""
        people = may_be_listed().filter(**self.scope.on("pk"))
        return set(people.values_list("pk", flat=True))

    def met(self, condition: Condition) -> dict[int, Evidence]:
        """Who of the allowed meets the condition, and why."""
        if not RULES[condition.kind].is_shared:
            return self._read(condition)
        asked = json.dumps(condition_in_data(condition), sort_keys=True)
        if asked not in self._met:
            self._met[asked] = self._read(condition)
        return self._met[asked]

    def _read(self, condition: Condition) -> dict[int, Evidence]:
        found = RULES[condition.kind].evidence(condition, self.moment, self.scope)
        return {one.person_id: one for one in found if one.person_id in self.allowed}


def evaluated(rules: ListRules, glance: Glance) -> Evaluation:
    """Who of the people belongs on the list, why and until when.

    A query for each condition, another for each with days in a "none" group, and one more; fewer
    where another list has asked the same.
    """
    allowed = glance.allowed
    met = [glance.met(condition) for condition in rules.conditions]
    before = {
        place: _before(condition, glance)
        for place, (group, condition) in enumerate(_each(rules))
        if group.match == GroupMatch.NONE
    }
    found = Evaluation(members={}, looks={}, allowed=allowed, rules=rules, met=met)
    concerned = allowed if rules.has_none else {person for people in met for person in people}
    for person_id in concerned:
        standing = [_standing(group, people, person_id) for group, people in _by_group(rules, met)]
        begins = _begins(rules, standing)
        if (any if rules.match == Match.ANY else all)(one.holds for one in standing):
            reason, ends = _reason(rules, met, before, standing, person_id)
            due = [at for at in (*ends, begins) if at is not None]
            found.members[person_id] = Outcome(reason, min(due, default=None))
        elif begins is not None:
            found.looks[person_id] = begins
    return found


def _each(rules: ListRules) -> Iterator[tuple[GroupRules, Condition]]:
    """Every condition with its group, in the order of `ListRules.conditions`."""
    for group in rules.groups:
        for condition in group.conditions:
            yield group, condition


def _by_group(rules: ListRules, met: list) -> Iterator[tuple[GroupRules, list]]:
    """Each group with the part of `met` that is its own."""
    place = 0
    for group in rules.groups:
        yield group, met[place : place + len(group.conditions)]
        place += len(group.conditions)


def _before(condition: Condition, glance: Glance) -> dict[int, str]:
    """Person to the last time what is asked not to be in a window was so, whenever it was."""
    if not condition.days:
        return {}
    ever = copy.copy(condition)
    ever.days, ever.count = None, None
    return {person_id: one.fact["last_at"] for person_id, one in glance.met(ever).items()}


class _Standing(NamedTuple):
    """Whether a group holds for a person, and when it could begin to by time alone."""

    holds: bool
    begins: datetime | None


def _standing(group: GroupRules, met: list[dict[int, Evidence]], person_id: int) -> _Standing:
    mine = [people[person_id] for people in met if person_id in people]
    if group.match == GroupMatch.ANY:
        return _Standing(bool(mine), None)
    if group.match == GroupMatch.ALL:
        return _Standing(len(mine) == len(met), None)
    ends = [one.due_at for one in mine]
    known = [at for at in ends if at is not None]
    return _Standing(not mine, max(known) if mine and len(known) == len(ends) else None)


def _begins(rules: ListRules, standing: list[_Standing]) -> datetime | None:
    """When groups that do not hold could, so that the whole changes; None: not by time alone."""
    missing = [one.begins for one in standing if not one.holds]
    known = [at for at in missing if at is not None]
    if rules.match == Match.ANY:
        return min(known, default=None)
    return max(known) if known and len(known) == len(missing) else None


def _reason(
    rules: ListRules,
    met: list[dict[int, Evidence]],
    before: dict[int, dict[int, str]],
    standing: list[_Standing],
    person_id: int,
) -> tuple[list[dict[str, Any]], list[datetime | None]]:
    """The facts of the groups that hold, and when each ends by time alone."""
    reason, ends = [], []
    place = -1
    for group, stands in zip(rules.groups, standing, strict=True):
        for condition in group.conditions:
            place += 1
            if not stands.holds:
                continue
            if group.match == GroupMatch.NONE:
                fact = {"kind": "not", "condition": condition_in_data(condition)}
                if last_at := before[place].get(person_id):
                    fact["last_at"] = last_at
                reason.append(fact)
            elif person_id in met[place]:
                reason.append(met[place][person_id].fact)
                ends.append(met[place][person_id].due_at)
    return reason, ends


def same_outcome(kept: tuple[Any, datetime | None] | None, found: Outcome | None) -> bool:
    """Whether what is kept of a member is what evaluating gave; None is nobody.

    PostgreSQL hands large numbers of a reason back as whole ones, so they are compared as floats.
    """
    if kept is None or found is None:
        return kept is found
    return (_as_floats(kept[0]), kept[1]) == (_as_floats(found.reason), found.due_at)


def _as_floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_floats(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_as_floats(one) for one in value]
    return float(value) if isinstance(value, int) and abs(value) > 2**53 else value
