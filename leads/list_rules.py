"""The rules of a list as one value: read from rows, or from the plain data versions keep."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from classroom.models import LiveClass
from cms.models import Topic
from leads.models import Condition, ConditionGroup, GroupMatch, Label, LeadList, Match
from leads.models.conditions import NOTHING
from people.models import Branch, User

# The fields that name another row, and the rows they may name.
REFERENCES = {
    "topic": Topic,
    "live_class": LiveClass,
    "branch": Branch,
    "other_list": LeadList,
    "label": Label,
    "owner": User,
}
DATES = ("since", "until")


@dataclass(frozen=True)
class GroupRules:
    """Conditions that are asked together; `match` is all, any or none."""

    match: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class ListRules:
    """Who belongs on a list; `match` (all or any) joins the groups, none of which is empty."""

    match: str
    groups: tuple[GroupRules, ...]

    @property
    def conditions(self) -> list[Condition]:
        """Every condition in its order."""
        return [condition for group in self.groups for condition in group.conditions]

    @property
    def asks_for_lists(self) -> bool:
        """Whether who belongs on it hangs on who is on other lists."""
        return any(one.other_list_id is not None for one in self.conditions)

    @property
    def has_none(self) -> bool:
        """Whether somebody could begin to belong on it by time alone."""
        return any(group.match == GroupMatch.NONE for group in self.groups)


def rules_of(lead_list: LeadList) -> ListRules:
    """The list's rules, with what their problems are read from: 2 queries."""
    return _gathered(
        lead_list, ConditionGroup.objects.filter(lead_list=lead_list), _rows(lead_list=lead_list)
    )


def rules_by_list(lead_lists: Iterable[LeadList]) -> dict[int, ListRules]:
    """The rules of each list by its id, like rules_of: 2 queries for any number of lists."""
    lead_lists = list(lead_lists)
    where = {"lead_list__in": [one.pk for one in lead_lists]}
    groups: dict[int, list[ConditionGroup]] = {}
    for group in ConditionGroup.objects.filter(**where).order_by("sort_order", "pk"):
        groups.setdefault(group.lead_list_id, []).append(group)
    conditions: dict[int, list[Condition]] = {}
    for condition in _rows(**where):
        conditions.setdefault(condition.lead_list_id, []).append(condition)
    return {
        one.pk: _gathered(one, groups.get(one.pk, []), conditions.get(one.pk, []))
        for one in lead_lists
    }


def _rows(**where: Any) -> QuerySet[Condition]:
    rows = Condition.objects.filter(**where)
    rows = rows.select_related(
        "topic__merged_into", "live_class", "branch", "other_list", "label__topic", "owner"
    )
    return rows.order_by("sort_order", "pk")


def _gathered(
    lead_list: LeadList, groups: Iterable[ConditionGroup], conditions: Iterable[Condition]
) -> ListRules:
    by_group: dict[int | None, list[Condition]] = {}
    for condition in conditions:
        by_group.setdefault(condition.group_id, []).append(condition)
    found = [(lead_list.match, by_group.get(None, []))]
    ordered = sorted(groups, key=lambda one: (one.sort_order or 0, one.pk))
    found += [(group.match, by_group.get(group.pk, [])) for group in ordered]
    return ListRules(
        match=lead_list.match,
        groups=tuple(GroupRules(match, tuple(held)) for match, held in found if held),
    )


def condition_in_data(condition: Condition) -> dict[str, Any]:
    """A condition as plain data: its kind, and what it reads; other rows by their id."""
    found: dict[str, Any] = {"kind": condition.kind}
    for name, nothing in NOTHING.items():
        value = getattr(condition, f"{name}_id" if name in REFERENCES else name)
        if value != nothing:
            found[name] = value.isoformat() if isinstance(value, date) else value
    return found


def rules_in_data(rules: ListRules) -> dict[str, Any]:
    """Rules as plain data, as a version keeps them."""
    return {
        "match": rules.match,
        "groups": [
            {
                "match": group.match,
                "conditions": [condition_in_data(one) for one in group.conditions],
            }
            for group in rules.groups
        ],
    }


def named_in(data: Mapping[str, Any]) -> dict[str, set[int]]:
    """The ids that rules as data name, by field."""
    found: dict[str, set[int]] = {name: set() for name in REFERENCES}
    for group in data["groups"]:
        for condition in group["conditions"]:
            for name in REFERENCES:
                if condition.get(name):
                    found[name].add(condition[name])
    return found


def condition_from_data(
    data: Mapping[str, Any], named: Mapping[str, Mapping[int, Any]]
) -> Condition:
    """An unsaved condition; a row it names that is gone leaves the field empty.

    `named` gives the rows by field and id. `is_broken` says whether one of them is gone.
    """
    fields: dict[str, Any] = {}
    broken = False
    for name in NOTHING:
        if name not in data:
            continue
        value = data[name]
        if name in REFERENCES:
            value = named[name].get(value)
            broken = broken or value is None
        elif name in DATES:
            value = date.fromisoformat(value)
        fields[name] = value
    condition = Condition(kind=data["kind"], **fields)
    condition.is_broken = broken  # type: ignore[attr-defined]
    return condition


def rules_from_data(data: Mapping[str, Any], *, of: LeadList | None = None) -> ListRules:
    """Rules that a version keeps, as unsaved conditions: a query for each sort of row they name.

    `of` is the list they are for, which a condition on people put on it by hand reads.
    """
    named = {name: REFERENCES[name].objects.in_bulk(ids) for name, ids in named_in(data).items()}
    rules = ListRules(
        match=data.get("match", Match.ALL),
        groups=tuple(
            GroupRules(
                group["match"],
                tuple(condition_from_data(one, named) for one in group["conditions"]),
            )
            for group in data["groups"]
            if group["conditions"]
        ),
    )
    if of is not None:
        for one in rules.conditions:
            one.lead_list_id = of.pk
    return rules
