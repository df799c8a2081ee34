"""Reads every signal up to a moment as arrays, for ranking people; visitors not joined are left out."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection

from people.models import Purpose
from people.selectors import people_with_consent
from tracking.arithmetic import DAY_S, Rule, WeighedSignal, without_vetoed
from tracking.models import PageYardstick, Profile, Signal, Veto
from tracking.selectors.as_of import earlier_signals
from tracking.selectors.restated import restated_strength
from tracking.selectors.rules import current_rule_version, rule_of, topic_tree
from tracking.selectors.standing import standing_profiles
from tracking.selectors.vetoes import vetoes_of
from tracking.selectors.weights import weights_about, yardstick_weights


@dataclass(frozen=True)
class SignalTable:
    """Signals as arrays. `people` holds person ids; `person` indexes it, one entry a signal.

    `bearing_*` has one entry for each signal and topic it bears on: the signal's index, the
    topic's id and the weight, merges, parents, vetoes and the cap a day already counted in.
    """

    people: np.ndarray
    person: np.ndarray
    at_s: np.ndarray
    strength: np.ndarray
    bearing_signal: np.ndarray
    bearing_topic: np.ndarray
    bearing_weight: np.ndarray
    rule: Rule


def signal_table(*, until: datetime, rule: Rule | None = None) -> SignalTable:
    """All signals at or before a moment of persons with valid consent to profiling.

    Consent, topics, yardsticks and vetoes are those of now. A constant number of queries; the
    signals come through a plain cursor, as a row object each would take most of the time. With
    another rule than the one in force, strengths and weights are as that one would have them.
    """
    held = rule_of(current_rule_version())
    rule = rule or held
    rows = np.concatenate([_rows(until, held=held, rule=rule), _moved_rows(until, rule)])
    consenting = np.fromiter(
        people_with_consent(Purpose.PROFILING).values_list("pk", flat=True), dtype=np.int64
    )
    rows = rows[np.isin(rows[:, 0].astype(np.int64), consenting)]
    people, person = np.unique(rows[:, 0].astype(np.int64), return_inverse=True)
    bearing_signal, bearing_topic, bearing_weight = _bearing(rows, rule=rule)
    bearing_weight = _after_vetoes(
        rows, bearing_signal, bearing_topic, bearing_weight, people=people
    )
    if rule.day_cap:
        bearing_weight = _within_day_cap(
            rows, bearing_signal, bearing_topic, bearing_weight, cap=rule.day_cap
        )
    return SignalTable(
        people=people,
        person=person,
        at_s=rows[:, 2],
        strength=rows[:, 1],
        bearing_signal=bearing_signal,
        bearing_topic=bearing_topic,
        bearing_weight=bearing_weight,
        rule=rule,
    )


def _rows(until: datetime, *, held: Rule, rule: Rule) -> np.ndarray:
    """person, strength, seconds since 1970, yardstick, topic, declared; 0 for none, a row a signal."""
    seconds = (
        # Not julianday: its rounding would put a signal before or after its own moment.
        "strftime('%%s', substr(s.at, 1, 19)) + CAST('0' || substr(s.at, 20) AS REAL)"
        if connection.vendor == "sqlite"
        else "extract(epoch from s.at)::float8"
    )
    strength, values = restated_strength(held=held, rule=rule)
    statement = f"""
        SELECT p.person_id, {strength}, {seconds}, coalesce(s.yardstick_id, 0),
               coalesce(s.topic_id, 0), CASE WHEN s.kind = 'declared' THEN 1 ELSE 0 END
        FROM {Signal._meta.db_table} s
        JOIN {Profile._meta.db_table} p ON p.id = s.profile_id
        LEFT JOIN {PageYardstick._meta.db_table} y ON y.id = s.yardstick_id
        WHERE p.person_id IS NOT NULL AND s.at <= %s
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, connection.ops.adapt_datetimefield_value(until)])
        parts = []
        while chunk := cursor.fetchmany(20_000):
            parts.append(np.array(chunk, dtype=np.float64))
    return np.concatenate(parts) if parts else np.empty((0, 6))


def _moved_rows(until: datetime, rule: Rule) -> np.ndarray:
    """Rows of signals that later evidence moved past the moment, as they stood at it."""
    rows = [
        (
            person,
            signal.strength,
            signal.at.timestamp(),
            signal.yardstick_id or 0,
            signal.topic_id or 0,
            0,
        )
        for person, signal in earlier_signals(until=until, rule=rule)
    ]
    return np.array(rows, dtype=np.float64) if rows else np.empty((0, 6))


def _bearing(rows: np.ndarray, *, rule: Rule) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which topics each signal bears on: its yardstick's, or the one it is about and those above."""
    tree = topic_tree()
    yardsticks, position = np.unique(rows[:, 3].astype(np.int64), return_inverse=True)
    weights = yardstick_weights((int(pk) for pk in yardsticks if pk), rule=rule, tree=tree)
    flat = [sorted(weights.get(int(pk), {}).items()) for pk in yardsticks]
    about = rows[:, 4].astype(np.int64)
    counts = np.array([len(pairs) for pairs in flat], dtype=np.int64)
    starts = np.concatenate(([0], np.cumsum(counts)))[:-1]
    topics = np.array([topic for pairs in flat for topic, _ in pairs], dtype=np.int64)
    values = np.array([weight for pairs in flat for _, weight in pairs], dtype=np.float64)
    each = np.where(about == 0, counts[position], 0) if len(rows) else np.empty(0, dtype=np.int64)
    signal = np.repeat(np.arange(len(rows)), each)
    within = np.arange(len(signal)) - np.repeat(np.cumsum(each) - each, each)
    source = np.repeat(starts[position], each) + within
    own = [
        (place, topic, weight)
        for place in np.flatnonzero(about)
        for topic, weight in weights_about(int(about[place]), rule=rule, tree=tree).items()
    ]
    return (
        np.concatenate([signal, np.array([one[0] for one in own], dtype=np.int64)]),
        np.concatenate([topics[source], np.array([one[1] for one in own], dtype=np.int64)]),
        np.concatenate([values[source], np.array([one[2] for one in own], dtype=np.float64)]),
    )


def _after_vetoes(
    rows: np.ndarray,
    signal: np.ndarray,
    topic: np.ndarray,
    weight: np.ndarray,
    *,
    people: np.ndarray,
) -> np.ndarray:
    """The weights with 0 where the person took the topic away, by the arithmetic's own rule."""
    with_vetoes = standing_profiles(Veto.objects.values_list("profile_id", flat=True).distinct())
    profiles = dict(
        Profile.objects.filter(pk__in=set(with_vetoes.values()), person__isnull=False).values_list(
            "pk", "person_id"
        )
    )
    if not profiles:
        return weight
    vetoes = {
        (profiles[profile], topic_id): facts
        for (profile, topic_id), facts in vetoes_of(profiles).items()
    }
    touched = np.isin(rows[signal, 0], list(profiles.values()))
    entries: dict[tuple[int, int], list[int]] = defaultdict(list)
    for entry in np.flatnonzero(touched):
        key = (int(rows[signal[entry], 0]), int(topic[entry]))
        if key in vetoes:
            entries[key].append(int(entry))
    weight = weight.copy()
    for key, found in entries.items():
        weighed = [
            WeighedSignal(
                at_s=float(rows[signal[entry], 2]),
                order=(entry,),
                kind="declared" if rows[signal[entry], 5] else "",
                item_key="",
                strength=float(rows[signal[entry], 1]),
                weight=float(weight[entry]),
            )
            for entry in found
        ]
        kept = {one.order[0] for one in without_vetoed(weighed, vetoes[key])}
        weight[[entry for entry in found if entry not in kept]] = 0.0
    return weight


def _within_day_cap(
    rows: np.ndarray, signal: np.ndarray, topic: np.ndarray, weight: np.ndarray, *, cap: float
) -> np.ndarray:
    """The weights as the arithmetic's `within_day_cap` lowers them, for everybody at once."""
    person, strength, at_s = (rows[signal, column] for column in (0, 1, 2))
    order = np.lexsort((at_s, topic, person))
    keys = np.stack([person, topic, at_s // DAY_S])[:, order]
    part = (strength * weight)[order]
    starts = np.ones(len(order), dtype=bool)
    starts[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    before = np.cumsum(part) - part
    before -= before[np.flatnonzero(starts)][np.cumsum(starts) - 1]
    counted = np.clip(cap - before, 0.0, part)
    lowered = weight.copy()
    lowered[order] *= np.divide(counted, part, out=np.ones_like(part), where=part > 0.0)
    return lowered
