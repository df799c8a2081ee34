"""Ranks the people of a topic by who will read about it next: pure arithmetic over arrays.

    rank(p,k,T) = log(1 + heat_30d) + a log(1 + activity_7d) + b log(1 + co_interest)

Nothing here reads the database. All sums run over (person, topic) pairs that occur, so thousands
of topics cost no more than the signals that bear on them.
"""

from dataclasses import dataclass

import numpy as np

from tracking.arithmetic import DAY_S

A = 0.3
B = 0.2
HEAT_HALF_LIFE_S = 30 * DAY_S
ACTIVITY_HALF_LIFE_S = 7 * DAY_S


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
    topics, column = np.unique(bearing_topic, return_inverse=True)
    size = max(len(topics), 1)
    pairs, pair = np.unique(person[bearing_signal] * size + column, return_inverse=True)
    pair_person, pair_topic = pairs // size, pairs % size

    def heats(half_life: float) -> np.ndarray:
        decayed = value * np.exp2(-age_s / half_life)
        return np.bincount(
            pair, weights=decayed[bearing_signal] * bearing_weight, minlength=len(pairs)
        )

    heat_30d = heats(HEAT_HALF_LIFE_S)
    same = half_life_s == HEAT_HALF_LIFE_S
    at = np.flatnonzero(topics == topic)
    own: np.ndarray = np.zeros(people)
    co_interest: np.ndarray = np.zeros(people)
    if len(at):
        mine = pair_topic == at[0]
        own[pair_person[mine]] = heat_30d[mine]
        cosine = _cosines(heat_30d, own, pair_person, pair_topic, size)
        cosine[at[0]] = 0.0
        others = cosine[pair_topic] * (heat_30d if same else heats(half_life_s))
        co_interest = np.bincount(pair_person, weights=others, minlength=people)
    first_s = np.full(people, np.inf)
    np.minimum.at(first_s, person, at_s)
    return Ranking(
        rank=np.log1p(own) + A * np.log1p(activity) + B * np.log1p(co_interest),
        heat=own,
        activity=activity,
        co_interest=co_interest,
        first_s=first_s,
    )


def _cosines(
    heat: np.ndarray,
    own: np.ndarray,
    pair_person: np.ndarray,
    pair_topic: np.ndarray,
    size: int,
) -> np.ndarray:
    """The cosine of each topic's heat column with one topic's, over people; 0 for a cold column."""
    dot = np.bincount(pair_topic, weights=heat * own[pair_person], minlength=size)
    norm = np.sqrt(np.bincount(pair_topic, weights=heat * heat, minlength=size))
    length = norm * np.sqrt(np.sum(own * own))
    return np.divide(dot, length, out=np.zeros(size), where=length > 0)
