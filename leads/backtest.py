"""How well orders of people foretell who reads about a topic next: pure arithmetic over arrays.

Nothing here reads the database, and no score sees a signal later than its cut-off.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from leads.ranking import ranked
from tracking.arithmetic import DAY_S
from tracking.selectors.ranking import SignalTable

HORIZON_S = 14 * DAY_S
ACTIVE_S = 14 * DAY_S
METHODS = ("points", "last_touch", "heat", "activity", "rank")


@dataclass(frozen=True)
class Outcome:
    """One topic at one cut-off: how many people, how many of them read next, quality by method.

    `auc` is the chance that one who read stands before one who did not (ties count half);
    `precision` is average precision. `active_only` says whether only people with a signal in the
    14 days before the cut-off were ordered.
    """

    topic: int
    cutoff_s: float
    active_only: bool
    people: int
    positives: int
    auc: dict[str, float]
    precision: dict[str, float]


def area_under_curve(score: np.ndarray, positive: np.ndarray) -> float:
    """Mann-Whitney: the share of (positive, negative) pairs in the right order, ties half."""
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    midranks = (ends - (counts - 1) / 2.0)[inverse]
    hits = int(positive.sum())
    misses = len(score) - hits
    return float((midranks[positive].sum() - hits * (hits + 1) / 2.0) / (hits * misses))


def average_precision(score: np.ndarray, positive: np.ndarray) -> float:
    """Mean of the precision at each positive; people of equal score count as one step."""
    order = np.argsort(-score, kind="stable")
    sorted_score, sorted_hit = score[order], positive[order].astype(float)
    steps = np.append(np.flatnonzero(np.diff(sorted_score)), len(score) - 1)
    hits = np.cumsum(sorted_hit)[steps]
    precision = hits / (steps + 1)
    return float(np.sum(np.diff(np.concatenate(([0.0], hits))) * precision) / positive.sum())


def outcomes(
    table: SignalTable, *, topics: list[int], cutoffs_s: list[float], at_least: int = 20
) -> Iterator[Outcome]:
    """Every (topic, cut-off) with at least so many who read next and as many who did not.

    Each is given for all people known before the cut-off, and for those active lately.
    """
    for cutoff in cutoffs_s:
        for topic in topics:
            scores, known, active, positive = _scores(table, topic, cutoff)
            for active_only, chosen in ((False, known), (True, known & active)):
                hits = int(positive[chosen].sum())
                if hits < at_least or int(chosen.sum()) - hits < at_least:
                    continue
                yield Outcome(
                    topic=topic,
                    cutoff_s=cutoff,
                    active_only=active_only,
                    people=int(chosen.sum()),
                    positives=hits,
                    auc={
                        name: area_under_curve(scores[name][chosen], positive[chosen])
                        for name in METHODS
                    },
                    precision={
                        name: average_precision(scores[name][chosen], positive[chosen])
                        for name in METHODS
                    },
                )


def _scores(
    table: SignalTable, topic: int, cutoff: float
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray, np.ndarray]:
    """Scores by method, and who was known, active lately, and read about the topic next."""
    people = len(table.people)
    ranking = ranked(
        people=people,
        person=table.person,
        at_s=table.at_s,
        strength=table.strength,
        bearing_signal=table.bearing_signal,
        bearing_topic=table.bearing_topic,
        bearing_weight=table.bearing_weight,
        topic=topic,
        moment_s=cutoff,
        half_life_s=table.rule.half_life_s,
    )
    about = table.bearing_signal[(table.bearing_topic == topic) & (table.bearing_weight > 0)]
    at, person = table.at_s[about], table.person[about]
    before = at <= cutoff
    points = np.bincount(person[before], minlength=people).astype(float)
    last = np.zeros(people)  # 1970, before every signal: never touched
    np.maximum.at(last, person[before], at[before])
    positive = np.zeros(people, dtype=bool)
    positive[person[(at > cutoff) & (at <= cutoff + HORIZON_S)]] = True
    active = np.zeros(people, dtype=bool)
    recent = (table.at_s > cutoff - ACTIVE_S) & (table.at_s <= cutoff)
    active[table.person[recent]] = True
    scores = {
        "points": points,
        "last_touch": last,
        "heat": ranking.heat,
        "activity": ranking.activity,
        "rank": ranking.rank,
    }
    return scores, ranking.first_s <= cutoff, active, positive
