"""What every kind of condition can do: say whom it matches, why, and until when. It writes nothing."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.functional import Promise

from leads.conditions.told import Told
from leads.models import Condition
from tracking.arithmetic import Rule


@dataclass(frozen=True)
class Moment:
    """The T of an evaluation: the time, the rule in force, the topics' tree, the clinic's zone."""

    at: datetime
    rule: Rule
    merged: dict[int, int]
    parents: dict[int, int]
    sensitive: frozenset[int]
    zone: ZoneInfo

    def resolved(self, topic_id: int) -> int:
        """The topic that stands for this one after merges."""
        return self.merged.get(topic_id, topic_id)

    def family(self, topic_id: int, *, below: bool = False) -> list[int]:
        """The topic that stands for this one, and all that were merged into it.

        With `below` also every topic under these, however deep; sensitive ones are left out.
        """
        stands = self.resolved(topic_id)
        found = {stands}
        if below:
            children = defaultdict(list)
            for child, parent in self.parents.items():
                children[self.resolved(parent)].append(self.resolved(child))
            waiting = [stands]
            while waiting:
                for child in children[waiting.pop()]:
                    if child not in found:
                        found.add(child)
                        waiting.append(child)
            found = {one for one in found if one not in self.sensitive or one == stands}
        merged = (topic for topic, into in self.merged.items() if into in found)
        return sorted({*found, *merged})

    def asked(self, condition: Condition) -> list[int]:
        """The topics that stand for those a condition asks for; only of one with a topic."""
        family = self.family(condition.topic_id, below=condition.below)
        return sorted({self.resolved(topic) for topic in family})

    @property
    def year(self) -> int:
        """The year that ages are counted in."""
        return self.at.astimezone(UTC).year


class Scope(NamedTuple):
    """Which persons to look at: these ids, or all ids of a range; a lookup for any path."""

    ids: tuple[int, ...] | None = None
    first: int = 0
    last: int = 0

    def on(self, path: str) -> dict[str, Any]:
        """The filter arguments that confine a column of person ids to the scope."""
        if self.ids is not None:
            return {f"{path}__in": self.ids}
        return {f"{path}__gte": self.first, f"{path}__lte": self.last}


class Evidence(NamedTuple):
    """Why one person meets a condition: plain data, and when time alone ends it (or None)."""

    person_id: int
    fact: dict[str, Any]
    due_at: datetime | None


class Problem(NamedTuple):
    """Why a condition cannot be evaluated as it stands: the field at fault, and words for it."""

    field: str
    message: str | Promise


class ConditionRule(ABC):
    """One kind of condition; `takes` names the fields it reads.

    `is_shared` says that it tells the same of whatever list asks, also while lists are kept up.
    """

    takes: tuple[str, ...] = ()
    is_shared = True

    def problem(self, condition: Condition) -> Problem | None:
        """Why the condition cannot be evaluated as it stands; None where it can."""
        return None

    @abstractmethod
    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """The ids of persons who meet it at the moment, as a one-column queryset."""

    def told(self, condition: Condition, moment: Moment) -> Told | None:
        """What it tells of everybody, for the database to put together; None where Python must.

        Facts hold only what changes by an event and never what changes by time alone, so that
        evaluating again without a change gives the same fact.
        """
        return None

    def among(self, told: Told, on: Callable[[str], dict[str, Any]]) -> QuerySet:
        """The rows of some people alone; `on` gives what confines a column of person ids to them."""
        return told.rows.filter(**on(told.person))

    def evidence(self, condition: Condition, moment: Moment, scope: Scope) -> Iterator[Evidence]:
        """At most one Evidence for each person of the scope who meets it: one query."""
        told = self.told(condition, moment)
        assert told is not None  # a rule that tells nothing has an evidence of its own
        best: dict[int, tuple] = {}
        rows = self.among(told, scope.on)
        for person_id, *one in rows.values_list(told.person, *told.columns.values()):
            best[person_id] = max(best.get(person_id, tuple(one)), tuple(one))
        for person_id, values in best.items():
            row = dict(zip(told.columns, values, strict=True))
            yield Evidence(person_id, told.fact(row), told.ends.of(row))
