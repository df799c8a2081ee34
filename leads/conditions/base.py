"""What every kind of condition can do: say whom it matches, why, and until when. It writes nothing."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.functional import Promise

from leads.models import Condition
from tracking.arithmetic import Rule


@dataclass(frozen=True)
class Moment:
    """The T of an evaluation: the time, the rule in force, and which topic stands for which."""

    at: datetime
    rule: Rule
    merged: dict[int, int]

    def resolved(self, topic_id: int) -> int:
        """The topic that stands for this one after merges."""
        return self.merged.get(topic_id, topic_id)

    def family(self, topic_id: int) -> list[int]:
        """The topic that stands for this one, and all that were merged into it."""
        stands = self.resolved(topic_id)
        return [stands, *(topic for topic, into in self.merged.items() if into == stands)]


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
    """One kind of condition; `takes` names the fields it reads."""

    takes: tuple[str, ...] = ()

    def problem(self, condition: Condition) -> Problem | None:
        """Why the condition cannot be evaluated as it stands; None where it can."""
        return None

    @abstractmethod
    def matching(self, condition: Condition, moment: Moment) -> QuerySet:
        """The ids of persons who meet it at the moment, as a one-column queryset."""

    @abstractmethod
    def evidence(self, condition: Condition, moment: Moment, scope: Scope) -> Iterator[Evidence]:
        """At most one Evidence for each person of the scope who meets it: one query.

        Facts hold only what changes by an event and never what changes by time alone, so that
        evaluating again without a change gives the same fact.
        """
