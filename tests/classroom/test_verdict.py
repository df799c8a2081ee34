"""The verdict against a second writing that counts seconds one by one, under disorder of every kind."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from classroom.class_report import presence_counts
from classroom.intervals import Interval
from classroom.verdict import Evidence, Outcome, Terms, outcome_of

START = datetime(2026, 3, 5, 18, tzinfo=UTC)
LENGTH, REPLAY = 600, 900
seconds = st.integers(min_value=-300, max_value=LENGTH + REPLAY + 300)
spans = st.lists(st.tuples(seconds, seconds).map(lambda pair: tuple(sorted(pair))), max_size=12)


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


def intervals(pairs) -> list[Interval]:
    return [Interval(at(start), at(end)) for start, end in pairs]


def ticks(pairs) -> set[int]:
    """Every whole second that some pair covers."""
    return {second for start, end in pairs for second in range(start, end)}


def terms(at_least: float, *, in_minutes: bool, with_replay: bool) -> Terms:
    return Terms(
        start=at(0),
        end=at(LENGTH),
        replay_until=at(LENGTH + REPLAY),
        in_minutes=in_minutes,
        at_least=at_least,
        with_replay=with_replay,
    )


@given(
    live=spans,
    replay=spans,
    added=spans,
    removed=spans,
    verdict=st.sampled_from([None, True, False]),
    at_least=st.sampled_from([0.0, 0.25, 0.5, 1.0]),
    in_minutes=st.booleans(),
    with_replay=st.booleans(),
)
def test_the_outcome_is_what_counting_seconds_gives(
    live, replay, added, removed, verdict, at_least, in_minutes, with_replay
):
    """Union of sources and additions, less removals, clipped; replay apart; staff decide last."""
    at_least = at_least * 10 if in_minutes else at_least
    outcome = outcome_of(
        Evidence(
            live=intervals(live),
            replay=intervals(replay),
            added=intervals(added),
            removed=intervals(removed),
            verdict=verdict,
        ),
        terms(at_least, in_minutes=in_minutes, with_replay=with_replay),
    )
    class_ticks = set(range(LENGTH))
    there = ((ticks(live) | ticks(added)) - ticks(removed)) & class_ticks
    watched = ticks(replay) & set(range(LENGTH, LENGTH + REPLAY))
    assert outcome.live_seconds == len(there)
    assert outcome.replay_seconds == len(watched)
    assert outcome.share == len(there) / LENGTH
    counted = len(there) + (len(watched) if with_replay else 0)
    needed = at_least * (60 if in_minutes else LENGTH)
    expected = counted > 0 and counted >= needed
    assert outcome.attended == (expected if verdict is None else verdict)
    if there:
        assert outcome.first_join <= at(min(there))
        assert outcome.last_leave >= at(max(there) + 1)


@given(live=spans, added=spans, removed=spans, random=st.randoms(use_true_random=False))
def test_doubling_and_shuffling_changes_nothing(live, added, removed, random):
    def outcome(parts: list[list]) -> Outcome:
        live, added, removed = parts
        evidence = Evidence(
            live=intervals(live), added=intervals(added), removed=intervals(removed)
        )
        return outcome_of(evidence, terms(0.5, in_minutes=False, with_replay=False))

    messy = [
        part + random.choices(part, k=len(part)) if part else part
        for part in (live, added, removed)
    ]
    for part in messy:
        random.shuffle(part)
    assert outcome(messy) == outcome([live, added, removed])


@given(people=st.lists(spans, max_size=6), minutes=st.integers(min_value=1, max_value=200))
def test_the_curve_counts_who_is_there_at_each_middle(people, minutes):
    span = Interval(at(0), at(minutes * 60))
    one_class = Terms(span.start, span.end)
    outcomes = [outcome_of(Evidence(live=intervals(pairs)), one_class) for pairs in people]
    counts, step_s = presence_counts(outcomes, span)
    middles = [span.start + timedelta(seconds=step_s * (n + 0.5)) for n in range(len(counts))]
    assert counts == [
        sum(any(a <= middle < b for a, b in one.intervals) for one in outcomes)
        for middle in middles
    ]
