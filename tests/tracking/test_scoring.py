"""Pairs scored as arrays are the pairs replayed one by one, whatever the signals and vetoes."""

import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.arithmetic import DAY_S, Rule, VetoFact, WeighedSignal, replay
from tracking.models import SignalKind
from tracking.scoring import KINDS, SIGNAL, scores_of

BEGAN_S = 1_600_000_000
# A topic's own signals (-9) are the declared ones; one bearing bears on nothing.
WEIGHTS = {1: {1: 1.0}, 2: {1: 0.5, 2: 1.0}, 3: {2: 0.2, 7_000_000: 1.0}, 4: {}, -9: {1: 1.0}}

moments = st.one_of(
    st.integers(0, 100 * 86_400 * 10**6),
    st.sampled_from([0, 86_400 * 10**6, 86_400 * 10**6 + 1]),  # several at one moment
    st.just(-1_500_000_000 * 10**6),  # beyond 900 half-lives of 7 days
).map(lambda us: BEGAN_S * 10**6 + us)
rows = st.tuples(
    st.integers(1, 3),
    moments,
    st.one_of(st.sampled_from([0.0, 0.5, 1.0, 3.0]), st.floats(0, 3, allow_subnormal=False)),
    st.sampled_from([1, 2, 3, 4]),
    st.sampled_from([KINDS.index(kind) for kind in ("like", "reading", "attendance", "label")]),
    st.integers(1, 3),
)
DECLARED = st.just(KINDS.index("declared"))
declared = st.tuples(st.integers(1, 3), moments, st.just(4.0), st.just(-9), DECLARED, st.just(0))
vetoes = st.dictionaries(
    st.tuples(st.integers(1, 4), st.integers(1, 3)),
    st.lists(
        st.builds(
            VetoFact,
            at_s=st.integers(-1, 100).map(lambda day: BEGAN_S + day * DAY_S),
            lasting=st.booleans(),
        ),
        min_size=1,
        max_size=2,
    ),
    max_size=2,
)
rules = st.builds(
    Rule,
    half_life_s=st.sampled_from([7 * DAY_S, 30 * DAY_S]),
    enter=st.sampled_from([0.75, 1.5]),
    leave=st.just(0.5),
    evidence_pages=st.integers(1, 2),
    day_cap=st.sampled_from([0.0, 0.0, 0.8, 2.0]),
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(signals=st.lists(st.one_of(rows, declared), max_size=40), vetoes=vetoes, rule=rules)
def test_scores_are_those_of_a_replay(signals, vetoes, rule):
    pairs = defaultdict(list)
    for profile, at_us, strength, bearing, kind, page in signals:
        for topic, weight in WEIGHTS[bearing].items():
            pairs[profile, topic].append(
                WeighedSignal(
                    at_us / 1e6, (KINDS[kind], page), KINDS[kind], str(page), strength, weight
                )
            )
    due = {
        pair: state
        for pair, weighed in pairs.items()
        if (state := replay(weighed, rule=rule, vetoes=vetoes.get(pair, [])))
    }
    found = scores_of(np.array(signals, dtype=SIGNAL), weights=WEIGHTS, vetoes=vetoes, rule=rule)
    stored = list(zip(found.profile.tolist(), found.topic.tolist(), strict=True))
    assert stored == sorted(due)
    for place, pair in enumerate(stored):
        assert math.isclose(found.mass[place], due[pair].mass, rel_tol=1e-12)
        assert found.signals[place] == due[pair].signals
        assert found.last_us[place] / 1e6 == due[pair].last_s
    assert found.episodes == {pair: one.episodes for pair, one in due.items() if one.episodes}


def test_a_tag_that_lapsed_long_ago_is_found_though_little_heat_is_left():
    """The pair is picked by the most heat it ever had, not by what it has after its last signal."""
    days = [0, 1, 400]
    signals = np.array(
        [
            (1, (BEGAN_S + day * 86_400) * 10**6, 1.0, 1, KINDS.index("reading"), day)
            for day in days
        ],
        dtype=SIGNAL,
    )
    found = scores_of(signals, weights=WEIGHTS, vetoes={}, rule=Rule())
    assert [len(one) for one in found.episodes.values()] == [1]
    entered = found.episodes[1, 1][0].entered_s
    assert entered == pytest.approx(BEGAN_S + 86_400)


def test_every_kind_of_signal_has_its_number():
    assert sorted(KINDS) == sorted(SignalKind.values)
