"""Composes the one statement an export is read from: contactable members with their columns.

One statement is one snapshot: whoever is in it consented to both purposes when it was read.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils.translation import get_language

from leads.export_columns import WORDS, Column, Kind, Source
from leads.models import LeadList, Stage
from leads.selectors.evaluation import conditions_of
from leads.selectors.members import contactable_members_of
from leads.selectors.ranking import ranks_of_list
from tracking.arithmetic import heat_of
from tracking.selectors.rules import current_rule_version, rule_of

ISO = {
    "postgresql": """to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')""",
    "sqlite": "strftime('%%Y-%%m-%%dT%%H:%%M:%%S+00:00', {0})",
}
JOINED = {"postgresql": "string_agg(word, '; ')", "sqlite": "group_concat(word, '; ')"}
ROUNDED = {
    "postgresql": "CAST(round(CAST({0} AS numeric), 2) AS double precision)",
    "sqlite": "round({0}, 2)",
}
DOUBLE = "double precision"
RANKS = {
    "postgresql": "SELECT * FROM unnest(%(people)s::bigint[], %(ranks)s::float8[])"
    " AS ranked(person_id, value)",
    "sqlite": "SELECT CAST(key AS INTEGER) AS person_id, value FROM json_each(%(ranks)s)",
}


@dataclass(frozen=True)
class Statement:
    """The SQL with its named parameters; the first value of each row is the external id."""

    sql: str
    params: dict[str, Any]


def export_statement(
    lead_list: LeadList,
    columns: Iterable[Column],
    *,
    now: datetime,
    for_copy: bool = False,
    most: bool = False,
) -> Statement:
    """Compose the statement; `for_copy` makes each cell the text that may stand in a CSV file.

    Otherwise numbers are floats, moments ISO text, and a reason its JSON. Where `most` people are
    members, what is joined is read of everybody: that is less work than asking who is one.
    """
    columns = list(columns)
    sources = list(dict.fromkeys(column.source for column in columns if column.source))
    members, params = _members(lead_list, columns=columns, sources=sources)
    words = _words(lead_list, now=now)
    for of in ("person", "profile"):
        words[f"by_{of}"] = "1 = 1" if most else f"r.{of}_id IN (SELECT {of}_id FROM member)"
    params |= {"now": connection.ops.adapt_datetimefield_value(now), "list": lead_list.name}
    if any(column.name == "rank" for column in columns):
        params |= _ranks(lead_list, now=now)
    joins = [
        f"LEFT JOIN ({source.sql.format_map(words)}) AS {source.name}_of "
        f"ON {source.name}_of.{source.key} = m.{source.key}"
        for source in sources
    ]
    cell = _csv_cell if for_copy else _plain_cell
    cells = ["p.external_id", *(cell(column, words) for column in columns)]
    named = [f"{name} AS MATERIALIZED ({sql.format_map(words)})" for name, sql in WORDS.items()]
    sql = "\n".join(
        [
            f"WITH {', '.join([*named, f'member AS ({members})'])}",
            f"SELECT {', '.join(cells)} FROM member AS m",
            "JOIN people_person AS p ON p.id = m.person_id",
            "LEFT JOIN people_branch AS b ON b.id = p.branch_id",
            *joins,
            "ORDER BY m.entered_at DESC, m.id DESC",
        ]
    )
    return Statement(sql=sql, params=params)


def _members(
    lead_list: LeadList, *, columns: list[Column], sources: list[Source]
) -> tuple[str, dict[str, Any]]:
    """The contactable members as SQL, their parameters named, with no more than is read of them."""
    found = contactable_members_of(lead_list).select_related(None).order_by()
    read = ["id", "person_id", "entered_at"]
    if any("m.reason" in column.sql for column in columns):
        read.append("reason")
    if any(source.key == "profile_id" for source in sources):
        found = found.annotate(profile_id=F("person__profile__id"))
        read.append("profile_id")
    sql, values = found.values(*read).query.sql_with_params()
    params = {f"member_{number}": value for number, value in enumerate(values)}
    for name in params:
        sql = sql.replace("%s", f"%({name})s", 1)
    return sql, params


def _words(lead_list: LeadList, *, now: datetime) -> dict[str, str]:
    """What stands for the words in braces: names in the reader's language, and today's rule."""
    chinese = (get_language() or "").startswith("zh")
    rule = rule_of(current_rule_version())
    topics = {
        condition.topic.resolved.pk
        for condition in conditions_of(lead_list)
        if condition.topic is not None and not condition.topic.resolved.sensitive
    }
    return {
        "stage_label": _stages(),
        "joined": JOINED[connection.vendor],
        "ranks": RANKS[connection.vendor],
        "topic_label": "COALESCE(NULLIF(k.name_zh, ''), k.name)" if chinese else "k.name",
        "branch_label": "COALESCE(NULLIF(b.name_zh, ''), b.name)" if chinese else "b.name",
        "topics": ", ".join(map(str, sorted(topics))) or "NULL",
        # Of one topic a profile has one interest at most.
        "greatest_mass": "max(i.mass)" if len(topics) > 1 else "i.mass",
        "of_topics": "GROUP BY i.profile_id" if len(topics) > 1 else "",
        # Cast, for a bare literal would turn the product to numeric on PostgreSQL.
        "heat_of_mass": f"CAST({heat_of(mass=1.0, at_s=now.timestamp(), rule=rule)!r} AS {DOUBLE})",
    }


def _stages() -> str:
    """The stage in the reader's language; who has no row is new."""
    told = " ".join(
        "WHEN '{}' THEN '{}'".format(value, str(label).replace("'", "''").replace("%", "%%"))
        for value, label in Stage.choices
    )
    return f"CASE COALESCE(lead_of.stage, '{Stage.NEW.value}') {told} END"


def _ranks(lead_list: LeadList, *, now: datetime) -> dict[str, Any]:
    ranks = ranks_of_list(lead_list, at=now)
    if connection.vendor == "postgresql":
        return {"people": list(ranks), "ranks": list(ranks.values())}
    return {"ranks": json.dumps(ranks)}


def _plain_cell(column: Column, words: dict[str, str]) -> str:
    cell = column.expression.format_map(words)
    if column.kind == Kind.MOMENT:
        return ISO[connection.vendor].format(cell)
    if column.kind == Kind.NUMBER:
        return ROUNDED[connection.vendor].format(cell)
    return cell


def _csv_cell(column: Column, words: dict[str, str]) -> str:
    """A cell of a CSV file on PostgreSQL; empty text is null there, which COPY writes as nothing.

    A telephone number is marked as text at once; the lines are looked through for what else could
    be taken for a formula (`outbox.safe_lines`).
    """
    if column.kind == Kind.NUMBER:
        return f"round(CAST({column.expression} AS numeric), 2)"
    cell = _plain_cell(column, words)
    if column.kind == Kind.PHONE:
        return (
            f"CASE WHEN ascii({cell}) = {ord('+')} THEN '''' || {cell} ELSE NULLIF({cell}, '') END"
        )
    return cell if column.kind == Kind.MOMENT else f"NULLIF({cell}, '')"
