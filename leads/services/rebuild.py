"""Builds every list anew as an audit, or says where that would differ from what is kept."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from leads.conditions import Moment, Scope
from leads.list_rules import ListRules, rules_by_list
from leads.models import DueLook, LeadList, Membership
from leads.selectors.evaluation import (
    Glance,
    candidates,
    evaluated,
    moment_now,
    problems_of,
    same_outcome,
)
from leads.services.membership import CHUNK, rebuild_list, refresh_touched

Progress = Callable[[LeadList], None]


@dataclass
class ListsReport:
    """How many lists were looked at, how many people are on them, and a line a difference."""

    lists: int = 0
    members: int = 0
    changed: int = 0
    differences: list[str] = field(default_factory=list)


def rebuild_lists(*, progress: Progress = lambda _list: None) -> ListsReport:
    """Build every list anew, those first that others ask for; one with a problem stays as it is."""
    report = ListsReport()
    for lead_list, _rules in _in_order():
        progress(lead_list)
        report.changed += rebuild_list(lead_list)
        report.lists += 1
    report.changed += refresh_touched()
    report.members = Membership.objects.count()
    return report


def check_lists(*, progress: Progress = lambda _list: None) -> ListsReport:
    """Compare what is kept with what building anew would give; writes nothing.

    It finds a difference wherever a change still waits to be followed, so refresh first.
    """
    report = ListsReport(members=Membership.objects.count())
    for lead_list, rules in _in_order():
        progress(lead_list)
        report.lists += 1
        if not problems_of(rules.conditions):
            report.differences += _differences(lead_list, rules, moment_now())
    return report


def _in_order() -> list[tuple[LeadList, ListRules]]:
    """Every list with its rules, after the lists it asks for."""
    waiting = {one.pk: one for one in LeadList.objects.order_by("pk")}
    rules = rules_by_list(waiting.values())
    asks = {
        pk: {one.other_list_id for one in found.conditions} - {None} for pk, found in rules.items()
    }
    ordered: list[tuple[LeadList, ListRules]] = []
    while waiting:
        free = [pk for pk in waiting if not asks[pk] & waiting.keys() - {pk}]
        # Lists that ask for each other cannot be saved; if there are some, any order is as good.
        for pk in free or list(waiting):
            ordered.append((waiting.pop(pk), rules[pk]))
    return ordered


def _differences(lead_list: LeadList, rules: ListRules, moment: Moment) -> Iterable[str]:
    members = Membership.objects.filter(lead_list=lead_list)
    looks = DueLook.objects.filter(lead_list=lead_list)
    people = set(candidates(rules, moment, in_time=True).values_list("pk", flat=True))
    people.update(members.values_list("person_id", flat=True))
    people.update(looks.values_list("person_id", flat=True))
    ids = sorted(people)
    for start in range(0, len(ids), CHUNK):
        scope = Scope(ids=tuple(ids[start : start + CHUNK]))
        found = evaluated(rules, Glance(moment, scope))
        held = {
            person_id: (reason, due_at)
            for person_id, reason, due_at in members.filter(**scope.on("person_id")).values_list(
                "person_id", "reason", "due_at"
            )
        }
        known: dict[int, datetime] = dict(
            looks.filter(**scope.on("person_id")).values_list("person_id", "due_at")
        )
        for person_id in scope.ids or ():
            if not same_outcome(held.get(person_id), found.members.get(person_id)):
                yield f"{lead_list.slug}: person {person_id} is not as a rebuild would have them"
            elif known.get(person_id) != found.looks.get(person_id):
                yield f"{lead_list.slug}: person {person_id} would be looked at another time"
