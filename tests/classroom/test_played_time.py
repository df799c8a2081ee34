"""Parts of material against a set of its tenths of a second: any order, doubled, backwards, outside."""

import random

from hypothesis import given
from hypothesis import strategies as st

from classroom.played_time import Part, length_of, parts_within, parts_without, union_of_parts

LENGTH_S = 60
tenths = st.integers(min_value=-100, max_value=LENGTH_S * 10 + 100)
claims = st.lists(st.tuples(tenths, tenths), max_size=12)


def tenths_of(pairs) -> set[int]:
    """What the pairs cover inside the material."""
    return {tenth for start, end in pairs for tenth in range(start, end) if 0 <= tenth < 600}


def parts_of(pairs) -> list[Part]:
    return parts_within([(a / 10, b / 10) for a, b in pairs], length_ms=LENGTH_S * 1000)


def set_of(parts) -> set[int]:
    return {tenth for start, end in parts for tenth in range(start // 100, end // 100)}


@given(claims=claims, seed=st.integers(0, 999))
def test_union_is_the_set(claims, seed):
    again = claims * 2
    random.Random(seed).shuffle(again)
    parts = parts_of(again)
    assert set_of(parts) == tenths_of(claims)
    assert length_of(parts) == 100 * len(tenths_of(claims))
    assert parts == sorted(parts) == union_of_parts(parts)


@given(claims=claims, known=claims)
def test_what_is_new_is_the_difference(claims, known):
    new = parts_without(parts_of(claims), parts_of(known))
    assert set_of(new) == tenths_of(claims) - tenths_of(known)
    assert length_of(new) == sum(part.end_ms - part.start_ms for part in new)


def test_hundredths_are_kept_and_nothing_reaches_beyond_the_end():
    assert parts_within([(59.125, 1e6), (-3, 0.25)], length_ms=60_000) == [(0, 250), (59125, 60000)]
    assert parts_within([(0, 5)], length_ms=0) == []
