"""Interests of many profiles at once, as arrays: equal to `arithmetic.replay` of every pair; no database.

Masses are sums, so they need no order. Only a pair whose heat did reach `enter` can ever have been
a tag, so only such pairs, and those with vetoes, are replayed signal by signal.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from tracking.arithmetic import (
    DAY_S,
    OLDEST_HALF_LIVES,
    TOLERANCE,
    Episode,
    Rule,
    VetoFact,
    WeighedSignal,
    counting_signals,
    episodes_of,
    replay,
)

# Every kind of signal by the number it has in a column.
KINDS = (
    "answer", "attendance", "bookmark", "comment", "declared", "device", "download", "follow",
    "label",
    "like", "question", "reading", "share",
)  # fmt: skip
SIGNAL = np.dtype(
    [
        ("profile", np.int64),
        ("at_us", np.int64),
        ("strength", np.float64),
        ("bearing", np.int64),
        ("kind", np.int64),
        ("page", np.int64),
    ]
)
MICRO = 1e6
Pair = tuple[int, int]


@dataclass(frozen=True)
class Scores:
    """One element a (profile, topic) that has an interest, in that order; moments in microseconds.

    `episodes` holds the pairs that were a tag at some time.
    """

    profile: np.ndarray
    topic: np.ndarray
    mass: np.ndarray
    signals: np.ndarray
    last_us: np.ndarray
    episodes: dict[Pair, tuple[Episode, ...]]


class _Parts(NamedTuple):
    """One element a signal and topic it bears on; `pair` is the place of the pair."""

    signal: np.ndarray
    topic: np.ndarray
    weight: np.ndarray
    pair: np.ndarray

    def of(self, chosen: np.ndarray) -> "_Parts":
        """The elements at these places, or where the mask is true."""
        return _Parts(*(column[chosen] for column in self))


def scores_of(
    signals: np.ndarray,
    *,
    weights: Mapping[int, Mapping[int, float]],
    vetoes: Mapping[Pair, Sequence[VetoFact]],
    rule: Rule,
) -> Scores:
    """Score every pair that the signals (of dtype SIGNAL, in any order) bear on.

    `weights` gives the topics of each `bearing`: a yardstick's id, or minus a topic's id where a
    signal is about one.
    """
    parts, profile, topic = _parts_of(signals, weights)
    number = len(profile)
    at_s = signals["at_us"][parts.signal] / MICRO
    strength = signals["strength"][parts.signal] * parts.weight
    if rule.day_cap:
        strength = _within_day_cap(parts.pair, at_s, strength, cap=rule.day_cap)
    mass = np.bincount(parts.pair, _masses(at_s, strength, rule), number)
    count = np.bincount(parts.pair, minlength=number)
    last_us = np.full(number, np.iinfo(np.int64).min)
    np.maximum.at(last_us, parts.pair, signals["at_us"][parts.signal])
    vetoed = _places_of(vetoes, profile, topic)
    warm = _ever_warm(parts.pair, at_s, strength, number=number, rule=rule)
    warm[list(vetoed)] = False
    episodes: dict[int, tuple[Episode, ...]] = {}
    for place, weighed in _weighed(signals, parts, warm):
        episodes[place] = tuple(episodes_of(counting_signals(weighed, rule=rule), rule))
    chosen, keep = np.zeros(number, dtype=bool), np.ones(number, dtype=bool)
    chosen[list(vetoed)] = True
    for place, weighed in _weighed(signals, parts, chosen):
        state = replay(weighed, rule=rule, vetoes=vetoed[place])
        if state is None:
            keep[place] = False
            continue
        mass[place], count[place] = state.mass, state.signals
        last_us[place] = round(state.last_s * MICRO)
        episodes[place] = state.episodes
    of_pairs = {
        (int(profile[place]), int(topic[place])): found
        for place, found in episodes.items()
        if found
    }
    return Scores(profile[keep], topic[keep], mass[keep], count[keep], last_us[keep], of_pairs)


def _parts_of(
    signals: np.ndarray, weights: Mapping[int, Mapping[int, float]]
) -> tuple[_Parts, np.ndarray, np.ndarray]:
    """What each signal bears on with a weight above 0, and the profile and topic of each pair."""
    bearings, of_signal = _ranked(signals["bearing"])
    flat = [
        [(topic, weight) for topic, weight in weights.get(int(one), {}).items() if weight > 0.0]
        for one in bearings
    ]
    counts = np.array([len(found) for found in flat], dtype=np.int64)
    starts = np.cumsum(counts) - counts
    topics = np.array([topic for found in flat for topic, _ in found], dtype=np.int64)
    values = np.array([weight for found in flat for _, weight in found], dtype=np.float64)
    each = counts[of_signal]
    signal = np.repeat(np.arange(len(signals)), each)
    source = np.repeat(starts[of_signal] - np.cumsum(each) + each, each) + np.arange(len(signal))
    profiles, of_profile = _ranked(signals["profile"])
    known, of_topic = _ranked(topics)
    keys, pair = _ranked(of_profile[signal] * len(known) + of_topic[source])
    parts = _Parts(signal, topics[source], values[source], pair)
    if not len(keys):
        return parts, np.empty(0, np.int64), np.empty(0, np.int64)
    return parts, profiles[keys // len(known)], known[keys % len(known)]


def _ranked(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different values in order, and which of them each one is; without a sort where they lie close."""
    if not len(values):
        return values, np.empty(0, np.int64)
    low, span = int(values.min()), int(np.ptp(values)) + 1
    if span > 4 * len(values) + 10_000:
        return np.unique(values, return_inverse=True)
    present = np.zeros(span, dtype=bool)
    present[values - low] = True
    rank = np.cumsum(present) - 1
    return np.flatnonzero(present) + low, rank[values - low]


def _masses(at_s: np.ndarray, strength: np.ndarray, rule: Rule) -> np.ndarray:
    """Each signal's part of the mass, as `arithmetic.mass_of` has it."""
    half_lives = (at_s - rule.epoch_s) / rule.half_life_s
    counts = half_lives >= -OLDEST_HALF_LIVES
    return np.where(counts, strength * np.exp2(np.where(counts, half_lives, 0.0)), 0.0)


def _within_day_cap(
    pair: np.ndarray, at_s: np.ndarray, strength: np.ndarray, *, cap: float
) -> np.ndarray:
    """What counts of strength * weight, as `arithmetic.within_day_cap` has it."""
    days, of_day = _ranked((at_s // DAY_S).astype(np.int64))
    groups, group = _ranked(pair * len(days) + of_day)
    rows = np.flatnonzero((np.bincount(group, strength, len(groups)) > cap)[group])
    rows = rows[np.lexsort((at_s[rows], group[rows]))]
    counted, now, left = strength.copy(), -1, cap
    for row, of in zip(rows.tolist(), group[rows].tolist(), strict=True):
        if of != now:
            now, left = of, cap
        counted[row] = min(strength[row], left)
        left -= counted[row]
    return counted


def _places_of(
    vetoes: Mapping[Pair, Sequence[VetoFact]], profile: np.ndarray, topic: np.ndarray
) -> dict[int, Sequence[VetoFact]]:
    """The vetoes by the place of their pair, of those pairs that are there."""
    found = {}
    for (owner, about), facts in vetoes.items():
        low, high = np.searchsorted(profile, owner), np.searchsorted(profile, owner, "right")
        for place in low + np.flatnonzero(topic[low:high] == about):
            found[int(place)] = facts
    return found


def _ever_warm(
    pair: np.ndarray, at_s: np.ndarray, strength: np.ndarray, *, number: int, rule: Rule
) -> np.ndarray:
    """Which pairs' heat reached `enter`, less a hair, after any of their signals."""
    enough = rule.enter - 2 * TOLERANCE
    # Heat is at most what all signals add up to without any decay.
    warm = np.bincount(pair, strength, number) >= enough
    rows = np.flatnonzero(warm[pair])
    rows = rows[np.lexsort((at_s[rows], pair[rows]))]
    which, lengths = np.flatnonzero(warm), np.bincount(pair[rows], minlength=number)[warm]
    starts = np.cumsum(lengths) - lengths
    longest_first = np.argsort(-lengths, kind="stable")
    which, starts, lengths = which[longest_first], starts[longest_first], lengths[longest_first]
    heat, peak, then = np.zeros(len(which)), np.zeros(len(which)), at_s[rows[starts]]
    # The n-th signals of all pairs that have so many, one n after the other.
    for step in range(lengths[0] if len(lengths) else 0):
        some = slice(0, np.searchsorted(-lengths, -step))
        row = rows[starts[some] + step]
        heat[some] = heat[some] * np.exp2((then[some] - at_s[row]) / rule.half_life_s)
        heat[some] += strength[row]
        then[some] = at_s[row]
        np.maximum(peak[some], heat[some], out=peak[some])
    warm[:] = False
    warm[which[peak >= enough]] = True
    return warm


def _weighed(
    signals: np.ndarray, parts: _Parts, chosen: np.ndarray
) -> Iterator[tuple[int, list[WeighedSignal]]]:
    """The signals of each chosen pair in the order of their replay, with the place of the pair."""
    some = parts.of(chosen[parts.pair])
    about = signals[some.signal]
    order = np.lexsort((about["at_us"], some.pair))
    rows = zip(
        some.pair[order].tolist(),
        (about["at_us"][order] / MICRO).tolist(),
        about["kind"][order].tolist(),
        about["page"][order].tolist(),
        about["strength"][order].tolist(),
        some.weight[order].tolist(),
        strict=True,
    )
    for place, group in groupby(rows, key=itemgetter(0)):
        yield (
            place,
            [
                WeighedSignal(at_s, (), KINDS[kind], str(page), strength, weight)
                for _, at_s, kind, page, strength, weight in group
            ],
        )
