"""The arithmetic against numbers worked out by hand and properties that must always hold."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.arithmetic import (
    DAY_S,
    Rule,
    VetoFact,
    WeighedSignal,
    attendance_strength,
    capped_active_s,
    effective_weights,
    heat_of,
    mass_for_heat,
    mass_of,
    reading_strength,
    replay,
    seconds_until,
    within_day_cap,
)

RULE = Rule(strengths={"reading": 1.0, "attendance": 3.0, "declared": 4.0})
T0 = RULE.epoch_s + 2000 * DAY_S


def signal(days: float, *, strength=1.0, kind="reading", item="page:1", weight=1.0):
    return WeighedSignal(T0 + days * DAY_S, (kind, item, days), kind, item, strength, weight)


def test_active_time_is_capped_by_wall_clock_and_by_three_expected_readings():
    facts = {"first_s": 100.0, "last_s": 160.0, "first_active_s": 10.0}
    assert capped_active_s(sum_s=40.0, expected_s=60.0, **facts) == 40.0
    assert capped_active_s(sum_s=500.0, expected_s=60.0, **facts) == 70.0
    assert capped_active_s(sum_s=500.0, expected_s=20.0, **facts) == 60.0
    assert capped_active_s(sum_s=65.0, expected_s=None, **facts) == 65.0


@pytest.mark.parametrize(
    ("active", "expected", "depth", "count", "strength"),
    [
        (60.0, 60.0, 1.0, 0, 1.0),
        (30.0, 60.0, 1.0, 0, 0.5),
        (30.0, 60.0, 0.5, 0, 0.375),
        (30.0, 60.0, None, 0, 0.375),
        (600.0, 60.0, None, 0, 1.0),
        (None, 60.0, None, 1, 0.5),
        (30.0, None, 1.0, 2, 0.75),
        (None, None, None, 4000, 1.0),
    ],
)
def test_reading_strength(active, expected, depth, count, strength):
    assert reading_strength(
        active_s=active, expected_s=expected, depth=depth, count=count
    ) == pytest.approx(strength, rel=1e-12)


@pytest.mark.parametrize(
    ("depth_share", "depth", "strength"),
    [(0.0, 0.25, 0.5), (0.5, 0.25, 0.3125), (1.0, 0.25, 0.125), (1.0, None, 0.25), (1.0, 0.0, 0.0)],
)
def test_depth_counts_for_its_share_of_a_reading(depth_share, depth, strength):
    assert reading_strength(
        active_s=30.0, expected_s=60.0, depth=depth, count=0, depth_share=depth_share
    ) == pytest.approx(strength)


shares = st.floats(min_value=0.0, max_value=1.0)


# Active time is counted in whole milliseconds; of less than the smallest normal float nothing is.
actives = st.integers(0, 10**7).map(lambda ms: ms / 1000)


@given(active=actives, expected=st.floats(1.0, 1e4), depth=st.none() | shares)
def test_the_depth_of_version_1_is_the_designs_formula_to_the_last_bit(active, expected, depth):
    share = min(1.0, active / expected)
    assert (
        reading_strength(active_s=active, expected_s=expected, depth=depth, count=0)
        == share * (1.0 + (share if depth is None else depth)) / 2.0
    )


def test_a_day_counts_up_to_its_cap_in_order_and_stays_evidence():
    rule = replace(RULE, day_cap=1.25)
    start = -((T0 / DAY_S) % 1.0)
    found = [
        signal(start, strength=1.0, item="page:1"),
        signal(start + 0.5, strength=1.0, weight=0.5, item="page:2"),
        signal(start + 0.99, strength=0.5, item="page:3"),
        signal(start + 1.0, strength=1.0, item="page:3"),
    ]
    counted = within_day_cap(found, cap=rule.day_cap)
    assert [one.strength * one.weight for one in counted] == pytest.approx([1.0, 0.25, 0.0, 1.0])
    assert [one.strength for one in counted] == [one.strength for one in found]
    assert within_day_cap(found, cap=0.0) == found
    state = replay(reversed(found), rule=rule)
    heat = heat_of(mass=state.mass, at_s=state.last_s, rule=rule)
    assert heat == pytest.approx(1.0 + 2.0 ** -(1 / 30) + 0.25 * 2.0 ** -(0.5 / 30))
    # Two pages were read through on the first day; only heat had to wait for the second one.
    assert [one.entered_s for one in state.episodes] == [found[3].at_s]


@given(
    parts=st.lists(st.tuples(st.floats(0.0, 3.0), st.floats(0.0, 4.0), shares), max_size=12),
    cap=st.floats(0.1, 3.0),
)
def test_no_day_counts_for_more_and_what_came_later_never_bears_on_it(parts, cap):
    found = sorted(
        signal(days, strength=strength, weight=weight, item=f"page:{place}")
        for place, (days, strength, weight) in enumerate(parts)
    )
    counted = within_day_cap(found, cap=cap)
    sums: dict[float, float] = {}
    for before, after in zip(found, counted, strict=True):
        assert after.weight <= before.weight
        day = after.at_s // DAY_S
        sums[day] = sums.get(day, 0.0) + after.strength * after.weight
    assert all(total <= cap * (1 + 1e-9) for total in sums.values())
    for length in range(len(found)):
        assert within_day_cap(found[:length], cap=cap) == counted[:length]


def test_attendance_strength_is_three_times_the_share_or_counts_without_it():
    assert attendance_strength(full=3.0, share=0.5, count=0) == 1.5
    assert attendance_strength(full=3.0, share=1.7, count=0) == 3.0
    assert attendance_strength(full=3.0, share=None, count=1) == 1.5
    assert attendance_strength(full=3.0, share=None, count=2) == 2.25


def test_heat_halves_in_one_half_life_and_mass_does_not_change():
    mass = mass_of(strength=2.0, weight=0.5, at_s=T0, rule=RULE)
    assert heat_of(mass=mass, at_s=T0, rule=RULE) == pytest.approx(1.0)
    assert heat_of(mass=mass, at_s=T0 + 30 * DAY_S, rule=RULE) == pytest.approx(0.5)
    assert mass_for_heat(heat=0.5, at_s=T0 + 30 * DAY_S, rule=RULE) == pytest.approx(mass)


def test_terms_beyond_900_half_lives_weigh_nothing():
    rule = Rule(half_life_s=7 * DAY_S)
    long_ago = rule.epoch_s - 901 * 7 * DAY_S
    assert mass_of(strength=1.0, weight=1.0, at_s=long_ago, rule=rule) == 0.0
    assert mass_of(strength=1.0, weight=1.0, at_s=rule.epoch_s, rule=rule) == 1.0


def test_mass_of_what_happened_before_the_epoch_is_halved_too():
    before = RULE.epoch_s - 60 * DAY_S
    assert mass_of(strength=1.0, weight=0.5, at_s=before, rule=RULE) == 0.125
    assert heat_of(mass=0.125, at_s=before, rule=RULE) == 0.5


def test_two_pages_read_through_make_a_tag_that_lapses_by_arithmetic():
    state = replay([signal(0, item="page:1"), signal(0.5, item="page:2")], rule=RULE)
    (episode,) = state.episodes
    assert episode.entered_s == T0 + 0.5 * DAY_S
    heat = 1.0 * 2 ** (-0.5 / 30) + 1.0
    assert episode.lapses_s == pytest.approx(
        T0 + 0.5 * DAY_S + seconds_until(heat=heat, floor=0.5, rule=RULE)
    )


def test_heat_alone_is_no_tag_without_the_minimum_evidence():
    same_page = [signal(day, item="page:1") for day in (0, 1, 2)]
    assert replay(same_page, rule=RULE).episodes == ()
    glances = [signal(day, item=f"page:{day}", strength=0.4) for day in range(6)]
    assert replay(glances, rule=RULE).episodes == ()


@pytest.mark.parametrize(("share", "tagged"), [(0.49, False), (0.5, True), (1.0, True)])
def test_half_a_class_is_enough(share, tagged):
    strength = attendance_strength(full=3.0, share=share, count=0)
    state = replay([signal(0, kind="attendance", item="class:9", strength=strength)], rule=RULE)
    assert bool(state.episodes) is tagged


def test_evidence_from_before_heat_fell_to_leave_does_not_count():
    # One page, then 60 days (heat 0.25, under leave), then another page alone: no tag.
    state = replay(
        [signal(0, item="page:1"), signal(60, item="page:2"), signal(60.1, item="page:2")],
        rule=RULE,
    )
    assert state.episodes == ()


def test_evidence_is_gone_at_the_moment_heat_is_at_leave():
    # After 30 days one reading is exactly 0.5: the page read before it is no evidence any more.
    signals = [signal(0, item="page:1"), signal(30, item="page:2")]
    assert heat_of(mass=replay(signals, rule=RULE).mass, at_s=T0 + 30 * DAY_S, rule=RULE) == 1.5
    assert replay(signals, rule=RULE).episodes == ()


def test_a_signal_at_the_moment_a_tag_lapses_begins_another():
    # A declaration of 4 is down to 0.5 after three half-lives.
    days = (0, 90)
    declared = [signal(day, kind="declared", item="topic:1", strength=4.0) for day in days]
    first, second = replay(declared, rule=RULE).episodes
    assert first.lapses_s == second.entered_s == T0 + 90 * DAY_S


def test_a_tag_ends_and_a_later_one_needs_evidence_of_its_own():
    early = [signal(0, item="page:1"), signal(0, item="page:2")]
    late = [signal(200, item="page:1"), signal(201, item="page:3")]
    state = replay(early + late, rule=RULE)
    assert [round((e.entered_s - T0) / DAY_S, 3) for e in state.episodes] == [0.0, 201.0]
    assert state.episodes[0].lapses_s == pytest.approx(T0 + 60 * DAY_S)


def test_a_deleted_tag_does_not_come_back_but_later_reading_counts():
    signals = [signal(0, item="page:1"), signal(0, item="page:2")]
    veto = VetoFact(T0 + DAY_S, lasting=False)
    assert replay(signals, rule=RULE, vetoes=[veto]) is None
    again = [signal(2, item="page:1"), signal(3, item="page:2")]
    assert len(replay(signals + again, rule=RULE, vetoes=[veto]).episodes) == 1


def test_what_happened_at_the_moment_of_a_veto_is_vetoed():
    signals = [signal(0, item="page:1"), signal(1, item="page:2")]
    assert replay(signals, rule=RULE, vetoes=[VetoFact(T0 + DAY_S, lasting=False)]) is None


def test_a_later_deletion_does_not_silence_what_a_declaration_let_speak_again():
    vetoes = [VetoFact(T0, lasting=True), VetoFact(T0 + 5 * DAY_S, lasting=False)]
    declared = signal(2, kind="declared", item="topic:1", strength=4.0)
    state = replay([declared, signal(6)], rule=RULE, vetoes=vetoes)
    assert (state.signals, state.last_s) == (1, T0 + 6 * DAY_S)


def test_not_interested_lasts_until_a_declaration():
    veto = VetoFact(T0 + DAY_S, lasting=True)
    reading = [signal(2, item="page:1"), signal(3, item="page:2")]
    assert replay(reading, rule=RULE, vetoes=[veto]) is None
    declared = signal(4, kind="declared", item="topic:1", strength=4.0)
    state = replay([*reading, declared], rule=RULE, vetoes=[veto])
    assert (state.signals, len(state.episodes)) == (1, 1)


def test_weights_follow_merges_and_spread_to_parents():
    weights = effective_weights(
        {1: 1.0, 2: 0.4, 3: 0.6}, merged={3: 2}, parents={1: 9, 2: 9}, parent_share=0.5
    )
    assert weights == {1: 1.0, 2: 0.6, 9: 0.5}
    assert effective_weights({1: 1.0}, merged={}, parents={1: 9}, parent_share=0.0) == {1: 1.0}
    looped = effective_weights({1: 1.0}, merged={}, parents={1: 2, 2: 1}, parent_share=0.5)
    assert looped == {1: 1.0, 2: 0.5}


SIGNALS = st.lists(
    st.builds(
        signal,
        days=st.floats(0, 400, allow_nan=False),
        strength=st.floats(0, 4, allow_nan=False),
        kind=st.sampled_from(["reading", "attendance", "declared"]),
        item=st.sampled_from(["page:1", "page:2", "page:3"]),
        weight=st.floats(0, 1, allow_nan=False),
    ),
    max_size=12,
)


@given(SIGNALS, st.randoms(use_true_random=False))
def test_order_of_arrival_changes_nothing(signals, random):
    shuffled = list(signals)
    random.shuffle(shuffled)
    assert replay(shuffled, rule=RULE) == replay(signals, rule=RULE)


@given(SIGNALS, st.floats(0, 500, allow_nan=False))
def test_mass_gives_the_heat_that_the_sum_of_decayed_terms_gives(signals, days):
    state = replay(signals, rule=RULE)
    now = T0 + (400 + days) * DAY_S
    expected = math.fsum(
        s.strength * s.weight * 2 ** (-(now - s.at_s) / RULE.half_life_s) for s in signals
    )
    heat = heat_of(mass=state.mass, at_s=now, rule=RULE) if state else 0.0
    assert heat == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(SIGNALS)
def test_episodes_are_ordered_apart_and_inside_their_heat(signals):
    state = replay(signals, rule=RULE)
    episodes = state.episodes if state else ()
    for episode in episodes:
        assert episode.entered_s < episode.lapses_s
        so_far = replay([s for s in signals if s.at_s <= episode.entered_s], rule=RULE)
        assert heat_of(mass=so_far.mass, at_s=episode.entered_s, rule=RULE) >= RULE.enter - 1e-6
    for before, after in zip(episodes, episodes[1:], strict=False):
        assert before.lapses_s <= after.entered_s


@pytest.mark.parametrize("names", [("page:1", "page:2"), ("page:2", "page:1")])
def test_signals_of_one_moment_act_together_whatever_their_ids(names):
    small, large = names
    together = [signal(0, item=small, strength=0.5), signal(0, item=large, strength=0.75)]
    state = replay([*together, signal(1, item=small, strength=0.5)], rule=RULE)
    assert [episode.entered_s for episode in state.episodes] == [T0 + DAY_S]
