"""The rules of a list as the API says and hears them: other rows by slug, login name or id."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from ninja import Field, Schema

from leads.builder_data import Told, told_rules
from leads.list_rules import REFERENCES, ListRules, condition_in_data
from leads.models import Condition, ConditionKind, LeadList

# What stands for another row; a class has no name of its own, so its id does.
NAMED_BY = {
    "topic": "slug",
    "live_class": "pk",
    "branch": "slug",
    "other_list": "slug",
    "label": "slug",
    "owner": "username",
}
NOBODY = 0  # no row has this key: it is told as one that was removed

KindName = Literal[tuple(ConditionKind.values)]  # type: ignore[valid-type]


class ConditionRule(Schema):
    """One condition; which fields it reads hangs on its kind, others are dropped.

    `topic`, `branch`, `other_list` and `label` are slugs, `owner` a login name, `live_class` an id.
    """

    kind: KindName
    topic: str | None = None
    below: bool | None = None
    live_class: int | None = None
    branch: str | None = None
    other_list: str | None = None
    label: str | None = None
    owner: str | None = None
    value: float | None = None
    count: int | None = None
    minutes: int | None = None
    age_from: int | None = None
    age_to: int | None = None
    days: int | None = None
    since: date | None = None
    until: date | None = None
    text: str | None = Field(None, max_length=80)


class GroupRule(Schema):
    """Conditions that are asked together: all, any or none of them."""

    match: Literal["all", "any", "none"] = "all"
    conditions: list[ConditionRule]


class Rules(Schema):
    """Who belongs on a list; `match` joins its groups."""

    match: Literal["all", "any"] = "all"
    groups: list[GroupRule]


def rules_said(rules: ListRules) -> dict[str, Any]:
    """Rules as they may be sent back."""
    return {
        "match": rules.match,
        "groups": [
            {
                "match": group.match,
                "conditions": [_condition_said(one) for one in group.conditions],
            }
            for group in rules.groups
        ],
    }


def _condition_said(condition: Condition) -> dict[str, Any]:
    said = condition_in_data(condition)
    for name, key in NAMED_BY.items():
        if name in said:
            said[name] = getattr(getattr(condition, name), key)
    return said


def rules_heard(rules: Rules, *, of: LeadList | None) -> Told:
    """The rules that were sent, and what is wrong with them: a query for each sort of row named."""
    data = json.loads(rules.model_dump_json(exclude_none=True))
    held = [condition for group in data["groups"] for condition in group["conditions"]]
    for name, key in NAMED_BY.items():
        asked = {one[name] for one in held if name in one}
        if asked:
            known = _keys(name, key, asked)
            for one in held:
                if name in one:
                    one[name] = known.get(one[name], NOBODY)
    return told_rules(json.dumps(data), of=of)


def _keys(name: str, key: str, asked: set) -> Mapping[Any, int]:
    found = REFERENCES[name].objects.filter(**{f"{key}__in": asked})
    return dict(found.values_list(key, "pk"))
