"""Brings one list up to date for everybody by set difference in PostgreSQL.

What it writes equals what the chunks of leads.services.membership write, in a number of statements
that does not grow with the people. The caller holds the list's lock.
"""

from typing import Any

from django.db import connection

from leads.conditions import Moment, Scope
from leads.list_rules import ListRules
from leads.models import DueLook, LeadList, Membership, MembershipLog
from leads.selectors.evaluation import Glance, evaluated
from leads.selectors.evaluation_sql import people_in_question, statement_of
from leads.selectors.planning import plan_for_many, put_aside
from leads.services.coming_and_going import leave, tell_came, tell_other_lists

# So many leave at once; more would fill memory with the conditions each no longer meets.
LEAVING = 20_000

# Everybody who belongs on the list, or could by time alone; and what of each is to be kept.
_IN_QUESTION, _WANTED = "leads_in_question_now", "leads_wanted_now"
_COME = f"""
WITH come AS (
  INSERT INTO {Membership._meta.db_table} (lead_list_id, person_id, entered_at, reason, due_at)
  SELECT %(list)s, w.person_id, %(at)s, w.reason, w.due_at FROM {_WANTED} w WHERE w.belongs
  AND NOT EXISTS (SELECT 1 FROM {Membership._meta.db_table} m
    WHERE m.lead_list_id = %(list)s AND m.person_id = w.person_id)
  ORDER BY w.person_id RETURNING person_id, reason
)
INSERT INTO {MembershipLog._meta.db_table} (lead_list_id, person_id, entered, at, reason)
SELECT %(list)s, person_id, true, %(at)s, reason FROM come RETURNING person_id"""
_CHANGE = f"""
UPDATE {Membership._meta.db_table} m SET reason = w.reason, due_at = w.due_at FROM {_WANTED} w
WHERE m.lead_list_id = %(list)s AND m.person_id = w.person_id AND w.belongs
AND (m.reason <> w.reason OR m.due_at IS DISTINCT FROM w.due_at)"""
_GONE = f"""
SELECT m.person_id FROM {Membership._meta.db_table} m WHERE m.lead_list_id = %(list)s
AND NOT EXISTS (SELECT 1 FROM {_WANTED} w WHERE w.person_id = m.person_id AND w.belongs)
ORDER BY m.person_id"""
_FORGET_LOOKS = f"""
DELETE FROM {DueLook._meta.db_table} d WHERE d.lead_list_id = %(list)s
AND NOT EXISTS (SELECT 1 FROM {_WANTED} w
  WHERE w.person_id = d.person_id AND NOT w.belongs AND w.look_at = d.due_at)"""
_LOOK_AGAIN = f"""
INSERT INTO {DueLook._meta.db_table} (lead_list_id, person_id, due_at)
SELECT %(list)s, w.person_id, w.look_at FROM {_WANTED} w WHERE NOT w.belongs
AND NOT EXISTS (SELECT 1 FROM {DueLook._meta.db_table} d
  WHERE d.lead_list_id = %(list)s AND d.person_id = w.person_id)"""


def bring_everybody_up_to_date(lead_list: LeadList, rules: ListRules, moment: Moment) -> int | None:
    """Write the difference between what holds and what should; returns how many changed.

    None, and nothing is written, where the rules can only be read in Python, as on SQLite.
    """
    statement = statement_of(rules, moment, among=_IN_QUESTION)
    if statement is None:
        return None
    about = {"list": lead_list.pk, "at": moment.at}
    with connection.cursor() as cursor:
        plan_for_many(cursor)
        put_aside(cursor, _IN_QUESTION, *people_in_question(rules, moment))
        put_aside(cursor, _WANTED, *statement)
        gone = _ids(cursor, _GONE, about)
        come = _ids(cursor, _COME, about)
        cursor.execute(_CHANGE, about)
        changed = cursor.rowcount
        cursor.execute(_FORGET_LOOKS, about)
        cursor.execute(_LOOK_AGAIN, about)
        cursor.execute(f"DROP TABLE {_IN_QUESTION}, {_WANTED}")
    tell_came({lead_list.pk: come}, moment.at)
    for start in range(0, len(gone), LEAVING):
        some = gone[start : start + LEAVING]
        leave(lead_list, evaluated(rules, Glance(moment, Scope(ids=tuple(some)))), some, moment)
    tell_other_lists({lead_list.pk: come + gone})
    return len(come) + len(gone) + changed


def _ids(cursor: Any, statement: str, about: dict[str, Any]) -> list[int]:
    cursor.execute(statement, about)
    return [row[0] for row in cursor.fetchall()]
