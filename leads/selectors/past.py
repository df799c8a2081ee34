"""Whom rules would have matched on a past day, and which conditions only the present can answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

import numpy as np
from django.db.models import Q

from leads.condition_words import condition_in_words
from leads.conditions import RULES, Moment
from leads.list_rules import GroupRules, ListRules
from leads.models import Condition, ConditionKind, GroupMatch, Match, MembershipLog
from leads.selectors.consent import may_be_listed
from leads.selectors.evaluation import candidates, moment_now
from people.models import ConsentEvent, Person, Purpose
from tracking.selectors.ranking import SignalTable, signal_table

# What is overwritten when it changes, so that nobody knows what it was.
PRESENT = {
    ConditionKind.SOURCE,
    ConditionKind.LANGUAGE,
    ConditionKind.BRANCH,
    ConditionKind.STAGE,
    ConditionKind.OWNER,
    ConditionKind.UNOWNED,
}


@dataclass(frozen=True)
class Earlier:
    """How many matched at the end of a day; `present` names the conditions taken as they are today.

    `since` is how many match today and did not then, `gone` the other way round.
    """

    day: date
    matches: int
    since: int
    gone: int
    present: list[str]


def earlier_of(rules: ListRules, day: date, now: Moment, *, seen: Q) -> Earlier:
    """Evaluate the rules at the end of a past day; they must have no problem.

    Consent to profiling, topics and merges are those of today. `seen` is the filter on the people
    whom the one who asks may see today; nobody else is counted.
    """
    end = datetime.combine(day + timedelta(days=1), time.min, now.zone)
    then = _Then(min(end, now.at), seen)
    found = then.people(rules)
    today = set(candidates(rules, now).values_list("pk", flat=True)) & then.everybody
    return Earlier(
        day=day,
        matches=len(found),
        since=len(today - found),
        gone=len(found - today),
        present=[condition_in_words(one) for one in rules.conditions if one.kind in PRESENT],
    )


class _Then:
    """A past moment, with what several conditions read of it."""

    def __init__(self, at: datetime, seen: Q) -> None:
        self.moment = moment_now(at)
        self.seen = seen
        self.special: dict[str, Callable[[Condition], set[int]]] = {
            ConditionKind.HEAT: self._warm,
            ConditionKind.RECENCY: self._active,
            ConditionKind.LIST: self._listed,
            ConditionKind.CONSENT: self._agreed,
        }

    @cached_property
    def everybody(self) -> set[int]:
        """Who may be listed today, and seen by the one who asks."""
        return set(may_be_listed().filter(self.seen).values_list("pk", flat=True))

    @cached_property
    def table(self) -> SignalTable:
        """Every signal up to the moment."""
        return signal_table(until=self.moment.at)

    def people(self, rules: ListRules) -> set[int]:
        """Whom the rules matched."""
        found = [self._group(group) for group in rules.groups]
        joined = set.union(*found) if rules.match == Match.ANY else set.intersection(*found)
        return joined & self.everybody

    def _group(self, group: GroupRules) -> set[int]:
        found = [self._condition(one) for one in group.conditions]
        if group.match == GroupMatch.ALL:
            return set.intersection(*found)
        met = set.union(*found)
        return self.everybody - met if group.match == GroupMatch.NONE else met

    def _condition(self, condition: Condition) -> set[int]:
        if special := self.special.get(condition.kind):
            return special(condition)
        return self._known(condition)

    def _known(self, condition: Condition) -> set[int]:
        """Whom the rows match that are kept with their moments."""
        rows = RULES[condition.kind].matching(condition, self.moment)
        return {person_id for row in rows for person_id in row.values()}

    def _warm(self, condition: Condition) -> set[int]:
        """Heat summed from the signals themselves: the stored mass holds later ones as well."""
        table, found = self.table, set()
        decay = np.exp2(-(self.moment.at.timestamp() - table.at_s) / table.rule.half_life_s)
        value = (table.strength * decay)[table.bearing_signal] * table.bearing_weight
        for topic in self.moment.asked(condition):
            about = table.bearing_topic == topic
            person = table.person[table.bearing_signal[about]]
            heat = np.bincount(person, weights=value[about], minlength=len(table.people))
            found.update(table.people[heat >= (condition.value or 0.0)].tolist())
        return found

    def _active(self, condition: Condition) -> set[int]:
        """Activity from the signals: of an interest only the last time is kept."""
        if condition.topic_id is None:
            return self._known(condition)
        table = self.table
        since = self.moment.at - timedelta(days=condition.days or 0)
        topics = self.moment.asked(condition)
        about = np.isin(table.bearing_topic, topics) & (table.bearing_weight > 0)
        signals = table.bearing_signal[about]
        lately = signals[table.at_s[signals] >= since.timestamp()]
        return set(table.people[table.person[lately]].tolist())

    def _listed(self, condition: Condition) -> set[int]:
        """The last that the log says of each person and the list."""
        log = MembershipLog.objects.filter(
            lead_list=condition.other_list_id, at__lte=self.moment.at
        )
        last = dict(log.order_by("at", "pk").values_list("person_id", "entered"))
        return {person_id for person_id, entered in last.items() if entered}

    def _agreed(self, condition: Condition) -> set[int]:
        """The last decision up to the moment."""
        log = ConsentEvent.objects.filter(
            purpose=Purpose.MARKETING, at__lte=self.moment.at, subject__startswith="person:"
        )
        last = dict(log.order_by("at", "pk").values_list("subject", "given"))
        agreed = {subject.removeprefix("person:") for subject, given in last.items() if given}
        people = Person.objects.values_list("external_id", "pk")
        return {pk for external_id, pk in people if external_id in agreed}
