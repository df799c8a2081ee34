"""How well the order of people would foretell who reads next under another rule; it reads only.

Bounded: the newest three dates and the twelve topics with the most people; no more signals than
the arrays may hold.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from cms.models import Topic
from leads.backtest import HORIZON_S, Outcome, outcomes
from tracking.arithmetic import DAY_S, Rule
from tracking.models import Signal
from tracking.rule_figures import STRENGTH, changed_between
from tracking.selectors.ranking import SignalTable, signal_table

CUTOFFS = 3
EVERY_S = 28 * DAY_S
TOPICS = 12
AT_LEAST = 20
SIGNALS_AT_MOST = 300_000


class WhyNot(StrEnum):
    """Why there is nothing to compare."""

    SAME = "same"
    TOO_LITTLE = "too_little"
    TOO_MUCH = "too_much"


class Quality(NamedTuple):
    """Means over `cases` (topic and date): the chance of the right order, average precision."""

    cases: int
    auc_before: float
    auc_after: float
    precision_before: float
    precision_after: float


def matters_to_rank(before: Mapping[str, float], after: Mapping[str, float]) -> bool:
    """Whether a figure differs that the order of people hangs on: all that heat is made of."""
    return any(
        name.startswith(STRENGTH)
        or name in ("half_life_days", "parent_share", "depth_share", "day_cap")
        for name in changed_between(before, after)
    )


def rank_quality(
    *,
    figures: tuple[Mapping[str, float], Mapping[str, float]],
    rule: Rule,
    at: datetime,
    at_least: int = AT_LEAST,
) -> Quality | WhyNot:
    """The quality of rank under the rule in force and under `rule`, or why it cannot be told.

    `figures` are those in force and those of `rule`.
    """
    if not matters_to_rank(*figures):
        return WhyNot.SAME
    if Signal.objects.count() > SIGNALS_AT_MOST:
        return WhyNot.TOO_MUCH
    held = signal_table(until=at)
    topics, cutoffs = _topics(held), _cutoffs(at)
    before = _found(held, topics, cutoffs, at_least)
    after = _found(signal_table(until=at, rule=rule), topics, cutoffs, at_least)
    both = sorted(set(before) & set(after))
    if not both:
        return WhyNot.TOO_LITTLE
    return Quality(
        cases=len(both),
        auc_before=float(np.mean([before[case].auc["rank"] for case in both])),
        auc_after=float(np.mean([after[case].auc["rank"] for case in both])),
        precision_before=float(np.mean([before[case].precision["rank"] for case in both])),
        precision_after=float(np.mean([after[case].precision["rank"] for case in both])),
    )


def _found(
    table: SignalTable, topics: list[int], cutoffs: list[float], at_least: int
) -> dict[tuple[int, float], Outcome]:
    found = outcomes(table, topics=topics, cutoffs_s=cutoffs, at_least=at_least)
    return {(one.topic, one.cutoff_s): one for one in found if not one.active_only}


def _cutoffs(at: datetime) -> list[float]:
    last = at.timestamp() - HORIZON_S
    return [last - place * EVERY_S for place in range(CUTOFFS)]


def _topics(table: SignalTable) -> list[int]:
    allowed = set(Topic.objects.filter(sensitive=False).values_list("pk", flat=True))
    topics, counts = np.unique(table.bearing_topic, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return [int(topics[n]) for n in order if int(topics[n]) in allowed][:TOPICS]
