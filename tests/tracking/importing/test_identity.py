"""Keys of rows: the same row has one key wherever it stands, equal rows of a file have several."""

from collections import Counter
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tracking.importing.identity import RowKeys
from tracking.importing.rows import EventRow

MOMENT = datetime(2014, 1, 2, tzinfo=UTC)
rows = st.builds(
    lambda id, person, item, count: EventRow(1, id, person, 1, item, MOMENT, "read", None, count),
    st.sampled_from(["", "", "1", "11"]),
    st.sampled_from(["a", "ab", "1"]),
    st.sampled_from(["b", "bb", "1"]),
    st.integers(0, 2),
)


def facts(row):
    return ("id", row.id) if row.id else (row.person, row.item, row.count)


def keys_of(batch, source="s"):
    keys = RowKeys(source=source)
    return [keys.key_of(row) for row in batch]


@given(st.lists(rows, max_size=30), st.randoms())
def test_keys_depend_on_contents_and_number_of_equal_rows_and_not_on_order(batch, random):
    shuffled = random.sample(batch, len(batch))
    assert Counter(keys_of(batch)) == Counter(keys_of(shuffled))


@given(st.lists(rows, max_size=30))
def test_rows_without_id_are_all_kept_and_an_id_is_kept_once(batch):
    expected = len([row for row in batch if not row.id]) + len({r.id for r in batch if r.id})
    assert len(set(keys_of(batch))) == expected


@given(rows, rows)
def test_different_rows_have_different_keys(one, other):
    same = facts(one) == facts(other)
    assert (keys_of([one]) == keys_of([other])) == same


def test_sources_do_not_meet():
    row = EventRow(1, "", "a", 1, "b", MOMENT, "read", None, 1)
    assert keys_of([row], "s") != keys_of([row], "t")
