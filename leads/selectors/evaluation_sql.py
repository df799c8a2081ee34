"""A list's rules over everybody as one statement of PostgreSQL: what `evaluated` says of each person.

The parts have the names and the order they have there. It reads only.
"""

import copy
import json
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from leads.conditions import RULES, ConditionRule, Moment
from leads.conditions.told import Told, is_moment
from leads.list_rules import ListRules, condition_in_data
from leads.models import Condition, GroupMatch, Match
from leads.selectors.evaluation import candidates


class Statement(NamedTuple):
    """SQL with what it binds."""

    sql: str
    values: list[Any]


class _Part(NamedTuple):
    """One condition: its place, whether a person meets it, and since when it is not met otherwise."""

    place: int
    condition: Condition
    looks_back: bool

    @property
    def met(self) -> str:
        return f"e{self.place}.person_id IS NOT NULL"

    @property
    def due_at(self) -> str:
        return f"e{self.place}.due_at"


class _Group(NamedTuple):
    match: str
    parts: list[_Part]

    @property
    def holds(self) -> str:
        joined = " AND " if self.match == GroupMatch.ALL else " OR "
        met = joined.join(part.met for part in self.parts)
        return f"NOT ({met})" if self.match == GroupMatch.NONE else f"({met})"

    @property
    def begins(self) -> str:
        """When it could begin to hold by time alone, where it does not; NULL: not so."""
        if self.match != GroupMatch.NONE:
            return "NULL::timestamptz"
        known = " AND ".join(
            f"(NOT {part.met} OR {part.due_at} IS NOT NULL)" for part in self.parts
        )
        return f"CASE WHEN {known} THEN greatest({', '.join(p.due_at for p in self.parts)}) END"


def people_in_question(rules: ListRules, moment: Moment) -> Statement:
    """The ids of those who belong on the list, or could by time alone."""
    sql, values = _sql_of(candidates(rules, moment, in_time=True).values("id"))
    return Statement(sql, values)


def statement_of(rules: ListRules, moment: Moment, *, among: str) -> Statement | None:
    """Rows of person_id, belongs, reason (jsonb), due_at and look_at (both may be NULL).

    One a person who belongs on the list or could by time alone, with `due_at` for the first and
    `look_at` for the others. `among` names a table with the `id` of each of the people in question.
    None on another engine, and where a condition can only be read in Python.
    """
    if connection.vendor != "postgresql":
        return None
    groups: list[_Group] = []
    joins: list[str] = []
    values: list[Any] = []
    for group in _with_places(rules):
        groups.append(group)
        for part in group.parts:
            for name, told in _told_of(part, moment):
                if told is None:
                    return None
                one = _rows(RULES[part.condition.kind], told, among)
                joins.append(f"LEFT JOIN ({one.sql}) {name} ON {name}.person_id = a.id")
                values += one.values
    reasons, of_reasons = _reason(groups)
    belongs = (" OR " if rules.match == Match.ANY else " AND ").join(g.holds for g in groups)
    begins = _begins(rules, groups)
    sql = (
        f"SELECT a.id AS person_id, {belongs} AS belongs, {reasons} AS reason, "
        f"least({', '.join(_ends(groups))}, {begins}) AS due_at, {begins} AS look_at "
        f"FROM {among} a {' '.join(joins)} WHERE {_wanted(rules, groups, begins)}"
    )
    return Statement(sql, [*of_reasons, *values])


def _with_places(rules: ListRules) -> list[_Group]:
    found, place = [], 0
    for group in rules.groups:
        none = group.match == GroupMatch.NONE
        parts = [
            _Part(place + n, one, none and bool(one.days)) for n, one in enumerate(group.conditions)
        ]
        found.append(_Group(group.match, parts))
        place += len(parts)
    return found


def _told_of(part: _Part, moment: Moment) -> list[tuple[str, Told | None]]:
    """What the condition tells, and, where it may not be met in a window, what it ever did."""
    rule = RULES[part.condition.kind]
    found = [(f"e{part.place}", rule.told(part.condition, moment))]
    if part.looks_back:
        ever = copy.copy(part.condition)
        ever.days, ever.count = None, None
        found.append((f"b{part.place}", rule.told(ever, moment)))
    return found


def _sql_of(rows: QuerySet) -> tuple[str, list[Any]]:
    sql, values = rows.order_by().query.sql_with_params()
    return sql, list(values)


def _rows(rule: ConditionRule, told: Told, among: str) -> Statement:
    """One row a person: person_id, fact, due_at; the greatest one counts."""

    def on(path: str) -> dict[str, Any]:
        return {f"{path}__in": RawSQL(f"SELECT q.id FROM {among} q", [])}

    rows = rule.among(told, on)
    inner, values = _sql_of(rows.values_list(told.person, *told.columns.values()))
    names = [f'"{name}"' for name in told.columns]
    told_as = [_iso(one) if is_moment(one.strip('"')) else one for one in names]
    parts = ", ".join(
        f"'{name}', {value}" for name, value in zip(told.columns, told_as, strict=True)
    )
    order = ", ".join(["person_id", *(f"{name} DESC" for name in names)])
    sql = (
        f"SELECT DISTINCT ON (person_id) person_id, %s::jsonb || jsonb_build_object({parts}) AS fact, "
        f"{told.ends.sql} AS due_at FROM ({inner}) AS s({', '.join(['person_id', *names])}) "
        f"ORDER BY {order}"
    )
    return Statement(sql, [json.dumps(told.constant), *values])


def _iso(column: str) -> str:
    """A moment as Python writes it: no fraction where it would be 0, else six digits."""
    text = f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
    return f"replace({text}, '.000000', '') || '+00:00'"


def _reason(groups: list[_Group]) -> tuple[str, list[Any]]:
    """The facts of the groups that hold."""
    found, values = [], []
    for group in groups:
        for part in group.parts:
            if group.match == GroupMatch.NONE:
                fact = {"kind": "not", "condition": condition_in_data(part.condition)}
                values.append(json.dumps(fact))
                last = f"jsonb_build_object('last_at', b{part.place}.fact->'last_at')"
                known = (
                    f"CASE WHEN b{part.place}.person_id IS NULL THEN '{{}}'::jsonb ELSE {last} END"
                )
                one = f"(%s::jsonb || {known})" if part.looks_back else "%s::jsonb"
                when = group.holds
            else:
                one, when = f"e{part.place}.fact", f"{group.holds} AND {part.met}"
            found.append(f"CASE WHEN {when} THEN jsonb_build_array({one}) ELSE '[]'::jsonb END")
    return " || ".join(found), values


def _ends(groups: list[_Group]) -> list[str]:
    """When each condition that counts ends; NULL where it does not."""
    return [
        f"CASE WHEN {group.holds} THEN {part.due_at} END"
        for group in groups
        if group.match != GroupMatch.NONE
        for part in group.parts
    ] or ["NULL::timestamptz"]


def _begins(rules: ListRules, groups: list[_Group]) -> str:
    """When groups that do not hold could, so that the whole changes; NULL: not by time alone."""
    if not rules.has_none:
        return "NULL::timestamptz"
    missing = ", ".join(f"CASE WHEN NOT {g.holds} THEN {g.begins} END" for g in groups)
    if rules.match == Match.ANY:
        return f"least({missing})"
    known = " AND ".join(f"({g.holds} OR {g.begins} IS NOT NULL)" for g in groups)
    return f"CASE WHEN {known} THEN greatest({missing}) END"


def _wanted(rules: ListRules, groups: list[_Group], begins: str) -> str:
    """Who belongs, or could by time alone: only a "none" group that does not hold can begin to."""
    if rules.match == Match.ANY:
        return " OR ".join([*(g.holds for g in groups), f"{begins} IS NOT NULL"])
    return " AND ".join(
        f"({g.holds} OR {g.begins} IS NOT NULL)" if g.match == GroupMatch.NONE else g.holds
        for g in groups
    )
