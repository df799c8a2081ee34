"""Ranks the people of a topic by who will read about it next: pure arithmetic over arrays.

    rank(p,k,T) = log(1 + heat_30d) + a log(1 + activity_7d) + b log(1 + co_interest)

Nothing here reads the database. All sums run over (person, topic) pairs that occur, so thousands
of topics cost no more than the signals that bear on them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tracking.arithmetic import DAY_S
from tracking.topic_columns import HEAT_HALF_LIFE_S, topic_columns

A = 0.3
B = 0.2
ACTIVITY_HALF_LIFE_S = 7 * DAY_S


def addends(heat: Any, activity: Any, co_interest: Any) -> tuple[Any, Any, Any]:
    """What each part adds to the rank; numbers or arrays of them."""
    return np.log1p(heat), A * np.log1p(activity), B * np.log1p(co_interest)


@dataclass(frozen=True)
class Ranking:
    """One entry a person, in the order of the table's people."""

    rank: np.ndarray
    heat: np.ndarray
    activity: np.ndarray
    co_interest: np.ndarray
    first_s: np.ndarray


def ranked(
    *,
    people: int,
    person: np.ndarray,
    at_s: np.ndarray,
    strength: np.ndarray,
    bearing_signal: np.ndarray,
    bearing_topic: np.ndarray,
    bearing_weight: np.ndarray,
    topic: int,
    moment_s: float,
    half_life_s: float = HEAT_HALF_LIFE_S,
) -> Ranking:
    """Rank `people` persons for one topic at a moment, from the signals at or before it.

    `person` gives each signal's person (0 to people - 1), `at_s` seconds since 1970, `strength`
    units of one full reading; the `bearing_*` arrays say which topics each signal bears on.
    `half_life_s` is the rule's, by which other topics' heat counts in co-interest; heat and the
    cosine between topics use 30 days whatever the rule.
    """
    known = at_s <= moment_s
    age_s = np.where(known, moment_s - at_s, 0.0)
    value = np.where(known, strength, 0.0)
    activity = np.bincount(
        person, weights=value * np.exp2(-age_s / ACTIVITY_HALF_LIFE_S), minlength=people
    )
    columns = topic_columns(person[bearing_signal], bearing_topic)

    def heats(half_life: float) -> np.ndarray:
        decayed = value * np.exp2(-age_s / half_life)
        return columns.heats(decayed[bearing_signal] * bearing_weight)

    heat_30d = heats(HEAT_HALF_LIFE_S)
    same = half_life_s == HEAT_HALF_LIFE_S
    at = np.flatnonzero(columns.topics == topic)
    own: np.ndarray = np.zeros(people)
    co_interest: np.ndarray = np.zeros(people)
    if len(at):
        mine = columns.column == at[0]
        own[columns.person[mine]] = heat_30d[mine]
        cosine = columns.cosines(heat_30d, own)
        cosine[at[0]] = 0.0
        others = cosine[columns.column] * (heat_30d if same else heats(half_life_s))
        co_interest = np.bincount(columns.person, weights=others, minlength=people)
    first_s = np.full(people, np.inf)
    np.minimum.at(first_s, person, at_s)
    by_heat, by_activity, by_others = addends(own, activity, co_interest)
    return Ranking(
        rank=by_heat + by_activity + by_others,
        heat=own,
        activity=activity,
        co_interest=co_interest,
        first_s=first_s,
    )
